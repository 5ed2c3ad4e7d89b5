"""What is counted in each source: the conditions and sums that figures are made of, once for numbers and for lists."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import and_, not_, or_, true

from records.figures import sources
from records.figures.promises import promises
from records.views.stays import BUSY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import ColumnElement, FromClause, Subquery

    from records.figures.question import Question


class Source(Enum):
    """Where rows come from."""

    WAITS = "waits"
    HANDLINGS = "handlings"
    CONTACTS = "contacts"
    SPANS = "spans"
    PROMISES = "promises"


class Sum(Enum):
    """What becomes of the rows that count."""

    COUNT = "count"
    TOTAL = "total"
    MOST = "most"
    P90 = "p90"


Condition: TypeAlias = "Callable[[FromClause, Question], ColumnElement[bool]]"
Value: TypeAlias = "Callable[[FromClause, Question], ColumnElement[Any]]"


@dataclass(frozen=True, slots=True)
class Measure:
    """One count or sum over the rows of a source for which a condition holds."""

    source: Source
    where: Condition
    value: Value | None = None
    sum: Sum = Sum.COUNT


ROWS: Mapping[Source, Callable[[Question], Subquery]] = {
    Source.WAITS: sources.waits,
    Source.HANDLINGS: sources.handlings,
    Source.CONTACTS: sources.contacts,
    Source.SPANS: sources.spans,
    Source.PROMISES: promises,
}

_ANSWERED, _ABANDONED = "answered", "abandoned"


def _is_over(rows: FromClause, _: Question) -> ColumnElement[bool]:
    return rows.c.result.is_not(None)


def _answered(rows: FromClause, _: Question) -> ColumnElement[bool]:
    return rows.c.result == _ANSWERED


def _is_short(rows: FromClause, asked: Question) -> ColumnElement[bool]:
    return and_(rows.c.result == _ABANDONED, rows.c.waited <= asked.short(rows))


def _abandoned(rows: FromClause, asked: Question) -> ColumnElement[bool]:
    return and_(rows.c.result == _ABANDONED, rows.c.waited > asked.short(rows))


def _offered(rows: FromClause, asked: Question) -> ColumnElement[bool]:
    return and_(_is_over(rows, asked), not_(_is_short(rows, asked)))


def _by_people(rows: FromClause, _: Question) -> ColumnElement[bool]:
    return rows.c.result.in_([_ANSWERED, _ABANDONED])


def _waited(rows: FromClause, _: Question) -> ColumnElement[Any]:
    return rows.c.waited


def _wait(
    where: Condition,
    value: Value | None = None,
    how: Sum = Sum.COUNT,
) -> Measure:
    return Measure(Source.WAITS, where, value, how)


WAITS = {
    "offered": _wait(_offered),
    "answered": _wait(_answered),
    "abandoned": _wait(_abandoned),
    "short_abandons": _wait(_is_short),
    "sent_on": _wait(lambda rows, asked: and_(_is_over(rows, asked), not_(_by_people(rows, asked)))),
    "waiting": _wait(lambda rows, _: rows.c.result.is_(None)),
    "answered_within": _wait(
        lambda rows, asked: and_(rows.c.result == _ANSWERED, rows.c.waited <= asked.limit(rows))
    ),
    "ended_within": _wait(
        lambda rows, asked: and_(_by_people(rows, asked), rows.c.waited <= asked.limit(rows))
    ),
    "ended_by_people": _wait(_by_people),
    "answered_wait": _wait(_answered, _waited, Sum.TOTAL),
    "wait_p90": _wait(_answered, _waited, Sum.P90),
    "longest_wait": _wait(_is_over, _waited, Sum.MOST),
}


def _is_done(rows: FromClause, _: Question) -> ColumnElement[bool]:
    return and_(rows.c.through_at.is_not(None), not_(sources.is_still_at_it(rows)))


def _seconds(*kinds: str) -> Value:
    def value(rows: FromClause, _: Question) -> ColumnElement[Any]:
        found: ColumnElement[Any] = rows.c[kinds[0]]
        for kind in kinds[1:]:
            found = found + rows.c[kind]
        return found

    return value


HANDLINGS = {
    "handled": Measure(Source.HANDLINGS, _is_done),
    "handle_time": Measure(Source.HANDLINGS, _is_done, _seconds("talked", "held", "wrapped"), Sum.TOTAL),
    "talk_time": Measure(Source.HANDLINGS, _is_done, _seconds("talked"), Sum.TOTAL),
    "hold_time": Measure(Source.HANDLINGS, _is_done, _seconds("held"), Sum.TOTAL),
    "wrap_time": Measure(Source.HANDLINGS, _is_done, _seconds("wrapped"), Sum.TOTAL),
}


def _by_agents(rows: FromClause, _: Question) -> ColumnElement[bool]:
    return rows.c.agents != ""


def _entered_menu(rows: FromClause, _: Question) -> ColumnElement[bool]:
    return and_(rows.c.menu.is_not(None), rows.c.ended_at.is_not(None))


def _served(rows: FromClause, _: Question) -> ColumnElement[bool]:
    return and_(
        rows.c.initiation == "inbound",
        rows.c.ani.is_not(None),
        rows.c.ani != "",
        rows.c.ended_at.is_not(None),
        or_(rows.c.agents != "", rows.c.contained.is_(true())),
    )


CONTACTS = {
    "contacts": Measure(Source.CONTACTS, lambda rows, _: rows.c.contact.is_not(None)),
    "transferred": Measure(
        Source.CONTACTS, lambda rows, asked: and_(_by_agents(rows, asked), rows.c.transfers > 0)
    ),
    "served_by_agents": Measure(Source.CONTACTS, _by_agents),
    "contained": Measure(
        Source.CONTACTS, lambda rows, asked: and_(_entered_menu(rows, asked), rows.c.contained.is_(true()))
    ),
    "entered_menu": Measure(Source.CONTACTS, _entered_menu),
    "resolved": Measure(
        Source.CONTACTS, lambda rows, asked: and_(_served(rows, asked), not_(sources.has_repeat(asked, rows)))
    ),
    "served": Measure(Source.CONTACTS, _served),
    "satisfied": Measure(Source.CONTACTS, lambda rows, _: rows.c.csat >= 4),
    "surveyed": Measure(Source.CONTACTS, lambda rows, _: rows.c.csat.is_not(None)),
}


def _logged_in(rows: FromClause, _: Question) -> ColumnElement[bool]:
    return rows.c.status != "logged_out"


def _occupied(rows: FromClause, asked: Question) -> ColumnElement[bool]:
    return and_(_logged_in(rows, asked), rows.c.state.in_(sorted(BUSY)))


def _ready(rows: FromClause, asked: Question) -> ColumnElement[bool]:
    free = and_(rows.c.status == "available", rows.c.state.in_(["idle", "reserved", "ringing"]))
    return or_(_occupied(rows, asked), free)


def _adhering(rows: FromClause, asked: Question) -> ColumnElement[bool]:
    works = or_(
        rows.c.status == "available", _occupied(rows, asked), rows.c.reason.in_(sorted(asked.terms.paid))
    )
    return and_(_logged_in(rows, asked), rows.c.state != "device_offline", works)


def _length(rows: FromClause, _: Question) -> ColumnElement[Any]:
    return sources.length(rows)


def _time(where: Condition) -> Measure:
    return Measure(Source.SPANS, where, _length, Sum.TOTAL)


SPANS = {
    "occupied": _time(_occupied),
    "ready": _time(_ready),
    "adhering": _time(_adhering),
    "logged_in": _time(_logged_in),
}

PROMISES = {
    "kept": Measure(Source.PROMISES, lambda rows, _: rows.c.result == "kept"),
    "due": Measure(
        Source.PROMISES, lambda rows, _: rows.c.result.in_(["kept", "late", "failed", "expired", "overdue"])
    ),
}

MEASURES: Mapping[str, Measure] = {**WAITS, **HANDLINGS, **CONTACTS, **SPANS, **PROMISES}
