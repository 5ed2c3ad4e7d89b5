"""Field `date`: a date that identifies the caller, such as the date of birth. Field `day` is for all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from base.secret import Secret
from ivr.fields.typed_date import TypedDateField

if TYPE_CHECKING:
    from ivr.fields.field import Setting

OLDEST = 125
"""Years: nobody on the telephone is older, so the year was mistyped."""


class DateField(TypedDateField):
    """As written by the administrator. The back end gets year-month-day."""

    sensitive_type: ClassVar[bool] = True
    reasons: ClassVar[tuple[str, ...]] = ("length", "calendar", "future", "far", "age")

    type: Literal["date"]
    past: bool = True
    """A date of birth: not in the future."""
    least_age: Annotated[int, Field(ge=1, le=99)] | None = None
    """Years that must have passed since."""

    def fault(self, typed: str, setting: Setting) -> str | None:
        """A day of the calendar, in the time asked."""
        day, today = self.day(typed, setting), setting.today
        if day is None:
            return "calendar"
        if self.past and day > today:
            return "future"
        age = today.year - day.year - ((today.month, today.day) < (day.month, day.day))
        if abs(age) > OLDEST:
            return "far"
        return "age" if self.least_age is not None and age < self.least_age else None

    def value(self, entry: Secret, setting: Setting) -> Secret:
        """In the order of ISO 8601, without marks."""
        return Secret(self.accepted(entry, setting).strftime("%Y%m%d"))
