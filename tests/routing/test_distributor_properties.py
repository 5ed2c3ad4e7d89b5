"""The whole distributor under arrivals, hang-ups, answers, refusals, dead phones and changes of mind in any order."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from routing.agents.tables import State, Status
from routing.commands import ConnectAgent, Overflow, Record, RingAgent, StopRinging
from routing.distributor import Distributor
from routing.errors import CannotPick, NotInWrapUp
from routing.queues.entry import EntryJoin, due
from routing.queues.line import AVOIDED
from routing.reservations.memory_store import MemoryStore
from routing.reservations.reservation import ReservationResult
from routing.settings import LeaveReason, RoutingConfig
from routing.skills import combine, lacking, relaxed
from tests.routing.busy_centre import AGENTS, QUEUES, REQUIRES

FAILURES = [
    ReservationResult.REJECTED,
    ReservationResult.BUSY,
    ReservationResult.UNREACHABLE,
    ReservationResult.FAILED,
]
RINGING = (State.RESERVED, State.RINGING)
agent_ids = st.sampled_from(sorted(AGENTS))
picks = st.integers(0, 50)


class Centre(RuleBasedStateMachine):
    """Plays the edge: keeps its own account of who waits and what rings, made from commands alone."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.store = MemoryStore()
        self.distributor = Distributor(RoutingConfig(QUEUES, AGENTS), now=self.now, store=self.store)
        self.waiting: dict[str, EntryJoin] = {}
        self.order: dict[str, tuple[float, int]] = {}
        self.came: dict[str, tuple[float, float]] = {}
        """When each entry joined its line, and from when its wait counts."""
        self.is_picking = False
        """An agent takes somebody whoever is before."""
        self.picked: set[str] = set()
        self.ringing: dict[str, RingAgent] = {}
        self.talking: dict[str, str] = {}
        self.elsewhere: set[str] = set()
        self.registered: set[str] = {each.id for each in AGENTS.values() if each.contact}
        self.ended: list[str] = []
        self.joined = 0
        self.left: set[str] = set()

    def hear(self) -> None:
        """Take the commands and hold them against what the edge knows."""
        for command in self.distributor.take_commands():
            match command:
                case RingAgent():
                    self._ring(command)
                case StopRinging(reservation=reservation, reason=reason):
                    assert reservation in self.ringing or reason is ReservationResult.LOST_RACE
                    self.ringing.pop(reservation, None)
                case ConnectAgent(reservation=reservation, entry=entry, agent=agent):
                    assert self.ringing.pop(reservation).agent == agent
                    assert agent not in self.talking, "two callers for one agent"
                    self.talking[agent] = entry
                    del self.waiting[entry]
                case Overflow(entry=entry):
                    assert not [each for each in self.ringing.values() if each.entry == entry]
                    del self.waiting[entry]
                case Record(type="reservation.ended", data=data):
                    assert data["reservation"] not in self.ended, "a reservation ended twice"
                    self.ended.append(str(data["reservation"]))
                case Record(type="queue.left", contact=contact):
                    assert contact not in self.left, "an entry left twice"
                    self.left.add(contact)
                case _:
                    pass

    def _ring(self, command: RingAgent) -> None:
        assert command.entry in self.waiting
        assert not [each for each in self.ringing.values() if each.agent == command.agent], (
            "agent reserved twice"
        )
        assert command.agent not in self.talking
        assert command.agent not in self.elsewhere, "rung while on another call"
        assert command.agent in self.registered, "rung without a phone"
        for other in () if self.is_picking else self.waiting:
            if self.has_room(other) and self.order[other] < self.order[command.entry]:
                assert not self.can_serve(command.agent, other), f"{command.entry} served before {other}"
        self.ringing[command.reservation] = command

    def has_room(self, entry: str) -> bool:
        """Whether one phone more may ring for it."""
        found = self.distributor._floor.entries.get(entry)
        return found is not None and found.has_room and not found.is_overdue

    def can_serve(self, agent: str, entry: str) -> bool:
        """Whether the agent has the queue and the skills that are still asked."""
        join, has = self.waiting[entry], AGENTS[agent]
        arrived, counts_from = self.came[entry]
        steps = [each for each in QUEUES[join.queue].relax if counts_from + each.after <= self.now]
        requirements = relaxed(combine(QUEUES[join.queue].requires, join.requires), steps)
        if join.queue not in has.queues or lacking(has.skills, requirements) is not None:
            return False
        demand = self.distributor._floor.entries[entry].demand
        if demand.exclusive == "sticky":
            assert self.now < arrived + QUEUES[join.queue].sticky
            return agent == join.sticky
        if demand.exclusive == "avoid":
            assert self.now < arrived + AVOIDED
            return agent not in join.avoid
        return True

    def pick(self, number: int) -> RingAgent:
        """One of the reservations that stand."""
        return list(self.ringing.values())[number % len(self.ringing)]

    @rule(
        queue=st.sampled_from(sorted(QUEUES)),
        priority=st.integers(0, 2),
        requires=st.sampled_from(REQUIRES),
        ago=st.sampled_from([0, 0, 5, 50]),
        sticky=st.none() | agent_ids,
        avoid=st.frozensets(agent_ids, max_size=1),
    )
    def caller_arrives(
        self,
        queue: str,
        priority: int,
        requires: tuple[tuple[str, int], ...],
        ago: int,
        sticky: str | None,
        avoid: frozenset[str],
    ) -> None:
        self.joined += 1
        entry, since = f"e{self.joined}", self.now - ago
        join = EntryJoin(entry, entry, queue, priority, requires, since, sticky, avoid=avoid)
        self.waiting[entry] = join
        self.came[entry] = (self.now, since)
        self.order[entry] = (due(QUEUES[queue], joined=since, priority=priority), self.joined)
        self.distributor.join(join, now=self.now)
        self.hear()

    @precondition(lambda self: self.waiting)
    @rule(number=picks, priority=st.integers(0, 3))
    def supervisor_prioritises(self, number: int, priority: int) -> None:
        entry = list(self.waiting)[number % len(self.waiting)]
        queue = QUEUES[self.waiting[entry].queue]
        at = due(queue, joined=self.came[entry][1], priority=priority)
        self.order[entry] = (at, self.order[entry][1])
        self.distributor.prioritise(entry, priority, now=self.now)
        self.hear()

    @precondition(lambda self: self.waiting)
    @rule(number=picks)
    def supervisor_takes_out(self, number: int) -> None:
        self.distributor.withdraw(list(self.waiting)[number % len(self.waiting)], now=self.now)
        self.hear()

    @precondition(lambda self: self.waiting)
    @rule(number=picks, agent=agent_ids)
    def agent_picks(self, number: int, agent: str) -> None:
        entry = list(self.waiting)[number % len(self.waiting)]
        self.is_picking = True
        before = self.ringing.keys() | set()
        with suppress(CannotPick):
            self.distributor.pick(entry, agent, now=self.now)
        self.hear()
        self.picked |= self.ringing.keys() - before
        self.is_picking = False

    @rule(agent=agent_ids)
    def agent_wants_longer(self, agent: str) -> None:
        with suppress(NotInWrapUp):
            self.distributor.extend_wrap_up(agent, 7, now=self.now)
        self.hear()

    @rule(agent=agent_ids)
    def state_is_held_against_the_legs(self, agent: str) -> None:
        before = self.distributor.agent(agent).state
        self.distributor.reconcile(agent, in_call=agent in self.talking, now=self.now)
        assert self.distributor.agent(agent).state is before, "healed what was well"
        self.hear()

    @precondition(lambda self: self.waiting)
    @rule(number=picks, reason=st.sampled_from([LeaveReason.ABANDONED, LeaveReason.SYSTEM]))
    def caller_leaves(self, number: int, reason: LeaveReason) -> None:
        entry = list(self.waiting)[number % len(self.waiting)]
        del self.waiting[entry]
        self.distributor.leave(entry, reason, now=self.now)
        self.distributor.leave(entry, reason, now=self.now)
        self.hear()

    @precondition(lambda self: self.ringing)
    @rule(number=picks)
    def phone_rings(self, number: int) -> None:
        self.distributor.reservation_ringing(self.pick(number).reservation, now=self.now)
        self.hear()

    @precondition(lambda self: self.ringing)
    @rule(number=picks)
    def agent_answers(self, number: int) -> None:
        self.distributor.reservation_answered(self.pick(number).reservation, now=self.now)
        self.hear()

    @precondition(lambda self: self.ringing)
    @rule(number=picks, result=st.sampled_from(FAILURES))
    def phone_refuses(self, number: int, result: ReservationResult) -> None:
        reservation = self.ringing.pop(self.pick(number).reservation).reservation
        self.distributor.reservation_failed(reservation, result, now=self.now)
        self.hear()

    @precondition(lambda self: self.ended)
    @rule(number=picks, answered=st.booleans())
    def something_late_is_heard_of_an_ended_reservation(self, number: int, *, answered: bool) -> None:
        reservation = self.ended[number % len(self.ended)]
        self.distributor.reservation_ringing(reservation, now=self.now)
        if answered:
            self.distributor.reservation_answered(reservation, now=self.now)
        else:
            self.distributor.reservation_failed(reservation, ReservationResult.FAILED, now=self.now)
        self.hear()

    @precondition(lambda self: self.talking)
    @rule(number=picks)
    def call_ends(self, number: int) -> None:
        agent = list(self.talking)[number % len(self.talking)]
        del self.talking[agent]
        self.distributor.bridge_ended(agent, now=self.now)
        self.hear()

    @rule(agent=agent_ids, status=st.sampled_from(Status))
    def agent_chooses(self, agent: str, status: Status) -> None:
        self.distributor.agent_status(agent, status, "lunch", now=self.now)
        self.hear()

    @rule(agent=agent_ids, reachable=st.booleans())
    def phone_comes_or_goes(self, agent: str, *, reachable: bool) -> None:
        if reachable:
            self.registered.add(agent)
        elif AGENTS[agent].contact is None:
            self.registered.discard(agent)
        self.distributor.device_reachable(agent, reachable=reachable, now=self.now)
        self.hear()

    @rule(agent=agent_ids, busy=st.booleans())
    def agent_calls_elsewhere(self, agent: str, *, busy: bool) -> None:
        (self.elsewhere.add if busy else self.elsewhere.discard)(agent)
        self.distributor.agent_busy_elsewhere(agent, busy=busy, now=self.now)
        self.hear()

    @rule(agent=agent_ids, held=st.booleans())
    def agent_holds(self, agent: str, *, held: bool) -> None:
        self.distributor.agent_held(agent, held=held, now=self.now)
        self.hear()

    @rule(agent=agent_ids)
    def agent_ends_wrap_up(self, agent: str) -> None:
        self.distributor.wrap_up_over(agent, now=self.now)
        self.hear()

    @rule(seconds=st.sampled_from([0.5, 5.0, 20.0, 100.0]))
    def time_passes(self, seconds: float) -> None:
        until = self.now + seconds
        while (due := self.distributor.next_timeout()) is not None and due <= until:
            self.now = max(self.now, due)
            self.distributor.handle_timeout(now=self.now)
            self.hear()
        self.now = until

    @rule(without=st.none() | agent_ids)
    def configuration_is_read_again(self, without: str | None) -> None:
        """Names stay and everything else is made anew; an agent may be gone for a moment."""
        fewer = {name: each for name, each in AGENTS.items() if name != without}
        if without in self.talking or without is None:
            fewer = AGENTS
        for staff in (fewer, AGENTS):
            self.registered.intersection_update(set(staff))
            self.registered.update(name for name, each in staff.items() if each.contact)
            self.elsewhere.intersection_update(staff)
            self.came = {entry: (self.now, since) for entry, (_, since) in self.came.items()}
            self.distributor.reconfigure(RoutingConfig(QUEUES, staff), now=self.now)
            self.hear()

    @invariant()
    def nobody_waits_while_an_able_agent_is_idle(self) -> None:
        free = [agent.id for agent in self.distributor.agents() if self._is_free(agent.id)]
        for entry in self.waiting:
            if self.has_room(entry):
                assert not [agent for agent in free if self.can_serve(agent, entry)], f"{entry} starves"

    def _is_free(self, agent: str) -> bool:
        view = self.distributor.agent(agent)
        resting = self.distributor._staff[agent].resting_until
        return view.status is Status.AVAILABLE and view.state is State.IDLE and resting is None

    @invariant()
    def the_distributor_and_its_edge_agree(self) -> None:
        standing = {each.agent: each.reservation for each in self.ringing.values()}
        for view in self.distributor.agents():
            assert (view.state in RINGING) == (view.id in standing)
            assert view.reservation == standing.get(view.id)
            may_ring = view.status is Status.AVAILABLE or view.reservation in self.picked
            assert may_ring or view.id not in standing, "rings at somebody who has left"
            assert (view.state in (State.TALKING, State.HOLD)) == (view.id in self.talking)
            assert (view.state is State.WRAP_UP) == (view.wrap_up_until is not None)
        assert self.distributor._floor.entries.keys() == self.waiting.keys(), "an entry was lost"
        for entry in self.waiting:
            rings = {each.reservation for each in self.ringing.values() if each.entry == entry}
            assert self.distributor._floor.entries[entry].reservations == rings
        for queue in QUEUES:
            here = [entry for entry, join in self.waiting.items() if join.queue == queue]
            assert self.distributor.queue(queue, now=self.now).waiting == len(here)
            for place, entry in enumerate(sorted(here, key=self.order.__getitem__), 1):
                assert self.distributor.position(entry) == place

    @invariant()
    def the_store_says_the_same(self) -> None:
        for view in self.distributor.agents():
            row = self.store.agent(view.id)
            assert row is not None
            assert (row.status, row.state, row.reservation) == (view.status, view.state, view.reservation)
        for entry in self.waiting:
            kept = self.store.entry(entry)
            assert kept is not None
            assert kept.winner is None
            assert kept.due == self.order[entry][0]
            assert kept.open == {each.reservation for each in self.ringing.values() if each.entry == entry}
        assert len(self.store._entries) == len(self.waiting), "the store keeps who has left"

    @invariant()
    def each_demand_knows_its_entries_and_is_forgotten_without_any(self) -> None:
        floor = self.distributor._floor
        entries = floor.entries.values()
        shared = {demand for queue in floor.queues.values() for demand in queue.demands.values()}
        for demand in {*shared, *(entry.demand for entry in entries)}:
            own = [entry for entry in entries if entry.demand is demand]
            assert demand.offering == sum(len(entry.reservations) for entry in own)
            assert set(demand.waiting) == {
                entry.id for entry in own if entry.has_room and not entry.is_overdue
            }
        asked = {demand for name in AGENTS for demand in self.distributor._staff[name].demands}
        assert all(demand in shared or any(entry.demand is demand for entry in entries) for demand in asked)

    @invariant()
    def whatever_is_transient_has_a_deadline(self) -> None:
        timers = {name for _, name in self.distributor._floor.timers._live}
        for command in self.ringing.values():
            assert command.reservation in timers, "a reservation could ring for ever"
        for view in self.distributor.agents():
            transient = (
                view.state is State.WRAP_UP or self.distributor._staff[view.id].resting_until is not None
            )
            assert not transient or view.id in timers, f"{view.id} is stuck"

    @invariant()
    def the_tally_counts_each_agent_once(self) -> None:
        for queue in self.distributor.queues(now=self.now):
            assert sum(queue.agents.values()) == sum(queue.id in agent.queues for agent in AGENTS.values())

    def teardown(self) -> None:
        """Everything comes to an end: all agents work on, each caller whom one can serve is served, nothing is left."""
        for name in AGENTS:
            self.registered.add(name)
            self.elsewhere.discard(name)
            self.distributor.agent_busy_elsewhere(name, busy=False, now=self.now)
            self.distributor.device_reachable(name, reachable=True, now=self.now)
            self.distributor.agent_status(name, Status.AVAILABLE, now=self.now)
            self.hear()
        for _ in range(60 + 12 * len(self.waiting)):
            for ring in list(self.ringing.values()):
                self.distributor.reservation_answered(ring.reservation, now=self.now)
                self.hear()
            for name in list(self.talking):
                del self.talking[name]
                self.distributor.bridge_ended(name, now=self.now)
                self.hear()
            self.time_passes(5.0)
        able = [each for each in self.waiting if any(self.can_serve(name, each) for name in AGENTS)]
        assert not able, f"{able} never served"
        for entry in list(self.waiting):
            del self.waiting[entry]
            self.distributor.leave(entry, LeaveReason.ABANDONED, now=self.now)
            self.hear()
        self.time_passes(1000.0)
        assert not self.ringing
        assert not self.distributor._floor.reservations
        assert len(self.distributor._floor.timers) == 0
        assert not self.store._reservations
        for view in self.distributor.agents():
            assert view.state is State.IDLE, f"{view.id} is stuck"
            assert len(self.distributor._staff[view.id].demands) <= 33 * len(view.queues)


Centre.TestCase.settings = settings(max_examples=200, stateful_step_count=60, deadline=None)
TestCentre = Centre.TestCase
