"""Forecasts: how many calls each half-hour brings, how long they take and how long callers hold.

A CSV or YAML file (`half_hours:`) with `start`, `calls` and `handle`, and where they are known `patience`, `queue`, and
`agents` who are planned.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field

from base.document import Fault, Part, parse, refuse
from base.durations import Seconds
from base.rows import read_rows
from routing.staffing.service import Load

if TYPE_CHECKING:
    from pathlib import Path

    from base.document import Document

HALF_HOUR = 1800.0
DAY = 86_400.0
_MOMENT = re.compile(r"(?:(?P<day>\d{4}-\d\d-\d\d)[T ])?(?P<hour>\d\d?):(?P<minute>[0-5]\d)(?::00)?")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time of the day, and the day if one is given."""

    day: str
    at: float
    """Seconds since midnight."""

    def __str__(self) -> str:
        """As in the file."""
        hour = f"{int(self.at // 3600):02d}:{int(self.at % 3600 // 60):02d}"
        return f"{self.day} {hour}" if self.day else hour


def moment(value: object) -> Moment:
    """Read `08:30` or `2026-11-23 08:30`. Raises ValueError."""
    form = _MOMENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if form is None or int(form["hour"]) > 23:
        raise ValueError(f"{value!r} is not a time; write 08:30 or 2026-11-23 08:30")
    return Moment(form["day"] or "", int(form["hour"]) * 3600.0 + int(form["minute"]) * 60.0)


_Moment = Annotated[Moment, BeforeValidator(moment)]
_Positive = Annotated[Seconds, Field(gt=0)]


class _HalfHourPart(Part):
    """One row."""

    start: _Moment
    calls: Annotated[float, Field(ge=0, le=1e7)]
    handle: _Positive
    patience: _Positive | None = None
    queue: str = ""
    agents: Annotated[int, Field(ge=0, le=100_000)] | None = None


class _ForecastFile(Part):
    """All of it."""

    half_hours: Annotated[tuple[_HalfHourPart, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class HalfHour:
    """What one half-hour (or quarter, or hour) brings to one queue."""

    start: Moment
    length: float
    """Seconds."""
    calls: float
    handle: float
    patience: float = inf
    queue: str = ""
    agents: int | None = None
    """Who are planned."""

    @property
    def load(self) -> Load:
        """Per second."""
        return Load(self.calls / self.length, self.handle, self.patience)


def read_forecast(path: Path, *, patience: float = inf) -> list[HalfHour]:
    """Read the file, in the order of time. Raises DocumentError with every fault.

    `patience` where the file gives none. The length of a row is the shortest step between two of a queue and day: an
    hour in a table of hours; half an hour where there is one row only.
    """
    document = read_rows(path, "half_hours")
    faults: list[Fault] = []
    file = parse(_ForecastFile, document, faults)
    if file is not None:
        faults.extend(_doubled(file, document))
    refuse(faults)
    if file is None:
        raise AssertionError("a forecast without faults is there")
    length = _step(file)
    found = [
        HalfHour(
            each.start, length, each.calls, each.handle, each.patience or patience, each.queue, each.agents
        )
        for each in file.half_hours
    ]
    return sorted(found, key=lambda each: (each.start.day, each.start.at, each.queue))


def _doubled(file: _ForecastFile, document: Document) -> list[Fault]:
    seen: dict[tuple[Moment, str], int] = {}
    faults = []
    for number, each in enumerate(file.half_hours):
        here = ("half_hours", number)
        key = (each.start, each.queue)
        if key in seen:
            what = f"{each.start} {each.queue}".rstrip() + " is given twice"
            faults.append(document.fault(here, what, f"it stands first in line {seen[key]}"))
        seen.setdefault(key, document.line(here))
    return faults


def _step(file: _ForecastFile) -> float:
    starts: dict[tuple[str, str], list[float]] = {}
    for each in file.half_hours:
        starts.setdefault((each.start.day, each.queue), []).append(each.start.at)
    steps = [later - earlier for each in starts.values() for earlier, later in pairwise(sorted(each))]
    return min(steps, default=HALF_HOUR)
