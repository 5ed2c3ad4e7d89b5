"""The rows that figures count: waits, calls handled, contacts, agents' time. Each has `contact`, `n` and `at`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Float,
    and_,
    case,
    cast,
    column,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union_all,
    values,
)

from records.figures.calendar import slots
from records.figures.definition import TIMES, Group
from records.moments import DAY, MICROSECONDS
from records.narrowing import between
from records.schema import event
from records.views import tables
from records.views.stays import AT_ONCE, BUSY, OWN_CHOICE

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, FromClause, Subquery

    from records.figures.question import Question

_ANSWERED = "answered"


def waits(question: Question) -> Subquery:
    """Waits of callers in queues: each queue's own where queues are asked for, else each caller's from end to end."""
    own = select(*_wait(tables.queue_visit)).where(not_(tables.queue_visit.c.is_callback))
    if question.asks_for(Group.QUEUE):
        return own.subquery("waits")
    return _journeys(question)


def _wait(visit: FromClause) -> list[ColumnElement[Any]]:
    names = ("contact", "client", "queue", "reason", "language", "waited", "result", "agent")
    return [visit.c.visit.label("n"), visit.c.joined_at.label("at"), *(visit.c[name] for name in names)]


def _journeys(question: Question) -> Subquery:
    """Callers from their first queue to the last, as long as each sent them on to the next.

    Hardly anybody is sent on: those who were not are taken as they stand, and only the others are followed.
    """
    visit, before = tables.queue_visit, tables.queue_visit.alias("before")
    after = tables.queue_visit.alias("after")
    comes_on = exists().where(_goes_on(before, visit))
    # Told in this order, nobody looks for the visits before and after of those who had only one.
    is_first = and_(not_(visit.c.is_callback), case((visit.c.visit == 1, true()), else_=not_(comes_on)))
    goes_on = case((_may_go_on(visit), exists().where(_goes_on(visit, after))), else_=false())
    in_span = and_(*between(visit.c.joined_at, *question.span))
    plain = select(*_wait(visit)).where(in_span, is_first, not_(goes_on))

    begins = select(
        *_wait(visit), visit.c.visit.label("last"), visit.c.left_at, literal(0).label("followed")
    ).where(in_span, is_first, goes_on)
    way = begins.cte("way", recursive=True)
    step = tables.queue_visit.alias("step")
    way = way.union_all(
        select(
            way.c.n, way.c.at, way.c.contact, way.c.client, way.c.queue, way.c.reason, way.c.language,
            # Nobody has left the last one yet: nothing is over.
            (way.c.waited + step.c.waited).label("waited"), step.c.result, step.c.agent,
            step.c.visit.label("last"), step.c.left_at, (way.c.followed + 1).label("followed"),
        ).where(
            step.c.contact == way.c.contact,
            step.c.visit == way.c.last + 1,
            or_(way.c.result.is_(None), _may_go_on(way)),
            step.c.joined_at - way.c.left_at <= int(AT_ONCE * MICROSECONDS),
        )
    )  # fmt: skip
    further = way.alias("further")
    is_last = not_(
        exists().where(
            further.c.contact == way.c.contact,
            further.c.n == way.c.n,
            further.c.followed == way.c.followed + 1,
        )
    )
    followed = select(
        way.c.n, way.c.at, way.c.contact, way.c.client, way.c.queue, way.c.reason, way.c.language, way.c.waited,
        way.c.result, way.c.agent,
    ).where(is_last)  # fmt: skip
    return union_all(plain, followed).subquery("waits")


def _may_go_on(visit: FromClause) -> ColumnElement[bool]:
    return visit.c.result.not_in([_ANSWERED, *sorted(OWN_CHOICE)])


def _goes_on(visit: FromClause, after: FromClause) -> ColumnElement[bool]:
    """Whether a caller came from one queue into the next without doing anything (as records.views.stays)."""
    return and_(
        after.c.contact == visit.c.contact,
        after.c.visit == visit.c.visit + 1,
        _may_go_on(visit),
        after.c.joined_at - visit.c.left_at <= int(AT_ONCE * MICROSECONDS),
    )


def handlings(question: Question) -> Subquery:
    """Calls that agents took from queues, with their seconds."""
    taken, about = tables.reservation, tables.contact
    names = ("contact", "client", "queue", "agent", "through_at", "talked", "held", "wrapped")
    return (
        select(
            taken.c.id.label("n"),
            taken.c.ended_at.label("at"),
            *(taken.c[name] for name in names),
            about.c.reason,
            about.c.language,
        )
        .select_from(taken.join(about, about.c.id == taken.c.contact))
        .where(taken.c.result == _ANSWERED, *between(taken.c.ended_at, *question.span))
        .subquery("handlings")
    )


def is_still_at_it(handled: FromClause) -> ColumnElement[bool]:
    """Whether the agent is busy with that contact at present: its wrap-up is told when it is over."""
    span = tables.agent_span
    return exists().where(
        span.c.ended_at.is_(None),
        span.c.agent == handled.c.agent,
        span.c.contact == handled.c.contact,
        span.c.state.in_(sorted(BUSY)),
    )


def contacts(question: Question) -> Subquery:
    """Contacts; where queues or agents are asked for, once for each that answered them."""
    about = tables.contact
    names = (
        "client",
        "reason",
        "language",
        "ani",
        "initiation",
        "menu",
        "contained",
        "transfers",
        "agents",
        "csat",
    )
    columns: list[ColumnElement[Any]] = [
        about.c.id.label("contact"),
        about.c.started_at.label("at"),
        about.c.ended_at,
        *(about.c[name] for name in names),
    ]
    asked = [group.value for group in (Group.QUEUE, Group.AGENT) if question.asks_for(group)]
    if not asked:
        return select(*columns, literal("").label("n")).subquery("contacts")
    taken = tables.reservation
    answered = (
        select(
            taken.c.contact.label("taken"),
            *(taken.c[name] for name in asked),
            func.min(taken.c.ended_at).label("since"),
        )
        .where(taken.c.result == _ANSWERED)
        .group_by(taken.c.contact, *(taken.c[name] for name in asked))
        .subquery("answered")
    )
    own = [answered.c[name] for name in asked]
    columns = [each for each in columns if each.name != "transfers"]
    columns.append(_transfers_since(about, answered.c.since).label("transfers"))
    return (
        select(*columns, *own, func.coalesce(own[0], "").label("n"))
        .select_from(about.join(answered, answered.c.taken == about.c.id))
        .subquery("contacts")
    )


def _transfers_since(about: FromClause, since: ColumnElement[int]) -> ColumnElement[int]:
    """1 where the contact was transferred after that: what brought it there does not count. Few contacts are looked up.

    As in records.views.contact, who goes on at another phone is not transferred.
    """
    at = func.coalesce(about.c.started_at + event.c.offset_us - about.c.began_offset, event.c.ts)
    sent_on = exists().where(
        event.c.contact == about.c.id,
        event.c.type == "transfer.completed",
        event.c.data.not_like('%"kind":"replaced"%'),
        at >= since,
    )
    return case((about.c.transfers == 0, 0), (sent_on, 1), else_=0)


def has_repeat(question: Question, served: FromClause) -> ColumnElement[bool]:
    """Whether the same customer called the same company again for the same reason, soon enough."""
    again = tables.contact.alias("again")
    usual = question.terms.client(None).repeat_days
    others = {
        name: each.repeat_days for name, each in question.terms.clients.items() if each.repeat_days != usual
    }
    soon: ColumnElement[Any] = _days(usual)
    if others:
        soon = case(*((served.c.client == name, _days(days)) for name, days in others.items()), else_=soon)
    return exists().where(
        again.c.ani == served.c.ani,
        again.c.started_at > served.c.at,
        again.c.started_at <= served.c.at + soon,
        again.c.client.is_not_distinct_from(served.c.client),
        again.c.reason.is_not_distinct_from(served.c.reason),
        again.c.initiation == "inbound",
    )


def _days(count: int) -> ColumnElement[int]:
    return literal(count * DAY * MICROSECONDS, BigInteger)


def spans(question: Question) -> Subquery:
    """Agents' time, cut at the ends of the period, by the centre's clock; what goes on counts until now."""
    span = tables.agent_span
    since, until = question.period.span(question.calendar.zone)
    first, last = literal(since, BigInteger), literal(max(since, min(until, question.now)), BigInteger)
    ended = func.coalesce(span.c.ended_at, last)
    began = case((span.c.began_at < first, first), else_=span.c.began_at)
    columns = [span.c[name] for name in ("agent", "n", "status", "reason", "state", "contact")]
    whole = (
        select(*columns, began.label("at"), case((ended > last, last), else_=ended).label("until"))
        .where(span.c.began_at < last, or_(span.c.ended_at.is_(None), span.c.ended_at > first))
        .subquery("whole")
    )
    time = next((group for group in question.by if group in TIMES), None)
    return whole if time is None else _cut(whole, question, time)


def _cut(whole: Subquery, question: Question, time: Group) -> Subquery:
    """Spans cut at the ends of half-hours or days. Few cross one: only these are held against all slots."""
    at, until = whole.c.at, whole.c.until
    stays = question.slot(time, at, None) == question.slot(time, until - 1, None)
    found = slots(time, question.calendar.zone, question.period.span(question.calendar.zone))
    slot = (
        values(column("began", BigInteger), column("ended", BigInteger), name="slot").data(found).cte("slot")
    )
    names = ("agent", "n", "status", "reason", "state", "contact")
    # Found once: otherwise each slot would look through all spans.
    crosses = select(whole).where(not_(stays)).cte("crosses").prefix_with("MATERIALIZED")
    first, last = crosses.c.at, crosses.c.until
    pieces = select(
        *(crosses.c[name] for name in names),
        case((first < slot.c.began, slot.c.began), else_=first).label("at"),
        case((last > slot.c.ended, slot.c.ended), else_=last).label("until"),
    ).where(slot.c.began < last, slot.c.ended > first)
    return union_all(
        select(*(whole.c[name] for name in (*names, "at", "until"))).where(stays), pieces
    ).subquery("spans")


def length(rows: FromClause) -> ColumnElement[Any]:
    """Seconds of a row of `spans`."""
    return cast(rows.c.until - rows.c.at, Float) / float(MICROSECONDS)
