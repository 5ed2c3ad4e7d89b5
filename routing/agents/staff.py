"""All agents of a centre: their deadlines, what is published, and what a failed reservation means for them.

Knows nothing of entries; the distributor asks it which agent is free and gives the work.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from routing.agents.agent import Agent, AgentView
from routing.agents.tables import State, StateEffect, StateInput, Status
from routing.commands import AgentChanged
from routing.errors import NotInWrapUp, UnknownAgent
from routing.floor import Due
from routing.queues import demand
from routing.reservations.memory_store import HELD
from routing.reservations.reservation import ReservationResult
from routing.settings import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from routing.commands import JsonValue
    from routing.floor import Floor
    from routing.settings import AgentSettings, Delays, QueueSettings


LONGEST_REST = 300.0
"""Seconds; a phone that fails again and again is left alone for twice as long each time, but no longer than this."""


class Staff:
    """The agents, by id."""

    __slots__ = ("_agents", "_floor", "_timers")

    def __init__(self, settings: Iterable[AgentSettings], floor: Floor, *, now: float) -> None:
        """Take everybody in; the queues are made afterwards."""
        self._agents = {each.id: Agent(each, ordinal, now=now) for ordinal, each in enumerate(settings)}
        self._floor = floor
        self._timers = floor.timers
        for agent in self._agents.values():
            demand.index(agent)
            self._enter(agent)

    def _enter(self, agent: Agent) -> None:
        """Let the store know the agent."""
        self._floor.store.set_status(agent.id, agent.status, agent.reason)
        self._floor.store.set_state(agent.id, agent.state)

    def __getitem__(self, agent: str) -> Agent:
        """One agent. Raises UnknownAgent."""
        try:
            return self._agents[agent]
        except KeyError:
            raise UnknownAgent(f"no agent {agent}") from None

    def find(self, agent: str) -> Agent | None:
        """One agent, if there is one of that name."""
        return self._agents.get(agent)

    def missing_from(self, settings: Mapping[str, AgentSettings]) -> list[Agent]:
        """The agents whom these settings no longer have."""
        return [agent for agent in self._agents.values() if agent.id not in settings]

    def adopt(self, settings: Mapping[str, AgentSettings], *, now: float) -> list[Agent]:
        """Take other settings; status and state stay. Returns the agents whose state has to be looked at again.

        An agent who is gone but in a call stays, in no queue, so that the end of the call finds somebody.
        """
        before, self._agents = self._agents, {}
        for ordinal, each in enumerate(settings.values()):
            agent = before.pop(each.id, None)
            if agent is None:
                agent = Agent(each, ordinal, now=now)
                self._enter(agent)
            else:
                agent.adopt(each, ordinal)
            self._agents[each.id] = agent
        for agent in before.values():
            if agent.state in (State.TALKING, State.HOLD):
                agent.adopt(replace(agent.settings, queues=()), len(self._agents))
                self._agents[agent.id] = agent
            else:
                self._forget(agent)
        for agent in self._agents.values():
            self.apply_device(agent, now=now)
            agent.label = agent.present_label()
            agent.presence = agent.present_presence()
            demand.index(agent)
        return list(self._agents.values())

    def _forget(self, agent: Agent) -> None:
        for kind in (Due.WRAP_UP, Due.REST, Due.RETRY):
            self._timers.cancel((kind, agent.id))
        self._floor.store.forget(agent.id)

    def of(self, queue: str) -> list[Agent]:
        """The agents who serve a queue."""
        return [agent for agent in self._agents.values() if queue in agent.settings.queues]

    def views(self) -> list[AgentView]:
        """All agents in the order of the file."""
        return [agent.view() for agent in self._agents.values()]

    def move(self, agent: Agent, event: StateInput, *, now: float) -> tuple[StateEffect, ...]:
        """Feed the state machine; the caller tells `changed` when all is done."""
        wrapped = now - agent.since
        effects = agent.move(event, now=now)
        if StateEffect.STOP_WRAP_UP in effects:
            self._timers.cancel((Due.WRAP_UP, agent.id))
            self._handled(agent, wrapped, now=now)
        return effects

    def _handled(self, agent: Agent, wrapped: float, *, now: float) -> None:
        """A call and its wrap-up are over: it is told, and the estimates of its queue learn how long they took."""
        served, agent.serving = agent.serving, None
        if served is None:
            return
        if wrapped > 0:
            self._floor.record(
                served.contact, "wrap_up.ended", agent=agent.id, queue=served.queue, seconds=round(wrapped, 3)
            )
        estimates = self._floor.estimates.get(served.queue)
        if estimates is not None:
            estimates.handled(now - served.began)

    def changed(self, agent: Agent) -> None:
        """After any change: count, index and publish; who has become idle is brought together with who waits."""
        label = agent.present_label()
        if label != agent.label:
            for queue in agent.settings.queues:
                self._floor.queues[queue].relabel(agent, agent.label, label)
                self._floor.changed(queue)
            agent.label = label
        presence = agent.present_presence()
        if presence is not agent.presence:
            demand.count(agent, presence)
            self._floor.restaffed[agent] = None
        if agent.routable and not agent.indexed:
            agent.lot = self._floor.ids.number()
            self._floor.fresh_agents[agent] = None
        demand.index(agent)
        self._publish(agent)

    def _publish(self, agent: Agent) -> None:
        before, face = agent.published, agent.face()
        if face == before:
            return
        agent.published = face
        floor = self._floor
        if not floor.is_quiet:
            floor.tell(AgentChanged(agent.id, *face))
        if (face.status, face.reason) != (before.status, before.reason):
            floor.store.set_status(agent.id, face.status, face.reason)
            floor.record("", "agent.status", agent=agent.id, status=face.status.value, reason=face.reason)
        if face.state is not before.state:
            if face.state not in HELD:
                floor.store.set_state(agent.id, face.state)
            floor.record("", "agent.state", agent=agent.id, state=face.state.value, **self._busy_with(agent))

    def _busy_with(self, agent: Agent) -> dict[str, JsonValue]:
        """The contact that the agent is reserved for, talks with or wraps up, and its queue; nothing without one."""
        about = agent.serving or self._floor.reservations.get(agent.reservation or "")
        return {} if about is None else {"contact": about.contact, "queue": about.queue}

    def end_bridge(self, agent: Agent, *, now: float) -> None:
        """The call is over: wrap-up begins, if there is any."""
        if StateEffect.START_WRAP_UP not in self.move(agent, StateInput.BRIDGE_END, now=now):
            return
        agent.talked += now - agent.talk_began
        if agent.wrap_up > 0 and agent.status is not Status.LOGGED_OUT:
            agent.wrap_up_until = now + agent.wrap_up
            self._timers.set((Due.WRAP_UP, agent.id), agent.wrap_up_until)
        else:
            self.move(agent, StateInput.WRAP_UP_END, now=now)

    def carry_on_wrap_up(self, agent: Agent, seconds: float, *, now: float) -> None:
        """Wrap-up goes on for so long that began before a restart."""
        self.move(agent, StateInput.CARRY_ON, now=now)
        if agent.state is State.WRAP_UP:
            agent.wrap_up_until = now + seconds
            self._timers.set((Due.WRAP_UP, agent.id), agent.wrap_up_until)

    def extend_wrap_up(self, agent: Agent, seconds: float) -> None:
        """Wrap-up lasts longer (shorter, by negative seconds) than until it would have ended. Raises NotInWrapUp."""
        if agent.wrap_up_until is None:
            raise NotInWrapUp(f"{agent.id} is not in wrap-up")
        agent.wrap_up_until += seconds
        self._timers.set((Due.WRAP_UP, agent.id), agent.wrap_up_until)

    def wake(self, agent: Agent) -> None:
        """Whoever says "available" is there, whatever we had concluded from earlier reservations."""
        agent.resting_until = agent.offline_until = None
        agent.failures = 0
        self._timers.cancel((Due.REST, agent.id))
        self._timers.cancel((Due.RETRY, agent.id))

    def rested(self, agent: Agent, kind: Due, *, now: float) -> None:
        """A delay after a failed reservation is over."""
        if kind is Due.REST:
            agent.resting_until = None
        else:
            agent.offline_until = None
            self.apply_device(agent, now=now)

    def registered(self, agent: Agent, *, reachable: bool) -> None:
        """The account's phones came or went."""
        agent.registered(reachable=reachable)
        if reachable:
            self._timers.cancel((Due.RETRY, agent.id))

    def apply_device(self, agent: Agent, *, now: float) -> None:
        """Let the state follow what we know of the phone."""
        self.move(agent, StateInput.DEVICE_BACK if agent.reachable else StateInput.DEVICE_LOST, now=now)

    def treat(self, agent: Agent, queue: QueueSettings, result: ReservationResult, *, now: float) -> None:
        """What a failed reservation means for the agent, by cause. The caller's leaving means nothing."""
        if result is ReservationResult.NO_ANSWER and queue.no_answer is NoAnswer.NOT_READY:
            agent.rang_out(now=now)
        elif result is ReservationResult.UNREACHABLE:
            agent.offline_until = now + queue.delays.unreachable
            self._timers.set((Due.RETRY, agent.id), agent.offline_until)
        elif (delay := _delay(queue.delays, result)) is not None:
            if result is ReservationResult.FAILED:
                # Most often the phone itself is at fault, and would fail each caller in turn.
                delay = min(delay * 2**agent.failures, max(delay, LONGEST_REST))
                agent.failures += 1
            self.rest(agent, delay, result, now=now)

    def rest(self, agent: Agent, seconds: float, after: ReservationResult, *, now: float) -> None:
        """Leave the agent alone for so long after a reservation that ended like this."""
        agent.resting_after = after
        agent.resting_until = now + seconds
        self._timers.set((Due.REST, agent.id), agent.resting_until)


def _delay(delays: Delays, result: ReservationResult) -> float | None:
    """How long an agent is left alone after this result; None: not at all."""
    match result:
        case ReservationResult.NO_ANSWER:
            return delays.no_answer
        case ReservationResult.REJECTED:
            return delays.rejected
        case ReservationResult.BUSY:
            return delays.busy
        case ReservationResult.FAILED:
            return delays.failed
        case _:
            return None
