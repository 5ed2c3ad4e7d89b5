"""What is asked of the records in a query: which days, of whom; and whose data whoever asks may see."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from console.access import PRINCIPAL
from console.api.mistakes import invalid, pointer
from console.api.model import Line, Model, Note
from console.api.scope import scope, sees_agent
from console.keys import AGREED, WORK
from console.problem import Mistake
from records.figures.calendar import Days
from records.figures.definition import Group
from records.figures.question import Question

if TYPE_CHECKING:
    from aiohttp import web

    from console.problem import Refusal

_LONGEST = 400
"""Days that may be asked for at once."""


class Period(Model):
    """Which days, by the clock of the client company, or else the centre's."""

    day: date | None = None
    """One day; today unless days are given."""
    first: date | None = None
    """The first of several days."""
    last: date | None = None
    """The last of them; today unless given."""
    client: Line | None = None
    """Only this client company's."""


class Narrowed(Period):
    """Only some of them."""

    queue: Line | None = None
    agent: Line | None = None
    reason: Note | None = None
    """Empty: those without one."""
    language: Line | None = None


def question_of(request: web.Request, asked: Period, by: tuple[Group, ...] = ()) -> Question:
    """The question that a query asks. Raises Refusal."""
    agreed = request.app[AGREED]()
    names = ("client", "queue", "agent", "reason", "language")
    only = {Group(name): value for name in names if (value := getattr(asked, name, None)) is not None}
    today = datetime.now(UTC).astimezone(agreed.calendar.of(asked.client)).date()
    return Question(
        _days(asked, today),
        agreed.calendar,
        time.time_ns() // 1000,
        by,
        only,
        scope(request),
        _agents(request),
        agreed.terms,
    )


def _days(asked: Period, today: date) -> Days:
    if asked.day is not None and (asked.first is not None or asked.last is not None):
        raise wrong("day", "is one day; for several give first and last")
    first = asked.day or asked.first or asked.last or today
    last = asked.day or asked.last or (today if asked.first is not None else first)
    if last < first:
        raise wrong("last", "is before first")
    if (last - first).days >= _LONGEST:
        raise wrong("last", f"is too far from first; at most {_LONGEST} days")
    if not date(1971, 1, 1) <= first <= last <= date(9000, 1, 1):
        raise wrong("first", "is no day of which there could be records")
    return Days(first, last)


def _agents(request: web.Request) -> frozenset[str] | None:
    """The agents who may be named to whoever asks; None: all."""
    if request[PRINCIPAL].teams is None:
        return None
    return frozenset(name for name in request.app[WORK].routing().agents if sees_agent(request, name))


def wrong(name: str, detail: str) -> Refusal:
    """A field of the query that cannot be."""
    return invalid("query", [Mistake(pointer("query", name), detail)])
