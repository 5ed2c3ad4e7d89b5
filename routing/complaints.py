"""Within what time complaints are answered: `complaints` of config/clients/ID.yaml.

Such as 15 working days in Spain (Ley 10/2025; 5 for charges that were wrong), 30 days in Poland for banks and insurers.
What holds for a company its lawyers know: nothing is assumed.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from base.document import Part, suggest
from routing.callbacks.documents import read_weekdays
from routing.hours.holidays import CODES, TOWNS

_Days = Annotated[int, Field(ge=1, le=366)]


def _weekdays(value: str) -> str:
    read_weekdays(value)
    return value


def _holidays(value: str) -> str:
    if value not in CODES and value not in TOWNS:
        raise ValueError(f'no holidays are called "{value}"; {suggest(value, [*CODES, *TOWNS])}')
    return value


class WithinPart(Part):
    """So many days: the day on which a complaint comes does not count, the last one counts to its end."""

    working_days: _Days | None = None
    days: _Days | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.working_days is None) == (self.days is None):
            raise ValueError("write either working_days: 15 or days: 30")
        return self

    @property
    def count(self) -> int:
        """How many."""
        return self.working_days or self.days or 0


class CalendarPart(Part):
    """Which days are working days."""

    days: Annotated[str, AfterValidator(_weekdays)] = "mon-fri"
    holidays: tuple[Annotated[str, AfterValidator(_holidays)], ...] | None = None
    """Codes and towns; those of the client company's hours unless given."""


class ComplaintsPart(Part):
    """What a client company has to keep."""

    answer_within: WithinPart
    reasons: dict[Annotated[str, Field(min_length=1, max_length=100)], WithinPart] = Field(
        default_factory=dict
    )
    """For complaints about these."""
    calendar: CalendarPart = CalendarPart()
    warn: Annotated[int, Field(ge=0, le=60)] = 3
    """So many days before the end somebody is warned; 0: nobody."""
    pauses: bool = False
    """Whether the clock stands while the customer has to answer something first."""

    def within(self, reason: str | None) -> WithinPart:
        """What holds for a complaint about this."""
        return self.reasons.get(reason or "", self.answer_within)
