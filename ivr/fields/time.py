"""Field `time`: a time of the day on the 24-hour clock, `1430` or `930`; that way no second question is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from base.secret import Secret
from ivr.collect import Grammar
from ivr.fields.field import BaseField, Setting

if TYPE_CHECKING:
    from ivr.manners import Manners

Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class TimeField(BaseField):
    """As written by the administrator."""

    kind: ClassVar[str] = "time"
    reasons: ClassVar[tuple[str, ...]] = ("length", "clock", "early", "late")

    type: Literal["time"]
    earliest: Clock = "00:00"
    latest: Clock = "23:59"

    @model_validator(mode="after")
    def _in_order(self) -> TimeField:
        if self.earliest > self.latest:
            raise ValueError("earliest is after latest")
        return self

    def grammar(self, manners: Manners, setting: Setting) -> Grammar:
        """Whole at four digits; three end by terminator or pause."""
        del setting
        return Grammar(maximum=4, terminator=manners.terminator, cancel=manners.cancel_key)

    def refusal(self, entry: Secret, setting: Setting) -> str | None:
        """On the clock, and within the hours asked."""
        if len(entry) not in (3, 4):
            return "length"
        time = self.value(entry, setting).reveal()
        if time[:2] > "23" or time[3:] > "59":
            return "clock"
        if time < self.earliest:
            return "early"
        return "late" if time > self.latest else None

    def value(self, entry: Secret, setting: Setting) -> Secret:
        """As `14:30`."""
        del setting
        typed = entry.reveal().rjust(4, "0")
        return Secret(f"{typed[:2]}:{typed[2:]}")
