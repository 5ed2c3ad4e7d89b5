"""The spans of contacts as the fold of their events: legs, menus, queues, reservations, talk. Pure, and bounded."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from centralita.telemetry.identity import is_traced, span_of, trace_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from records.event import Committed

MOST = 20_000
"""Contacts that may be open at once before the oldest is given up."""
NANOSECONDS = 1_000_000_000
ROOT = "contact"

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Span:
    """One that is over. Times are nanoseconds since 1970 UTC."""

    trace: int
    id: int
    parent: int | None
    name: str
    began: int
    ended: int
    attributes: Mapping[str, Value]
    is_failure: bool = False
    is_request: bool = False
    """Whether another system was asked."""


@dataclass(slots=True)
class _Open:
    name: str
    id: int
    began: int
    attributes: dict[str, Value]


@dataclass(slots=True)
class _Trace:
    contact: str
    id: int
    root: _Open
    open: dict[str, _Open] = field(default_factory=dict)
    count: int = 0
    is_closed: bool = False


class SpanFold:
    """Give it events in the order of their commit; `tell` gets each span as it ends."""

    def __init__(self, tell: Callable[[Span], None], share: float = 1.0, *, most: int = MOST) -> None:
        """`share` of contacts are traced."""
        self._tell = tell
        self._share = share
        self._most = most
        self._traces: OrderedDict[str, _Trace] = OrderedDict()

    def take(self, event: Committed) -> None:
        """One event."""
        if not event.contact:
            return
        at = round(event.ts * NANOSECONDS)
        trace = self._traces.get(event.contact)
        if event.type == "contact.opened" and trace is None:
            self._begin(event, at)
        elif trace is not None:
            self._step(trace, event, at)

    def _begin(self, event: Committed, at: int) -> None:
        contact = str(event.contact)
        number = trace_of(contact)
        if not is_traced(number, self._share):
            return
        while len(self._traces) >= self._most:
            self._traces.popitem(last=False)
        root = _Open(ROOT, span_of(contact, ROOT), at, {"centralita.contact": contact})
        self._traces[contact] = _Trace(contact, number, root)

    def _step(self, trace: _Trace, event: Committed, at: int) -> None:
        kind, data = event.type, event.data
        if kind in _BEGINS:
            name, key, kept = _BEGINS[kind]
            which = f"{name} {_key(event, key)}"
            if which not in trace.open:
                trace.count += 1
                made = span_of(trace.contact, f"{which} {trace.count}")
                trace.open[which] = _Open(name, made, at, _kept(data, kept))
        elif kind in _CHANGES:
            name, key, kept = _CHANGES[kind]
            found = trace.open.get(f"{name} {_key(event, key)}")
            if found is not None:
                found.attributes |= _kept(data, kept)
        elif kind in _ENDS:
            name, key, kept = _ENDS[kind]
            found = trace.open.pop(f"{name} {_key(event, key)}", None)
            if found is not None:
                found.attributes |= _kept(data, kept)
                self._end(trace, found, at)
        elif kind == "contact.routed":
            trace.root.attributes |= _kept(data, ("client", "language"))
        elif kind == "contact.closed":
            self._close(trace, event, at)
        if trace.is_closed and not trace.open:
            self._traces.pop(trace.contact, None)

    def _close(self, trace: _Trace, event: Committed, at: int) -> None:
        """The contact is over; legs may be told of a moment later."""
        for which in [each for each in trace.open if not each.startswith("leg ")]:
            self._end(trace, trace.open.pop(which), at)
        if not trace.is_closed:
            trace.root.attributes |= _kept(event.data, ("outcome", "ended_by", "status", "cause"))
            trace.is_closed = True
            self._end(trace, trace.root, at)

    def _end(self, trace: _Trace, span: _Open, at: int) -> None:
        parent = None if span is trace.root else trace.root.id
        status = span.attributes.get("centralita.status")
        failed = isinstance(status, int) and status >= 500
        self._tell(
            Span(
                trace.id, span.id, parent, span.name, span.began, max(at, span.began), span.attributes, failed
            )
        )


_Row = tuple[str, str | None, tuple[str, ...]]
"""Which span: its name, the field that tells several of a contact apart (None: there is one), what is kept."""

_LEG, _MENU, _QUEUE = "leg", "menu", "queue"

_BEGINS: Mapping[str, _Row] = {
    "leg.invited": ("leg", _LEG, ("role", "direction", "agent", "trunk", "transport")),
    "menu.entered": ("menu", _MENU, ("menu", "version")),
    "queue.joined": ("queue", _QUEUE, ("queue", "position", "priority")),
    "reservation.created": ("reservation", "reservation", ("queue", "agent")),
    "bridge.began": ("talk", None, ()),
    "hold.began": ("hold", None, ()),
}
_CHANGES: Mapping[str, _Row] = {
    "leg.answered": ("leg", _LEG, ("codec", "srtp")),
    "menu.result": ("menu", _MENU, ("action", "result")),
}
_ENDS: Mapping[str, _Row] = {
    "leg.ended": ("leg", _LEG, ("ended_by", "status", "cause")),
    "menu.left": ("menu", _MENU, ()),
    "queue.left": ("queue", _QUEUE, ("reason", "waited")),
    "reservation.ended": ("reservation", "reservation", ("result", "ring")),
    "bridge.ended": ("talk", None, ()),
    "hold.ended": ("hold", None, ()),
}


def _key(event: Committed, name: str | None) -> object:
    if name is None:
        return ""
    return event.leg if name == _LEG else event.data.get(name)


def _kept(data: Mapping[str, object], names: Iterable[str]) -> dict[str, Value]:
    """Words and numbers of the house: no field that could tell of a customer is named above."""
    found = {name: data.get(name) for name in names}
    return {f"centralita.{name}": each for name, each in found.items() if isinstance(each, str | int | float)}
