"""Stays in queues as the ledger tells them: who came when, who answered after how long, and for how long.

For planning: `centralita records calls` prints them, `staff` and `simulate` read that. A caller who went on to another
queue is one stay, in the queue where it began. A callback in which nobody talked with the customer is none.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KINDS = ("contact.opened", "queue.joined", "queue.left", "reservation.ended", "bridge.began")
"""The events of contacts that tell."""
STATES = "agent.state"
"""The events of agents that tell."""
BUSY = frozenset({"talking", "hold", "wrap_up"})
"""States of agents in which they are occupied."""
OWN_CHOICE = frozenset({"abandoned", "exit_key", "callback"})
"""Reasons for leaving that show how long a caller held."""
AT_ONCE = 5.0
"""Seconds within which a caller is in the next queue who went on from one."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One caller's way through the queues. Times are Unix seconds, lengths are seconds."""

    contact: str
    at: float
    queue: str
    client: str
    language: str
    priority: int
    waited: float
    result: str
    """`answered`, or why the caller left."""
    handle: float | None
    """How long the agent had the caller; None where nobody answered, or it is not over."""

    @property
    def patience(self) -> float | None:
        """How long the caller held, where that is known."""
        return self.waited if self.result in OWN_CHOICE else None


@dataclass(frozen=True, slots=True)
class Told:
    """One event with what its contact is."""

    contact: str
    ts: float
    type: str
    data: Mapping[str, Any]
    client: str | None
    language: str | None


class Ends:
    """When each agent was done with the caller that he or she had at some time."""

    def __init__(self, states: Iterable[tuple[str, float, str]]) -> None:
        """Take the states of agents, (agent, time, state), in order of time."""
        self._ends: dict[str, list[float]] = {}
        for agent, ts, state in states:
            if state not in BUSY:
                self._ends.setdefault(agent, []).append(ts)

    def after(self, agent: str, ts: float) -> float | None:
        """The first end from then on."""
        ends = self._ends.get(agent, [])
        place = bisect_left(ends, ts)
        return ends[place] if place < len(ends) else None


def stays(events: Iterable[Told], ends: Ends) -> list[Stay]:
    """The stays that are over, in order of their beginning.

    `events` are told one contact after the other, each one's in order.
    """
    found: list[Stay] = []
    joined: Told | None = None
    answered: tuple[str, float] | None = None
    untalked: set[str] = set()
    for each in events:
        if joined is not None and joined.contact != each.contact:
            joined = None
        if each.type == "contact.opened" and each.data.get("callback") is not None:
            untalked.add(each.contact)
        elif each.type == "bridge.began":
            untalked.discard(each.contact)
        elif each.type == "queue.joined":
            joined, answered = each, None
        elif each.type == "reservation.ended" and each.data["result"] == "answered":
            answered = (str(each.data["agent"]), each.ts)
        elif each.type == "queue.left" and joined is not None:
            stay = _stay(joined, each, answered, ends)
            if found and _goes_on(found[-1], stay):
                waited = found[-1].waited + stay.waited
                found[-1] = replace(found[-1], waited=waited, result=stay.result, handle=stay.handle)
            else:
                found.append(stay)
            joined = None
    return sorted((stay for stay in found if stay.contact not in untalked), key=lambda stay: stay.at)


def _stay(joined: Told, left: Told, answered: tuple[str, float] | None, ends: Ends) -> Stay:
    result = str(left.data["reason"])
    handle = None
    if result == "answered" and answered is not None:
        end = ends.after(*answered)
        handle = None if end is None else end - answered[1]
    return Stay(
        joined.contact,
        joined.ts,
        str(joined.data["queue"]),
        joined.client or "",
        joined.language or "",
        int(joined.data.get("priority", 0)),
        float(left.data["waited"]),
        result,
        handle,
    )


def _goes_on(before: Stay, stay: Stay) -> bool:
    """Whether a caller came from the one queue into the other without doing anything."""
    is_moved = before.result != "answered" and before.result not in OWN_CHOICE
    return is_moved and before.contact == stay.contact and stay.at - (before.at + before.waited) <= AT_ONCE
