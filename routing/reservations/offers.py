"""Reservations at work: made, ringing, won or ended, and what each end means for the agent and for the entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.machine import Machine
from routing.agents.agent import Serving
from routing.agents.tables import StateInput
from routing.commands import ConnectAgent, RingAgent, StopRinging
from routing.floor import Due
from routing.reservations.explanation import Choice, explain
from routing.reservations.reservation import RESERVATION, Reservation, ReservationInput, ReservationResult

if TYPE_CHECKING:
    from routing.agents.agent import Agent
    from routing.agents.staff import Staff
    from routing.floor import Floor
    from routing.queues.entry import Entry


class Offers:
    """The open reservations."""

    __slots__ = ("_floor", "_staff")

    def __init__(self, floor: Floor, staff: Staff) -> None:
        """Begin with none."""
        self._floor = floor
        self._staff = staff

    def make(self, entry: Entry, agent: Agent, by: Choice = Choice.RANKING, *, now: float) -> None:
        """Hold the agent, who was chosen in this way, for the entry and have the phone rung.

        When the store refuses, another node has been quicker: the agent is left alone for a moment.
        """
        floor, queue = self._floor, self._floor.queues[entry.join.queue]
        settings = queue.settings
        found = Reservation(
            floor.ids.new(), entry.id, agent.id, settings.id, entry.join.contact, now, Machine(RESERVATION)
        )
        if not floor.store.reserve(found.id, entry=entry.id, agent=agent.id):
            self._staff.rest(agent, settings.delays.failed, ReservationResult.LOST_RACE, now=now)
            self._staff.changed(agent)
            floor.fresh_entries[entry] = None
            return
        explained = None if floor.is_quiet else explain(queue, entry, agent, by, now=now)
        floor.reservations[found.id] = found
        agent.reservation = found.id
        agent.last_rung = floor.next_turn()
        entry.reservations.add(found.id)
        entry.demand.offering += 1
        if not entry.has_room:
            entry.demand.waiting.discard(entry.id)
        floor.timers.set((Due.RING, found.id), now + entry.join.lead + settings.ring_timeout)
        if explained is not None:
            floor.record(
                found.contact, "reservation.created", reservation=found.id, agent=agent.id, queue=found.queue,
                explained=explained,
            )  # fmt: skip
        floor.tell(RingAgent(found.id, entry.id, agent.id, agent.settings.contact, settings.ring_timeout))
        self._staff.move(agent, StateInput.RESERVE, now=now)
        self._staff.changed(agent)

    def ringing(self, reservation: str, *, now: float) -> None:
        """The phone rings: once more changes nothing."""
        floor, found = self._floor, self._floor.reservations.get(reservation)
        if (
            found is None
            or not found.machine.fire(ReservationInput.RING)
            or not floor.store.ring(reservation)
        ):
            return
        found.rang = now
        if floor.entries[found.entry].join.lead:
            ring_timeout = floor.queues[found.queue].settings.ring_timeout
            floor.timers.set((Due.RING, found.id), now + ring_timeout)
        floor.record(found.contact, "reservation.ringing", reservation=found.id, agent=found.agent)
        agent = self._staff[found.agent]
        self._staff.move(agent, StateInput.RING, now=now)
        self._staff.changed(agent)

    def picked_up(self, reservation: str, seconds: float, *, now: float) -> None:
        """The agent is at the phone, but the caller not yet put through."""
        floor, found = self._floor, self._floor.reservations.get(reservation)
        if found is not None:
            floor.timers.set((Due.RING, found.id), now + seconds)
            floor.record(found.contact, "reservation.picked_up", reservation=found.id, agent=found.agent)

    def win(self, found: Reservation, *, now: float) -> Entry | None:
        """The phone was answered: the entry that the agent has won, to be taken out; None when the store refuses."""
        floor = self._floor
        others = floor.store.win(found.id)
        if others is None:
            return None
        entry, agent = self._close(found, ReservationResult.ANSWERED, now=now)
        for other in others:
            self.fail(floor.reservations[other], ReservationResult.LOST_RACE, now=now, stop=True)
        wrap_up = floor.queues[found.queue].settings.wrap_up
        agent.wrap_up = wrap_up if agent.settings.wrap_up is None else agent.settings.wrap_up
        agent.calls += 1
        agent.failures = 0
        agent.talk_began = now
        agent.serving = Serving(found.contact, found.queue, found.began)
        floor.tell(ConnectAgent(found.id, entry.id, agent.id))
        self._staff.move(agent, StateInput.ANSWER, now=now)
        self._staff.changed(agent)
        return entry

    def fail(self, found: Reservation, result: ReservationResult, *, now: float, stop: bool) -> Entry:
        """It came to nothing: the agent is treated by the cause. What becomes of the entry is the caller's business."""
        self._floor.store.end(found.id, result)
        entry, agent = self._close(found, result, now=now)
        if stop:
            self._floor.tell(StopRinging(found.id, result))
        self._staff.treat(agent, self._floor.queues[found.queue].settings, result, now=now)
        self._staff.move(agent, StateInput.RELEASE, now=now)
        self._staff.changed(agent)
        return entry

    def _close(self, found: Reservation, result: ReservationResult, *, now: float) -> tuple[Entry, Agent]:
        found.machine.fire(ReservationInput.END)
        floor = self._floor
        del floor.reservations[found.id]
        floor.timers.cancel((Due.RING, found.id))
        agent, entry = self._staff[found.agent], floor.entries[found.entry]
        agent.reservation = None
        entry.reservations.discard(found.id)
        entry.demand.offering -= 1
        floor.record(
            found.contact, "reservation.ended", reservation=found.id, agent=found.agent, queue=found.queue,
            result=result.value, ring=round(now - found.rang, 3) if found.rang is not None else None,
        )  # fmt: skip
        return entry, agent
