"""Field `date`: eight digits, day-month-year, month-day-year or year-month-day."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from base.secret import Secret
from ivr.fields.field import FixedField

_CUTS = {
    "dmy": (slice(4, 8), slice(2, 4), slice(0, 2)),
    "mdy": (slice(4, 8), slice(0, 2), slice(2, 4)),
    "ymd": (slice(0, 4), slice(4, 6), slice(6, 8)),
}


class DateField(FixedField):
    """As written by the administrator. The back end gets year-month-day."""

    reasons: ClassVar[tuple[str, ...]] = ("length", "calendar", "future")
    digits: ClassVar[int] = 8

    type: Literal["date"]
    order: Literal["dmy", "mdy", "ymd"] = "dmy"
    past: bool = True
    """A date of birth: not in the future."""
    sensitive: bool = True

    @property
    def is_sensitive(self) -> bool:
        """A date of birth identifies, so it is kept out of sight unless said otherwise."""
        return self.sensitive

    def refusal(self, entry: Secret, *, today: date) -> str | None:
        """A day of the calendar."""
        if len(entry) != self.digits:
            return "length"
        typed = entry.reveal()
        try:
            day = date(*(int(typed[cut]) for cut in _CUTS[self.order]))
        except ValueError:
            return "calendar"
        return "future" if self.past and day > today else None

    def slots(self) -> tuple[str, ...]:
        """Not spoken."""
        return ()

    def spoken(self, entry: Secret) -> dict[str, str]:
        """Not spoken."""
        return {}

    def submitted(self, entry: Secret) -> dict[str, Secret | str]:
        """In the order of ISO 8601, without marks."""
        typed = entry.reveal()
        value = "".join(typed[cut] for cut in _CUTS[self.order])
        return {self.name: Secret(value) if self.is_sensitive else value}
