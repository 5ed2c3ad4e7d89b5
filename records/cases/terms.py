"""Statutory terms: within how many days a complaint is answered. The calendar itself is known above."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Protocol

from base.compact import compact


@dataclass(frozen=True, slots=True)
class Term:
    """What a client company has to keep."""

    days: int
    is_working: bool = True
    """Whether only working days count."""
    warn: int = 3
    """So many days before the end somebody is warned."""
    pauses: bool = False
    """Whether the clock stands while the customer has to answer something."""

    @property
    def words(self) -> str:
        """`15 working days`."""
        return f"{self.days} {'working ' if self.is_working else ''}day{'s' if self.days != 1 else ''}"

    def written(self) -> str:
        """For the database."""
        return compact(asdict(self))

    @classmethod
    def read(cls, text: str) -> Term:
        """From there."""
        return cls(**json.loads(text))


class Terms(Protocol):
    """The terms of client companies, and how their days are counted. Times are Unix seconds."""

    def term(self, client: str, reason: str | None) -> Term | None:
        """What holds for a complaint about this; None where the client company's file says nothing."""

    def end(self, client: str, days: int, since: float, *, is_working: bool) -> float:
        """When so many days are over; the day of `since` does not count."""

    def left(self, client: str, end: float, now: float, *, is_working: bool) -> int:
        """How many days there are still until the end, today not counted."""
