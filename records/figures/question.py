"""What is asked: of which days, of whom, told apart by what; and what SQL needs of that."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import Float, and_, case, literal, or_

from records.figures.calendar import slot
from records.figures.definition import TIMES, Group
from records.figures.settings import SHORT, WITHIN, Terms
from records.narrowing import between

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from sqlalchemy import ColumnElement, FromClause

    from records.figures.calendar import Calendar, Period


@dataclass(frozen=True, slots=True)
class Question:
    """One question to the records."""

    period: Period
    calendar: Calendar
    now: int
    """Microseconds: until when what goes on counts."""
    by: tuple[Group, ...] = ()
    only: Mapping[Group, str] = field(default_factory=dict)
    """Only this client, queue, agent, reason or language; empty text: those without one."""
    clients: frozenset[str] | None = None
    """The client companies that whoever asks may see; None: all."""
    agents: frozenset[str] | None = None
    """The agents who may be named to whoever asks; None: all."""
    terms: Terms = field(default_factory=Terms)

    def asks_for(self, group: Group) -> bool:
        """Whether rows are told apart or picked by this."""
        return group in self.by or group in self.only

    @property
    def span(self) -> tuple[int, int]:
        """Around all that is asked for, by whichever clock."""
        zones = {zone.key: zone for zone in (self.calendar.zone, *self.calendar.clients.values())}
        spans = [self.period.span(zone) for zone in zones.values()]
        return min(each[0] for each in spans), max(each[1] for each in spans)

    def within(self, at: ColumnElement[Any], client: ColumnElement[Any] | None) -> ColumnElement[bool]:
        """Whether a moment lies in the period, by the clock of the client company, or else the centre's."""
        around = between(at, *self.span)
        strangers = {} if client is None else self.calendar.strangers()
        here = and_(*between(at, *self.period.span(self.calendar.zone)))
        if not strangers or client is None:
            return here
        ours = ~_is_one_of(client, [each for clients in strangers.values() for each in clients])
        parts = [and_(ours, here)]
        for zone, clients in strangers.items():
            parts.append(and_(_is_one_of(client, clients), *between(at, *self.period.span(zone))))
        return and_(*around, or_(*parts))

    def slot(
        self, group: Group, at: ColumnElement[Any], client: ColumnElement[Any] | None
    ) -> ColumnElement[Any]:
        """In which day or half-hour a moment lies."""
        here = slot(group, at, self.calendar.zone, self.period.span(self.calendar.zone))
        strangers = {} if client is None else self.calendar.strangers()
        if not strangers or client is None:
            return here
        theirs = (
            (client.in_(clients), slot(group, at, zone, self.period.span(zone)))
            for zone, clients in strangers.items()
        )
        return case(*theirs, else_=here)

    def keys(self, rows: FromClause) -> list[ColumnElement[Any]]:
        """What rows of a source are told apart by, in the order that was asked for."""
        client = rows.c.get("client")
        return [
            self.slot(group, rows.c.at, client) if group in TIMES else rows.c[group.value]
            for group in self.by
        ]

    def picked(self, rows: FromClause) -> list[ColumnElement[bool]]:
        """Which rows of a source count: of the period, of those asked for, of those who may be seen."""
        client = rows.c.get("client")
        found = [self.within(rows.c.at, client)]
        for group, value in self.only.items():
            found.append(rows.c[group.value] == value if value else rows.c[group.value].is_(None))
        if self.clients is not None and client is not None:
            found.append(client.in_(sorted(self.clients)))
        if self.agents is not None and (client is None or self.asks_for(Group.AGENT)):
            found.append(rows.c.agent.in_(sorted(self.agents)))
        return found

    def limit(self, rows: FromClause) -> ColumnElement[Any]:
        """T: within how many seconds a wait was to end, by its queue."""
        return _by(rows.c.queue, {name: each.within for name, each in self.terms.queues.items()}, WITHIN)

    def short(self, rows: FromClause) -> ColumnElement[Any]:
        """S: how many seconds at most are a slip of the finger, by queue, else by client company."""
        clients = {name: each.short_abandon for name, each in self.terms.clients.items()}
        queues = {
            name: each.short_abandon
            for name, each in self.terms.queues.items()
            if each.short_abandon is not None
        }
        usual = _by(rows.c.client, clients, SHORT)
        if not queues:
            return usual
        return case(
            *((rows.c.queue == name, literal(value, Float)) for name, value in queues.items()), else_=usual
        )


def _by(column: ColumnElement[Any], values: Mapping[str, float], usual: float) -> ColumnElement[Any]:
    """A setting by name; names that have the usual value need not be compared."""
    other = {name: value for name, value in values.items() if value != usual}
    if not other:
        return literal(usual, Float)
    return case(
        *((column == name, literal(value, Float)) for name, value in other.items()),
        else_=literal(usual, Float),
    )


def _is_one_of(client: ColumnElement[Any], clients: list[str]) -> ColumnElement[bool]:
    return and_(client.is_not(None), client.in_(clients))
