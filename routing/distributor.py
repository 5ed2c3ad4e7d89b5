"""Gives waiting entries to agents: events in, commands out, time passed in; no clock, no socket, no SIP.

Callers go by priority, then arrival; agents by the queue's strategy among those with the skills. The pairing
itself is kept by `routing.demand`; music, announcements and the legs belong to `routing/io`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.ids import SequenceIds
from base.machine import Machine
from base.timers import Timers
from routing import demand as demands
from routing.agents import StateInput, Status, StatusEffect
from routing.commands import ConnectAgent, Overflow, Record, RingAgent, StopRinging
from routing.entry import Entry
from routing.errors import EntryAlreadyQueued, UnknownQueue
from routing.explanation import explain
from routing.queue import QueueView, WaitingQueue
from routing.reservation import RESERVATION, Reservation, ReservationInput, ReservationResult, of_leaving
from routing.settings import LeaveReason
from routing.staff import Due, Staff

if TYPE_CHECKING:
    from base.ids import Ids
    from routing.commands import Command, JsonValue
    from routing.entry import EntryJoin
    from routing.roster import Agent, AgentView
    from routing.settings import RoutingConfig


class Distributor:
    """All queues and agents of a centre."""

    def __init__(self, centre: RoutingConfig, *, now: float, ids: Ids | None = None) -> None:
        """Set up queues and agents; `ids` names the reservations (numbered from one without it)."""
        self._ids = ids or SequenceIds()
        self._timers: Timers[tuple[Due, str]] = Timers()
        self._commands: list[Command] = []
        self._staff = Staff(centre.agents.values(), self._timers, self._commands, now=now)
        self._entries: dict[str, Entry] = {}
        self._reservations: dict[str, Reservation] = {}
        self._arrivals = 0
        self._queues = self._make_queues(centre)

    def reconfigure(self, centre: RoutingConfig, *, now: float) -> None:
        """Take another configuration while callers wait and phones ring: every place and every call is kept.

        Callers of a queue that is gone overflow as `closed`; agents who are gone are logged out, and forgotten once
        they are in no call.
        """
        for entry in [each for each in self._entries.values() if each.join.queue not in centre.queues]:
            self._overflow(entry, LeaveReason.CLOSED, now=now)
        for agent in self._staff.missing_from(centre.agents):
            self.agent_status(agent.id, Status.LOGGED_OUT, now=now)
        changed = self._staff.adopt(centre.agents, now=now)
        self._queues = self._make_queues(centre)
        for entry in sorted(self._entries.values(), key=lambda each: each.key):
            self._rehome(entry)
        for agent in changed:
            self._changed(agent, now=now)
        for entry in sorted(self._entries.values(), key=lambda each: each.key):
            if entry.id in entry.demand.waiting:
                self._serve_entry(entry, now=now)

    def _make_queues(self, centre: RoutingConfig) -> dict[str, WaitingQueue]:
        self._staff.queues = {
            each.id: WaitingQueue(each, self._staff.of(each.id)) for each in centre.queues.values()
        }
        return self._staff.queues

    def _rehome(self, entry: Entry) -> None:
        """Put an entry into the line of the same name, with the key it has."""
        queue = self._queues[entry.join.queue]
        entry.demand = queue.demand(entry.join.requires)
        queue.line.add(entry.id, entry.key)
        if entry.reservation:
            entry.demand.offering += 1
        else:
            entry.demand.waiting.add(entry.id, entry.key)

    # What others may see

    def agent(self, agent: str) -> AgentView:
        """One agent. Raises UnknownAgent."""
        return self._staff[agent].view()

    def agents(self) -> list[AgentView]:
        """All agents in the order of the file."""
        return self._staff.views()

    def queue(self, queue: str, *, now: float) -> QueueView:
        """One queue. Raises UnknownQueue."""
        found = self._queue(queue)
        head = found.line.first()
        return QueueView(
            found.settings.id,
            found.settings.name,
            len(found.line),
            {label: count for label, count in found.tally.items() if count},
            now - self._entries[head].joined if head else 0.0,
        )

    def queues(self, *, now: float) -> list[QueueView]:
        """All queues in the order of the file."""
        return [self.queue(each, now=now) for each in self._queues]

    def position(self, entry: str) -> int | None:
        """The place of an entry in its line, from one; None when it is in none."""
        found = self._entries.get(entry)
        return self._queues[found.join.queue].line.position(entry) if found else None

    # Callers

    def join(self, entry: EntryJoin, *, now: float) -> None:
        """A contact wants to wait. Raises UnknownQueue and EntryAlreadyQueued."""
        queue = self._queue(entry.queue)
        if entry.entry in self._entries:
            raise EntryAlreadyQueued(f"entry {entry.entry} is queued already")
        demand = queue.demand(entry.requires)
        self._arrivals += 1
        joined = Entry(entry, (-entry.priority, self._arrivals), now, demand)
        refused = queue.refusal(demand)
        self._entries[entry.entry] = joined
        queue.line.add(joined.id, joined.key)
        position = queue.line.position(joined.id)
        self._record(
            entry.contact, "queue.joined", queue=entry.queue, position=position, priority=entry.priority
        )
        if refused:
            self._overflow(joined, refused, now=now)
            return
        if queue.settings.max_wait is not None:
            self._timers.set((Due.MAX_WAIT, joined.id), now + queue.settings.max_wait)
        demand.waiting.add(joined.id, joined.key)
        self._serve_entry(joined, now=now)

    def leave(self, entry_id: str, reason: LeaveReason, *, now: float) -> None:
        """A contact leaves its queue; a phone ringing for it is stopped. Unknown entries have left before."""
        entry = self._entries.get(entry_id)
        if entry is not None:
            self._drop(entry, reason, now=now)

    # Agents

    def agent_status(self, agent: str, status: Status, reason: str | None = None, *, now: float) -> None:
        """The person chose a status. Raises UnknownAgent."""
        found = self._staff[agent]
        effects = found.choose(status, reason)
        if StatusEffect.WITHDRAW in effects and found.reservation:
            self._fail(self._reservations[found.reservation], ReservationResult.RESCINDED, now=now, stop=True)
        if StatusEffect.END_WRAP_UP in effects:
            self._staff.move(found, StateInput.WRAP_UP_END, now=now)
        if status is Status.AVAILABLE:
            self._staff.wake(found)
            if StatusEffect.OFFER_WORK in effects:
                found.idle_since = now
            self._staff.apply_device(found, now=now)
        self._changed(found, now=now)

    def device_reachable(self, agent: str, *, reachable: bool, now: float) -> None:
        """The account's phones registered, or the last one is gone. Raises UnknownAgent."""
        found = self._staff[agent]
        self._staff.registered(found, reachable=reachable)
        if found.reservation and not found.reachable:
            self._fail(
                self._reservations[found.reservation], ReservationResult.UNREACHABLE, now=now, stop=True
            )
        self._staff.apply_device(found, now=now)
        self._changed(found, now=now)

    def agent_busy_elsewhere(self, agent: str, *, busy: bool, now: float) -> None:
        """The agent began or ended a call that no queue gave. Raises UnknownAgent."""
        found = self._staff[agent]
        found.elsewhere = busy
        self._staff.move(found, StateInput.CALL_ELSEWHERE if busy else StateInput.FREE_ELSEWHERE, now=now)
        self._changed(found, now=now)

    def agent_held(self, agent: str, *, held: bool, now: float) -> None:
        """The agent put the caller on hold or took him or her back. Raises UnknownAgent."""
        found = self._staff[agent]
        self._staff.move(found, StateInput.HOLD if held else StateInput.RESUME, now=now)
        self._changed(found, now=now)

    def bridge_ended(self, agent: str, *, now: float) -> None:
        """The agent's call from the queue is over (or never came about): wrap-up. Raises UnknownAgent."""
        found = self._staff[agent]
        self._staff.end_bridge(found, now=now)
        self._changed(found, now=now)

    def wrap_up_over(self, agent: str, *, now: float) -> None:
        """The agent is done with the work after a call. Ignored outside wrap-up. Raises UnknownAgent."""
        found = self._staff[agent]
        self._staff.move(found, StateInput.WRAP_UP_END, now=now)
        self._changed(found, now=now)

    # Reservations

    def reservation_ringing(self, reservation: str, *, now: float) -> None:
        """The agent's phone rings."""
        found = self._reservations.get(reservation)
        if found is None or not found.machine.fire(ReservationInput.RING):
            return
        found.rang = now
        agent = self._staff[found.agent]
        self._record(found.contact, "reservation.ringing", reservation=found.id, agent=found.agent)
        self._staff.move(agent, StateInput.RING, now=now)
        self._changed(agent, now=now)

    def reservation_answered(self, reservation: str, *, now: float) -> None:
        """The agent's phone answered: ConnectAgent if the reservation still stands, else StopRinging."""
        found = self._reservations.get(reservation)
        if found is None:
            self._commands.append(StopRinging(reservation, ReservationResult.LOST_RACE))
            return
        agent = self._end(found, ReservationResult.ANSWERED, now=now)
        entry = self._entries[found.entry]
        queue = self._queues[found.queue].settings
        agent.wrap_up = queue.wrap_up if agent.settings.wrap_up is None else agent.settings.wrap_up
        self._commands.append(ConnectAgent(found.id, entry.id, agent.id))
        self._remove(entry, LeaveReason.ANSWERED, now=now)
        self._staff.move(agent, StateInput.ANSWER, now=now)
        self._changed(agent, now=now)

    def reservation_failed(self, reservation: str, result: ReservationResult, *, now: float) -> None:
        """The leg to the agent ended without an answer. Unknown reservations have ended already."""
        found = self._reservations.get(reservation)
        if found is not None:
            self._fail(found, result, now=now, stop=False)

    # Time and output

    def next_timeout(self) -> float | None:
        """The earliest deadline."""
        return self._timers.next()

    def handle_timeout(self, *, now: float) -> None:
        """Carry out what is due."""
        while (due := self._timers.pop_due(now)) is not None:
            kind, name = due
            match kind:
                case Due.RING:
                    self._fail(self._reservations[name], ReservationResult.NO_ANSWER, now=now, stop=True)
                case Due.MAX_WAIT:
                    self._overdue(self._entries[name], now=now)
                case Due.WRAP_UP:
                    self.wrap_up_over(name, now=now)
                case Due.REST | Due.RETRY:
                    self._staff.rested(self._staff[name], kind, now=now)
                    self._changed(self._staff[name], now=now)

    def take_commands(self) -> list[Command]:
        """What the edge must do now, in order."""
        taken = self._commands.copy()
        self._commands.clear()
        return taken

    # Pairing

    def _serve_entry(self, entry: Entry, *, now: float) -> None:
        """A waiting entry: give it the first idle agent that can serve it, if there is one."""
        agent = entry.demand.idle.first()
        if agent is not None:
            self._reserve(entry, self._staff[agent], now=now)

    def _serve_agent(self, agent: Agent, *, now: float) -> None:
        """An idle agent: give him or her the first entry that he or she can serve, if there is one."""
        entry = demands.first_waiting(agent)
        if entry is not None:
            self._reserve(self._entries[entry], agent, now=now)

    def _reserve(self, entry: Entry, agent: Agent, *, now: float) -> None:
        queue = self._queues[entry.join.queue]
        explained = explain(queue, entry.demand, agent, now=now)
        reservation = Reservation(
            self._ids.new(),
            entry.id,
            agent.id,
            entry.join.queue,
            entry.join.contact,
            now,
            Machine(RESERVATION),
        )
        self._reservations[reservation.id] = reservation
        entry.reservation = agent.reservation = reservation.id
        entry.demand.waiting.discard(entry.id)
        entry.demand.offering += 1
        ring_timeout = queue.settings.ring_timeout
        self._timers.set((Due.RING, reservation.id), now + ring_timeout)
        self._record(
            entry.join.contact, "reservation.created", reservation=reservation.id, agent=agent.id,
            queue=entry.join.queue, explained=explained,
        )  # fmt: skip
        self._commands.append(
            RingAgent(reservation.id, entry.id, agent.id, agent.settings.contact, ring_timeout)
        )
        self._staff.move(agent, StateInput.RESERVE, now=now)
        self._changed(agent, now=now)

    # Ends of reservations

    def _end(self, reservation: Reservation, result: ReservationResult, *, now: float) -> Agent:
        """Close the reservation on both sides; what becomes of entry and agent is the caller's business."""
        reservation.machine.fire(ReservationInput.END)
        del self._reservations[reservation.id]
        self._timers.cancel((Due.RING, reservation.id))
        agent, entry = self._staff[reservation.agent], self._entries[reservation.entry]
        agent.reservation = entry.reservation = None
        entry.demand.offering -= 1
        ring = round(now - reservation.rang, 3) if reservation.rang is not None else None
        self._record(
            reservation.contact, "reservation.ended", reservation=reservation.id, agent=reservation.agent,
            queue=reservation.queue, result=result.value, ring=ring,
        )  # fmt: skip
        return agent

    def _fail(self, reservation: Reservation, result: ReservationResult, *, now: float, stop: bool) -> None:
        """The reservation came to nothing: the entry is back in its place, the agent treated by the cause."""
        entry = self._entries[reservation.entry]
        self._release(reservation, result, now=now, stop=stop)
        agent = self._staff[reservation.agent]
        if entry.is_overdue:
            self._overflow(entry, LeaveReason.TIMEOUT, now=now)
        else:
            entry.demand.waiting.add(entry.id, entry.key)
        self._changed(agent, now=now)
        if entry.id in entry.demand.waiting:
            self._serve_entry(entry, now=now)

    def _release(
        self, reservation: Reservation, result: ReservationResult, *, now: float, stop: bool
    ) -> None:
        agent = self._end(reservation, result, now=now)
        if stop:
            self._commands.append(StopRinging(reservation.id, result))
        self._staff.treat(agent, self._queues[reservation.queue].settings, result, now=now)
        self._staff.move(agent, StateInput.RELEASE, now=now)

    # Ends of entries

    def _overdue(self, entry: Entry, *, now: float) -> None:
        """The longest wait is over; a phone that already rings for the entry may still be answered."""
        if entry.reservation:
            entry.is_overdue = True
        else:
            self._overflow(entry, LeaveReason.TIMEOUT, now=now)

    def _overflow(self, entry: Entry, reason: LeaveReason, *, now: float) -> None:
        destination = self._queues[entry.join.queue].settings.overflow_for(reason)
        self._drop(entry, reason, now=now)
        self._commands.append(Overflow(entry.id, destination, reason))

    def _drop(self, entry: Entry, reason: LeaveReason, *, now: float) -> None:
        """Take the entry out and set the agent free whose phone rings for it."""
        agent: Agent | None = None
        if entry.reservation:
            reservation = self._reservations[entry.reservation]
            agent = self._staff[reservation.agent]
            self._release(reservation, of_leaving(reason), now=now, stop=True)
        self._remove(entry, reason, now=now)
        if agent is not None:
            self._changed(agent, now=now)

    def _remove(self, entry: Entry, reason: LeaveReason, *, now: float) -> None:
        del self._entries[entry.id]
        self._timers.cancel((Due.MAX_WAIT, entry.id))
        entry.demand.waiting.discard(entry.id)
        self._queues[entry.join.queue].line.discard(entry.id)
        waited = round(now - entry.joined, 3)
        self._record(
            entry.join.contact, "queue.left", queue=entry.join.queue, reason=reason.value, waited=waited
        )

    def _changed(self, agent: Agent, *, now: float) -> None:
        """After any change of an agent: publish it, and give work if that is possible now."""
        if self._staff.changed(agent):
            self._serve_agent(agent, now=now)

    # Small things

    def _queue(self, queue: str) -> WaitingQueue:
        try:
            return self._queues[queue]
        except KeyError:
            raise UnknownQueue(f"no queue {queue}") from None

    def _record(self, contact: str, kind: str, **data: JsonValue) -> None:
        self._commands.append(Record(contact, kind, data))
