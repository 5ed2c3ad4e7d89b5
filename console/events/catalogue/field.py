"""Kinds of fields, and what a row of the catalogue is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an event's data: its JSON type. It may always be missing or null."""

    json: str
    is_personal: bool = False
    """Told only to those who may see customers' data."""


@dataclass(frozen=True, slots=True)
class EventType:
    """One type."""

    words: str
    """What it means, in a line."""
    fields: Mapping[str, Field]


TEXT, WHOLE, NUMBER = Field("string"), Field("integer"), Field("number")
FLAG, LIST, PARTS = Field("boolean"), Field("array"), Field("object")
PERSONAL = Field("string", is_personal=True)
PLACE = Field("string")
"""Where somebody was led, or who did it: a number or address outside the house is personal, all else is open."""
ACT = {"by": PLACE, "act": TEXT, "reason": TEXT}
"""Who directed it, and what."""


def told(words: str, /, **fields: Field) -> EventType:
    """A row."""
    return EventType(words, fields)
