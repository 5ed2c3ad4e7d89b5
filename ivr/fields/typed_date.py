"""Eight digits as a day of the calendar, in the order that the caller's language writes dates in."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar, Literal

from ivr.fields.field import FixedField, Setting

if TYPE_CHECKING:
    from base.secret import Secret

_CUTS = {
    "dmy": (slice(4, 8), slice(2, 4), slice(0, 2)),
    "mdy": (slice(4, 8), slice(0, 2), slice(2, 4)),
    "ymd": (slice(0, 4), slice(4, 6), slice(6, 8)),
}
_MONTH_FIRST = ("en-US",)
"""Of the languages that menus speak; es, pl and British English write the day first (CLDR, short dates)."""


class TypedDateField(FixedField):
    """The keys that both types of dates share."""

    digits: ClassVar[int] = 8

    order: Literal["by_language", "dmy", "mdy", "ymd"] = "by_language"
    country: Literal["US"] | None = None
    """`US`: the callers are used to the month first where they speak English."""

    def day(self, typed: str, setting: Setting) -> date | None:
        """The day typed; None when the calendar has no such day."""
        cuts = _CUTS[self._order(setting.language)]
        try:
            return date(*(int(typed[cut]) for cut in cuts))
        except ValueError:
            return None

    def accepted(self, entry: Secret, setting: Setting) -> date:
        """The day of an entry that was not refused."""
        day = self.day(entry.reveal(), setting)
        assert day is not None
        return day

    def _order(self, language: str) -> str:
        if self.order != "by_language":
            return self.order
        spoken = language if self.country is None or "-" in language else f"{language}-{self.country}"
        return "mdy" if spoken in _MONTH_FIRST else "dmy"
