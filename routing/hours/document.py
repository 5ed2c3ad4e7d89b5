"""config/hours.yaml: what is written there, as models. What it means is read in `routing.hours.load`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from base.document import Part
from routing.timezones import Timezone

Spans = tuple[str, ...]
"""`"09:00-14:00"`; none: closed."""

WeekPart = Annotated[dict[str, Spans], Field(min_length=1)]
"""`mon-fri`, `sat` or `mon,wed` to spans; days that are not named are closed."""


class HoursPart(Part):
    """The hours of one place."""

    client: str | None = None
    """Whose they are: closed with this client company in an emergency. Without it anybody may use them."""
    timezone: Timezone | None = None
    """The centre's unless given."""
    open: WeekPart
    seasons: dict[str, WeekPart] = Field(default_factory=dict)
    """Days to a week that goes before `open`, such as shorter hours in summer."""
    holidays: tuple[str, ...] = ()
    """Codes (ES-MD), towns (madrid) and days by hand."""
    closed: tuple[str, ...] = ()
    special: dict[str, Spans] = Field(default_factory=dict)
    """Days to spans that go before all else."""


class HoursFile(Part):
    """hours.yaml."""

    schema_: Literal["hours/1"] = Field(alias="schema")
    towns: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]] = Field(default_factory=dict)
    """Names for lists of days by hand, which `holidays:` may name."""
    hours: dict[str, HoursPart]
