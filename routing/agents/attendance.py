"""Who is there, since when, and who is away longer than the reason allows; the last contact of each agent.

Wall time (`wall`, seconds since 1970) is kept, since it outlives the process; deadlines go by the loop's clock (`now`).
Overdue agents are told of once and stay as they are: nobody is made available by force.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from base.timers import Timers
from routing.agents.tables import State, Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from routing.agents.agent import AgentView
    from routing.agents.reasons import Reasons
    from routing.commands import AgentChanged

SYSTEM = "system"
"""Who changes a status when no person does."""


@dataclass(slots=True)
class Standing:
    """One agent, as others see it and as it is kept over a restart. Changed in place: states come by the hundred."""

    agent: str
    status: Status
    reason: str | None = None
    since: float = 0.0
    """Since when status and reason are so."""
    by: str = SYSTEM
    """Who chose them."""
    is_overdue: bool = False
    """Whether the reason's time is over."""
    state: State = State.IDLE
    state_since: float = 0.0
    wrap_up_until: float | None = None
    contact: str | None = None
    """The contact he or she talks with, or has talked with last."""
    client: str | None = None
    """Whose it is."""
    queue: str | None = None
    disposition: str | None = None
    """The code of the result that was given for it."""
    owes: bool = False
    """Whether a result must be given, and has not been."""
    extended: float = 0.0
    """Seconds by which the agent has made the wrap-up longer."""
    queues: tuple[str, ...] | None = None
    """Given by a supervisor instead of the file's."""
    skills: Mapping[str, int] | None = None
    """Likewise."""
    calls: int = 0
    """Calls of queues on this day."""
    day: str = ""

    @property
    def is_in_contact(self) -> bool:
        """Whether the agent's work on the contact goes on."""
        return self.contact is not None and self.state in (State.TALKING, State.HOLD, State.WRAP_UP)


@dataclass(frozen=True, slots=True)
class Won:
    """A contact that an agent has won."""

    id: str
    client: str | None = None
    queue: str | None = None
    owes: bool = False
    """Whether the client company wants a result of it."""


class Attendance:
    """The standings of all agents."""

    def __init__(self, reasons: Reasons) -> None:
        """Nobody is there yet: `adopt` says who they are."""
        self._reasons = reasons
        self._standings: dict[str, Standing] = {}
        self._timers: Timers[str] = Timers()
        self._overdue: list[Standing] = []

    def __getitem__(self, agent: str) -> Standing:
        """One agent. Raises KeyError."""
        return self._standings[agent]

    def standings(self) -> Collection[Standing]:
        """All agents, in the order of the file."""
        return self._standings.values()

    def find(self, agent: str) -> Standing | None:
        """One agent, or None."""
        return self._standings.get(agent)

    def adopt(
        self, reasons: Reasons, views: Iterable[AgentView], *, wall: float, now: float
    ) -> Collection[str]:
        """Take over the agents and reasons of a configuration; says who is no longer there."""
        self._reasons = reasons
        before, self._standings = self._standings, {}
        for view in views:
            known = before.pop(view.id, None)
            self._standings[view.id] = known or Standing(
                view.id, view.status, view.reason, wall, SYSTEM, state=view.state, state_since=wall
            )
            self._set_limit(view.id, wall=wall, now=now)
        for agent in before:
            self._timers.cancel(agent)
        return before.keys()

    def restore(self, kept: Standing, *, wall: float, now: float) -> None:
        """Go on from what was kept, once the status is that again. Who was talking is not any more."""
        present = self._standings[kept.agent]
        self._standings[kept.agent] = replace(
            kept,
            state=present.state,
            state_since=wall,
            wrap_up_until=present.wrap_up_until,
            is_overdue=kept.is_overdue and kept.reason == present.reason,
            owes=kept.owes and present.state is State.WRAP_UP,
        )
        self._set_limit(kept.agent, wall=wall, now=now)

    def follow(self, change: AgentChanged, by: str, *, wall: float, now: float) -> bool:
        """Take note of what an agent has become; `by` is who chose a status that is another one now.

        Says whether that is more than a state, which a restart makes anew.
        """
        found = self._standings.get(change.agent)
        if found is None:
            return False
        if change.state is not found.state:
            found.state, found.state_since = change.state, wall
        until = None if change.wrap_up_until is None else wall + change.wrap_up_until - now
        is_kept = until != found.wrap_up_until
        found.wrap_up_until = until
        if (change.status, change.reason) != (found.status, found.reason):
            found.status, found.reason = change.status, change.reason
            found.since, found.by, found.is_overdue = wall, by, False
            self._set_limit(change.agent, wall=wall, now=now)
            is_kept = True
        return is_kept

    def note(self, agent: str, **facts: Any) -> None:
        """Other facts of an agent, by the names of a Standing. Raises KeyError."""
        found = self._standings[agent]
        for name, value in facts.items():
            setattr(found, name, value)

    def connected(self, agent: str, contact: Won, *, day: str) -> None:
        """An agent has won a contact."""
        found = self._standings.get(agent)
        if found is not None:
            found.contact, found.client, found.queue = contact.id, contact.client, contact.queue
            found.disposition, found.owes, found.extended = None, contact.owes, 0.0
            found.calls, found.day = found.calls + 1 if found.day == day else 1, day

    def limit(self, agent: str) -> float | None:
        """When the reason's time is over (wall), or None for one without limit."""
        found = self._standings[agent]
        reason = self._reasons.by_id.get(found.reason or "") if found.status is Status.NOT_READY else None
        return None if reason is None or reason.limit is None else found.since + reason.limit

    def _set_limit(self, agent: str, *, wall: float, now: float) -> None:
        limit = self.limit(agent)
        if limit is None or self._standings[agent].is_overdue:
            self._timers.cancel(agent)
        else:
            self._timers.set(agent, now + max(0.0, limit - wall))

    def next_timeout(self) -> float | None:
        """The earliest deadline."""
        return self._timers.next()

    def handle_timeout(self, *, now: float) -> None:
        """Note who is overdue."""
        while (agent := self._timers.pop_due(now)) is not None:
            late = self._standings[agent]
            late.is_overdue = True
            self._overdue.append(late)

    def take_overdue(self) -> list[Standing]:
        """Those who became overdue since this was asked last."""
        taken, self._overdue = self._overdue, []
        return taken
