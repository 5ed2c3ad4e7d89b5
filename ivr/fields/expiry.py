"""Field `expiry`: four digits, month and year as printed on the card; valid to the end of that month."""

from __future__ import annotations

from typing import ClassVar, Literal

from ivr.fields.field import FixedField, Setting

LONGEST_YEARS = 20


class ExpiryField(FixedField):
    """As written by the administrator."""

    sensitive_type: ClassVar[bool] = True
    reasons: ClassVar[tuple[str, ...]] = ("length", "month", "past", "far")
    digits: ClassVar[int] = 4

    type: Literal["expiry"]

    def fault(self, typed: str, setting: Setting) -> str | None:
        """A month of the calendar that is not over and not absurdly far."""
        today = setting.today
        month, year = int(typed[:2]), 2000 + int(typed[2:])
        if not 1 <= month <= 12:
            return "month"
        if (year, month) < (today.year, today.month):
            return "past"
        return "far" if year > today.year + LONGEST_YEARS else None
