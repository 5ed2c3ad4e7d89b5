"""What the interface knows of opening hours, emergency closures and announcements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from zoneinfo import ZoneInfo

    from routing.hours.calendar import OpeningHours
    from routing.io.switch_board import SwitchBoard


@dataclass(frozen=True, slots=True)
class OpeningDesk:
    """The switches, and what they may name at present."""

    board: SwitchBoard
    hours: Callable[[], Mapping[str, OpeningHours]]
    clients: Callable[[], Collection[str]]
    places: Callable[[], Mapping[str, Collection[str]]]
    """The names for which menus have a place to announce, and those menus."""
    unspoken: Callable[[str], str]
    """Why a prompt cannot be announced and what could; empty when it can."""
    zone: Callable[[], ZoneInfo]
    """By whose clock moments are told that belong to no place."""
