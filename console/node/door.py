"""What the interface knows of the door of the SIP endpoint: its guard, its counts, its clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sip.protection.guard import Guard


@dataclass(frozen=True, slots=True)
class Door:
    """The guard that bans, and what it and others have turned away."""

    guard: Guard
    report: Callable[[], Mapping[str, object]]
    now: Callable[[], float]
    """The clock of the bans."""
