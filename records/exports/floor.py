"""What happens in the queues, told in plain moments: what the logs of other systems are made of.

Reads events in the order in which they were written and remembers of each contact only what later lines repeat.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from records.event import NODE
from records.views.fields import real, text, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from records.event import LedgerEvent
    from records.views.fields import Data

KINDS = (
    "agent.state",
    "agent.status",
    "bridge.ended",
    "contact.closed",
    "contact.opened",
    "leg.ended",
    "leg.invited",
    "queue.exit_key",
    "queue.joined",
    "queue.left",
    "reservation.created",
    "reservation.ended",
    "reservation.ringing",
    "transfer.completed",
    "transfer.requested",
)
"""The events that tell."""


@dataclass(slots=True)
class Visit:
    """A caller in a queue, until the agent who answered is through with the call. Times are Unix seconds."""

    contact: str
    number: str = ""
    dialled: str = ""
    caller: str = ""
    """The caller's leg."""
    queue: str = ""
    joined: float = 0.0
    position: int = 1
    """In the line, at first."""
    key: str = ""
    """That the caller left by."""
    waited: float = 0.0
    agent: str = ""
    """Who answered; empty while nobody has."""
    leg: str = ""
    """The agent's."""
    called: float = 0.0
    answered: float = 0.0
    ring: float = 0.0
    asked: str = ""
    """The kind of transfer that was asked for: blind, attended."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A caller came to a queue, in which so many wait now."""

    at: float
    visit: Visit
    waiting: int


@dataclass(frozen=True, slots=True)
class Reserved:
    """An agent was chosen for a caller."""

    at: float
    visit: Visit
    agent: str


@dataclass(frozen=True, slots=True)
class ReservationEnded:
    """That agent did not get the caller."""

    at: float
    visit: Visit
    agent: str
    result: str
    called: float
    ring: float


@dataclass(frozen=True, slots=True)
class Left:
    """A caller left the queue, in which so many wait now: `answered`, or why not."""

    at: float
    visit: Visit
    reason: str
    position: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Completed:
    """The agent who answered is through with the call."""

    at: float
    visit: Visit
    by: str
    """`caller`, `agent` or `transfer`."""
    cause: int
    """Q.850."""
    to: str = ""
    """Where the caller was sent: `queue support`, `number +34...`."""
    kind: str = ""
    """Of the transfer: blind, attended."""


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """An agent logged in or out, or is ready or not."""

    at: float
    agent: str
    before: str
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class StateChanged:
    """What an agent is doing."""

    at: float
    agent: str
    state: str


Moment = Joined | Reserved | ReservationEnded | Left | Completed | StatusChanged | StateChanged

_NORMAL = 16


@dataclass(slots=True)
class _Contact:
    visit: Visit
    legs: dict[str, str] = field(default_factory=dict)
    """Leg -> the agent whose it is."""
    called: dict[str, float] = field(default_factory=dict)
    """Reservation -> when it was made."""


class Floor:
    """All queues. Events go in, moments come out."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._contacts: dict[str, _Contact] = {}
        self._statuses: dict[str, str] = {}
        self._waiting: dict[str, set[str]] = {}

    def take(self, event: LedgerEvent) -> Iterator[Moment]:
        """What an event means for the queues; mostly one moment or none."""
        if event.contact in ("", NODE):
            yield from self._agent(event)
            return
        found = self._contacts.get(event.contact)
        if found is None:
            found = self._contacts[event.contact] = _Contact(Visit(event.contact))
        yield from self._contact(found, event)
        if event.type == "contact.closed":
            self._contacts.pop(event.contact, None)
            if found.visit.queue:
                self._waiting.get(found.visit.queue, set()).discard(event.contact)

    def _agent(self, event: LedgerEvent) -> Iterator[Moment]:
        agent = _text(event.data, "agent")
        if event.type == "agent.status":
            status = _text(event.data, "status")
            before, self._statuses[agent] = self._statuses.get(agent, ""), status
            yield StatusChanged(event.ts, agent, before, status, _text(event.data, "reason"))
        elif event.type == "agent.state":
            yield StateChanged(event.ts, agent, _text(event.data, "state"))

    def _contact(self, found: _Contact, event: LedgerEvent) -> Iterator[Moment]:
        visit, data = found.visit, event.data
        match event.type:
            case "contact.opened":
                visit.number, visit.dialled = _text(data, "ani"), _text(data, "dnis")
            case "leg.invited" if event.leg is not None:
                if _text(data, "role") == "caller":
                    visit.caller = event.leg
                found.legs[event.leg] = _text(data, "agent")
            case "queue.joined":
                yield self._joined(found, event)
            case "queue.exit_key":
                visit.key = _text(data, "key")
            case "reservation.created" | "reservation.ended":
                yield from _reservation(found, event)
            case "queue.left":
                yield self._left(found, event)
            case "transfer.requested":
                visit.asked = _text(data, "kind")
            case "transfer.completed" if visit.agent and found.legs.get(event.leg or "") == visit.agent:
                to, kind = _text(data, "to"), visit.asked or "attended"
                yield _completed(found, event.ts, "transfer", _NORMAL, to, kind)
            case "leg.ended" if visit.agent and event.leg in (visit.leg, visit.caller):
                yield _completed(found, event.ts, _who(visit, event), _count(data, "cause", _NORMAL))
            case "contact.closed" if visit.agent:
                by = "agent" if _text(data, "ended_by") == "agent" else "caller"
                yield _completed(found, event.ts, by, _count(data, "cause", _NORMAL))
            case _:
                pass

    def _joined(self, found: _Contact, event: LedgerEvent) -> Moment:
        before = found.visit
        visit = found.visit = Visit(before.contact, before.number, before.dialled, before.caller)
        visit.queue, visit.joined = _text(event.data, "queue"), event.ts
        visit.position = _count(event.data, "position", 1)
        waiting = self._waiting.setdefault(visit.queue, set())
        waiting.add(visit.contact)
        return Joined(event.ts, visit, len(waiting))

    def _left(self, found: _Contact, event: LedgerEvent) -> Moment:
        visit, reason = found.visit, _text(event.data, "reason")
        visit.queue = visit.queue or _text(event.data, "queue")
        visit.waited = real(event.data, "waited") or 0.0
        visit.joined = visit.joined or event.ts - visit.waited
        waiting = self._waiting.setdefault(visit.queue, set())
        waiting.discard(visit.contact)
        if reason == "answered":
            visit.answered = event.ts
            visit.leg = next((leg for leg, agent in found.legs.items() if agent and agent == visit.agent), "")
        else:
            visit.agent = ""
        return Left(event.ts, visit, reason, _count(event.data, "position", visit.position), len(waiting))


def _reservation(found: _Contact, event: LedgerEvent) -> Iterator[Moment]:
    reservation, agent = _text(event.data, "reservation"), _text(event.data, "agent")
    found.visit.queue = found.visit.queue or _text(event.data, "queue")
    if event.type == "reservation.created":
        found.called[reservation] = event.ts
        yield Reserved(event.ts, found.visit, agent)
        return
    called = found.called.pop(reservation, event.ts)
    ring, result = real(event.data, "ring") or 0.0, _text(event.data, "result")
    if result == "answered":
        visit = found.visit
        visit.agent, visit.called, visit.ring = agent, called, ring
    else:
        yield ReservationEnded(event.ts, found.visit, agent, result, called, ring)


def _completed(found: _Contact, at: float, by: str, cause: int, to: str = "", kind: str = "") -> Completed:
    """The call is over for this agent, once: whatever ends later is another's."""
    over = found.visit
    found.visit = Visit(over.contact, over.number, over.dialled, over.caller)
    return Completed(at, over, by, cause, to, kind)


def _who(visit: Visit, event: LedgerEvent) -> str:
    """Who hung up, as far as the first leg that ended tells."""
    is_remote = _text(event.data, "ended_by") == "remote"
    return "agent" if (event.leg == visit.leg) == is_remote else "caller"


def _text(data: Data, name: str) -> str:
    return text(data, name) or ""


def _count(data: Data, name: str, otherwise: int) -> int:
    found = whole(data, name)
    return otherwise if found is None else found
