"""Gives waiting entries to agents: events in, commands out, time passed in; no clock, no socket, no SIP.

Callers go by when they are due (routing.entry), agents by the queue's strategy among those with the skills. Each event
changes what it concerns (routing.line: entries; routing.staff: agents; routing.offers: reservations); then
routing.pairing brings together whom the event has made free for each other. Music and legs belong to `routing/io`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.ids import SequenceIds
from base.timers import Timers
from routing.agents.staff import Staff
from routing.agents.tables import State, StateInput, Status, StatusEffect
from routing.commands import StopRinging
from routing.errors import CannotPick
from routing.floor import Due, Floor
from routing.pairing import Pairing
from routing.queues.estimates import Estimates
from routing.queues.line import Line
from routing.queues.queue import EntryView, QueueView, WaitingQueue
from routing.reservations.explanation import Choice
from routing.reservations.memory_store import MemoryStore
from routing.reservations.offers import Offers
from routing.reservations.reservation import ReservationResult
from routing.settings import LeaveReason

if TYPE_CHECKING:
    from base.ids import Ids
    from calls.destination import Destination
    from routing.agents.agent import Agent, AgentView
    from routing.commands import Command
    from routing.queues.entry import Entry, EntryJoin
    from routing.reservations.store import Store
    from routing.settings import RoutingConfig


class Distributor:
    """All queues and agents of a centre."""

    def __init__(
        self,
        centre: RoutingConfig,
        *,
        now: float,
        ids: Ids | None = None,
        store: Store | None = None,
        quiet: bool = False,
    ) -> None:
        """Set up queues and agents.

        `ids` names the reservations and draws lots (numbered from one without it); `store` keeps what must never go
        wrong (in memory without it); a `quiet` one explains, records, estimates and shows nothing, for simulations.
        """
        store = MemoryStore() if store is None else store
        self._floor = Floor(store, ids or SequenceIds(), Timers(), is_quiet=quiet)
        self._staff = Staff(centre.agents.values(), self._floor, now=now)
        self._offers = Offers(self._floor, self._staff)
        self._line = Line(self._floor, self._staff, self._offers)
        self._pairing = Pairing(self._floor, self._staff, self._offers)
        self._make_queues(centre)

    def _make_queues(self, centre: RoutingConfig) -> None:
        queues = centre.queues.values()
        self._floor.queues = {each.id: WaitingQueue(each, self._staff.of(each.id)) for each in queues}
        before = self._floor.estimates
        self._floor.estimates = {each.id: before.get(each.id) or Estimates() for each in queues}

    def reconfigure(self, centre: RoutingConfig, *, now: float) -> None:
        """Take another configuration while callers wait and phones ring: every place and every call is kept.

        Callers of a queue that is gone overflow as `closed`; agents who are gone are logged out, and forgotten once
        they are in no call.
        """
        floor = self._floor
        for entry in [each for each in floor.entries.values() if each.join.queue not in centre.queues]:
            self._line.overflow(entry, LeaveReason.CLOSED, now=now)
        for agent in self._staff.missing_from(centre.agents):
            self._choose(agent, Status.LOGGED_OUT, None, now=now)
        for gone in floor.queues.keys() - centre.queues:
            floor.timers.cancel((Due.LEFT_EMPTY, gone))
        floor.fresh_entries.clear()
        floor.fresh_agents.clear()
        changed = self._staff.adopt(centre.agents, now=now)
        self._make_queues(centre)
        for entry in sorted(floor.entries.values(), key=lambda each: each.arrived):
            self._line.rehome(entry, now=now)
        for agent in changed:
            self._staff.changed(agent)
            self._line.staffing_changed(agent, now=now)
        self._settle(now=now)

    # What others may see

    def agent(self, agent: str) -> AgentView:
        """One agent. Raises UnknownAgent."""
        return self._staff[agent].view()

    def agents(self) -> list[AgentView]:
        """All agents in the order of the file."""
        return self._staff.views()

    def queue(self, queue: str, *, now: float) -> QueueView:
        """One queue. Raises UnknownQueue."""
        found = self._line.queue(queue)
        return QueueView(
            found.settings.id,
            found.settings.name,
            len(found.line),
            found.tally,
            0.0 if (oldest := found.oldest()) is None else now - oldest,
            self._floor.estimates[queue].view(),
        )

    def queues(self, *, now: float) -> list[QueueView]:
        """All queues in the order of the file."""
        return [self.queue(each, now=now) for each in self._floor.queues]

    def waiting(self, queue: str, *, now: float) -> list[EntryView]:
        """Who waits in a queue, in the order of the line. Raises UnknownQueue."""
        entries = [self._floor.entries[each] for each in self._line.queue(queue).line]
        return [
            EntryView(
                each.id,
                each.join.contact,
                queue,
                each.priority,
                place,
                now - each.joined,
                bool(each.reservations),
                self.estimate(each.id),
            )
            for place, each in enumerate(entries, 1)
        ]

    def position(self, entry: str) -> int | None:
        """The place of an entry in its line, from one; None when it is in none."""
        found = self._floor.entries.get(entry)
        return self._floor.queues[found.join.queue].line.position(entry) if found else None

    def estimate(self, entry: str) -> float | None:
        """Seconds that an entry will still wait; None where nobody can tell, or it waits no more."""
        found = self._floor.entries.get(entry)
        if found is None:
            return None
        queue = found.join.queue
        return self._floor.estimates[queue].estimate(*self._floor.queues[queue].standing(found))

    # Callers

    def join(self, entry: EntryJoin, *, now: float) -> None:
        """A contact wants to wait. Raises UnknownQueue and EntryAlreadyQueued."""
        self._line.join(entry, now=now)
        self._settle(now=now)

    def leave(self, entry: str, reason: LeaveReason, *, now: float) -> None:
        """A contact leaves its queue; a phone ringing for it is stopped. Unknown entries have left before."""
        found = self._floor.entries.get(entry)
        if found is not None:
            self._line.drop(found, reason, now=now)
            self._settle(now=now)

    def withdraw(self, entry: str, destination: Destination | None = None, *, now: float) -> None:
        """Somebody takes the contact out of its queue, to the destination or to be let go. Unknown ones have left."""
        found = self._floor.entries.get(entry)
        if found is not None:
            self._line.overflow(found, LeaveReason.WITHDRAWN, destination, now=now)
            self._settle(now=now)

    def prioritise(self, entry: str, priority: int, *, now: float) -> None:
        """The entry has another priority, and so another place. Unknown entries have left before."""
        found = self._floor.entries.get(entry)
        if found is not None:
            self._line.prioritise(found, priority)
            self._settle(now=now)

    def pick(self, entry: str, agent: str, *, now: float) -> None:
        """The agent gets this entry now, whoever else would; phones that ring for it stop.

        Raises UnknownAgent, and CannotPick when the entry is gone, the agent not idle with a phone that is there, or
        taken by another node at this moment.
        """
        found, picker = self._floor.entries.get(entry), self._staff[agent]
        if found is None:
            raise CannotPick(f"{entry} does not wait any more")
        if picker.state is not State.IDLE or picker.status is Status.LOGGED_OUT:
            raise CannotPick(f"{agent} is {picker.present_label()}")
        self._line.rescind(found, ReservationResult.RESCINDED, now=now)
        self._line.wait(found)
        self._offers.make(found, picker, Choice.PICK, now=now)
        is_picked = picker.reservation is not None
        if not is_picked:
            self._line.failed(found, now=now)
        self._settle(now=now)
        if not is_picked:
            raise CannotPick(f"{agent} has just been given to somebody else")

    # Agents

    def agent_status(self, agent: str, status: Status, reason: str | None = None, *, now: float) -> None:
        """The person chose a status. Raises UnknownAgent."""
        self._choose(self._staff[agent], status, reason, now=now)
        self._settle(now=now)

    def _choose(self, agent: Agent, status: Status, reason: str | None, *, now: float) -> None:
        effects = agent.choose(status, reason, now=now)
        if StatusEffect.WITHDRAW in effects:
            self._take_back(agent, ReservationResult.RESCINDED, now=now)
        if StatusEffect.END_WRAP_UP in effects:
            self._staff.move(agent, StateInput.WRAP_UP_END, now=now)
        if status is Status.AVAILABLE:
            self._staff.wake(agent)
            if StatusEffect.OFFER_WORK in effects:
                agent.idle_since = now
            self._staff.apply_device(agent, now=now)
        self._staff.changed(agent)

    def _take_back(self, agent: Agent, result: ReservationResult, *, now: float) -> None:
        """The reservation of the agent, if there is one, must not ring on."""
        if agent.reservation is not None:
            self._fail(agent.reservation, result, now=now, stop=True)

    def device_reachable(self, agent: str, *, reachable: bool, now: float) -> None:
        """The account's phones registered, or the last one is gone. Raises UnknownAgent."""
        found = self._staff[agent]
        self._staff.registered(found, reachable=reachable)
        if not found.reachable:
            self._take_back(found, ReservationResult.UNREACHABLE, now=now)
        self._staff.apply_device(found, now=now)
        self._changed(found, now=now)

    def agent_busy_elsewhere(self, agent: str, *, busy: bool, now: float) -> None:
        """The agent began or ended a call that no queue gave; what rings meanwhile is for others.

        Raises UnknownAgent.
        """
        found = self._staff[agent]
        found.elsewhere = busy
        if busy:
            self._take_back(found, ReservationResult.RESCINDED, now=now)
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

    def plan_wrap_up(self, agent: str, seconds: float) -> None:
        """The work after the present call is to take so long. Raises UnknownAgent."""
        self._staff[agent].wrap_up = seconds

    def carry_on_wrap_up(self, agent: str, seconds: float, *, now: float) -> None:
        """Wrap-up goes on for so long that began before a restart. Raises UnknownAgent."""
        found = self._staff[agent]
        self._staff.carry_on_wrap_up(found, seconds, now=now)
        self._changed(found, now=now)

    def extend_wrap_up(self, agent: str, seconds: float, *, now: float) -> None:
        """The work after a call takes longer. Raises UnknownAgent and NotInWrapUp."""
        found = self._staff[agent]
        self._staff.extend_wrap_up(found, seconds)
        self._changed(found, now=now)

    def reconcile(self, agent: str, *, in_call: bool, now: float) -> None:
        """Hold the state against the agent's real legs: `in_call` tells whether one talks with a queue's caller.

        A state that says otherwise is mended and recorded as `agent.healed`. Raises UnknownAgent.
        """
        found = self._staff[agent]
        says_so = found.state in (State.TALKING, State.HOLD)
        if says_so and not in_call:
            was = found.state
            self._staff.end_bridge(found, now=now)
            self._floor.record("", "agent.healed", agent=agent, was=was.value, state=found.state.value)
            self._changed(found, now=now)

    # Reservations

    def reservation_ringing(self, reservation: str, *, now: float) -> None:
        """The agent's phone rings."""
        self._offers.ringing(reservation, now=now)

    def reservation_picked_up(self, reservation: str, seconds: float, *, now: float) -> None:
        """The agent has answered and is told who waits: the reservation stands for so long, until it is answered."""
        self._offers.picked_up(reservation, seconds, now=now)

    def reservation_answered(self, reservation: str, *, now: float) -> bool:
        """The agent's phone answered: ConnectAgent and True if the caller is theirs, else StopRinging and False."""
        found = self._floor.reservations.get(reservation)
        if found is None:
            self._floor.tell(StopRinging(reservation, ReservationResult.LOST_RACE))
            return False
        won = self._offers.win(found, now=now)
        if won is not None:
            self._line.remove(won, LeaveReason.ANSWERED, now=now)
        else:
            self._fail(reservation, ReservationResult.LOST_RACE, now=now, stop=True)
        self._settle(now=now)
        return won is not None

    def reservation_failed(self, reservation: str, result: ReservationResult, *, now: float) -> None:
        """The leg to the agent ended without an answer. Unknown reservations have ended already."""
        if reservation in self._floor.reservations:
            self._fail(reservation, result, now=now, stop=False)
            self._settle(now=now)

    def _fail(self, reservation: str, result: ReservationResult, *, now: float, stop: bool) -> None:
        entry = self._offers.fail(self._floor.reservations[reservation], result, now=now, stop=stop)
        self._line.failed(entry, now=now)

    # Time and output

    def next_timeout(self) -> float | None:
        """The earliest deadline."""
        return self._floor.timers.next()

    def handle_timeout(self, *, now: float) -> None:
        """Carry out all that is due, then bring together whom it has made free."""
        while (due := self._floor.timers.pop_due(now)) is not None:
            self._carry_out(*due, now=now)
        self._settle(now=now)

    def _carry_out(self, kind: Due, name: str, *, now: float) -> None:
        match kind:
            case Due.RING:
                self._fail(name, ReservationResult.NO_ANSWER, now=now, stop=True)
            case Due.WRAP_UP:
                self._staff.move(self._staff[name], StateInput.WRAP_UP_END, now=now)
                self._staff.changed(self._staff[name])
            case Due.REST | Due.RETRY:
                self._staff.rested(self._staff[name], kind, now=now)
                self._staff.changed(self._staff[name])
            case Due.LEFT_EMPTY:
                self._line.left_empty(self._floor.queues[name], now=now)
            case _:
                self._entry_due(kind, self._floor.entries[name], now=now)

    def _entry_due(self, kind: Due, entry: Entry, *, now: float) -> None:
        match kind:
            case Due.MAX_WAIT:
                self._line.overdue(entry, now=now)
            case Due.RELAX:
                self._line.relax(entry, now=now)
            case Due.SHARED:
                self._line.share(entry)
            case _:
                self._line.widen(entry, now=now)

    def take_commands(self) -> list[Command]:
        """What the edge must do now, in order."""
        return self._floor.take_commands()

    def _changed(self, agent: Agent, *, now: float) -> None:
        self._staff.changed(agent)
        self._settle(now=now)

    def _settle(self, *, now: float) -> None:
        """After each event: who has become free for whom."""
        floor = self._floor
        while floor.restaffed:
            for agent in list(floor.restaffed):
                del floor.restaffed[agent]
                self._line.staffing_changed(agent, now=now)
        self._pairing.settle(now=now)
