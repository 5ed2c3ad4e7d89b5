"""After an end without goodbye: what must be appended so that no contact and no leg stays open for ever.

Of agents too nothing is known while no server runs: what they did last ends with its last sign of life.

The time of these events is that of the restart; `last_seen` in them is the contact's last sign of life, which
counts as its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from records.event import LedgerEvent
from records.moments import unix
from sip import causes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from records.ledger.session import Session

INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Unclosed:
    """A contact that was going on."""

    contact: str
    last_ts: int
    """Its last sign of life, in microseconds."""
    legs: tuple[str, ...]
    """Those that were not over."""


@dataclass(frozen=True, slots=True)
class Untold:
    """Agents of whom nobody tells any more what they do."""

    agents: tuple[str, ...] = ()
    last_ts: int = 0
    """The node's last sign of life, in microseconds."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a start of the ledger found: the contacts it closed and the events by which it did so."""

    contacts: tuple[str, ...]
    events: tuple[LedgerEvent, ...]


def unclosed(session: Session, node: str) -> list[Unclosed]:
    """The contacts of a node that never got their contact.closed, oldest first."""
    found = session.rows(
        "SELECT id, last_ts FROM contact WHERE ended_at IS NULL AND (node IS NULL OR node = "
        f"{session.mark}) ORDER BY started_at, id",
        node,
    )
    return [Unclosed(row["id"], row["last_ts"], _open_legs(session, row["id"])) for row in found]


def untold(session: Session, node: str) -> Untold:
    """The agents of a node who have a status still, and when the node told something last."""
    last = session.rows(f"SELECT ts FROM event WHERE node = {session.mark} ORDER BY id DESC LIMIT 1", node)
    found = session.rows(
        "SELECT agent FROM agent_span WHERE ended_at IS NULL AND (status IS NOT NULL OR state IS NOT NULL)"
        " ORDER BY agent"
    )
    agents = tuple(row["agent"] for row in found if _was_told_by(session, node, row["agent"]))
    return Untold(agents, last[0]["ts"]) if last else Untold()


def _was_told_by(session: Session, node: str, agent: str) -> bool:
    """Whether this node told last what the agent does."""
    query = f"SELECT node FROM event WHERE agent = {session.mark} ORDER BY ts DESC LIMIT 1"
    last = session.rows(query, agent)
    return bool(last) and last[0]["node"] == node


def _open_legs(session: Session, contact: str) -> tuple[str, ...]:
    query = f"SELECT id FROM leg WHERE contact = {session.mark} AND ended_at IS NULL"
    return tuple(str(row["id"]) for row in session.rows(query, contact))


def interruptions(found: Iterable[Unclosed], untold: Untold = Untold(), *, now: float) -> Recovery:
    """The events that close these contacts, and say of these agents that nothing is known of them since."""
    contacts: list[str] = []
    seen = unix(untold.last_ts)
    events = [
        LedgerEvent(max(now, seen), "", None, "agent.interrupted", {"agent": agent, "last_seen": seen})
        for agent in untold.agents
    ]
    for each in found:
        contacts.append(each.contact)
        events.extend(_closing(each, now=now))
    return Recovery(tuple(contacts), tuple(events))


def _closing(found: Unclosed, *, now: float) -> list[LedgerEvent]:
    seen = unix(found.last_ts)
    at = max(now, seen)
    how = {"ended_by": INTERRUPTED, "status": None, "cause": causes.INTERRUPTED, "last_seen": seen}
    legs = [
        LedgerEvent(
            at, found.contact, leg, "leg.ended", how | {"reason": "the server stopped during the call"}
        )
        for leg in found.legs
    ]
    return [*legs, LedgerEvent(at, found.contact, None, "contact.closed", how | {"outcome": INTERRUPTED})]
