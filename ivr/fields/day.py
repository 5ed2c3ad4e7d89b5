"""Field `day`: a date that may be spoken, such as an appointment's."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from base.secret import Secret
from ivr.fields.typed_date import TypedDateField

if TYPE_CHECKING:
    from ivr.fields.field import Setting


class DayField(TypedDateField):
    """As written by the administrator. Today is neither past nor future."""

    kind: ClassVar[str] = "date"
    reasons: ClassVar[tuple[str, ...]] = ("length", "calendar", "past", "future", "far")

    type: Literal["day"]
    past: bool = True
    """Whether days before today are taken."""
    future: bool = True
    """Whether days after today are taken."""
    within_days: Annotated[int, Field(ge=1, le=36_500)] = 3_660
    """How far from today it may be."""

    @model_validator(mode="after")
    def _some_day(self) -> DayField:
        if not self.past and not self.future:
            raise ValueError("past and future are both false: only today is left")
        return self

    def fault(self, typed: str, setting: Setting) -> str | None:
        """A day of the calendar, in the time asked."""
        day, today = self.day(typed, setting), setting.today
        if day is None:
            return "calendar"
        if day < today and not self.past:
            return "past"
        if day > today and not self.future:
            return "future"
        return "far" if abs(day - today) > timedelta(days=self.within_days) else None

    def value(self, entry: Secret, setting: Setting) -> Secret:
        """As ISO 8601 writes it."""
        return Secret(self.accepted(entry, setting).isoformat())
