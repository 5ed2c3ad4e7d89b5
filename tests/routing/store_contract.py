"""What any store of routing must keep to (routing/reservations/store.py), as tests for every implementation.

    class TestMyStore(StoreContract):
        make = MyStore

    TestMyStoreInAnyOrder = commands_in_any_order(MyStore)

The first are the rules one by one; the second gives all commands in any order and says of each, from what the store
shows, whether it had to be done or refused and what it had to change.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from routing.agents.tables import State, Status
from routing.reservations.reservation import ReservationResult
from routing.settings import LeaveReason

if TYPE_CHECKING:
    from collections.abc import Callable
    from unittest import TestCase

    from routing.reservations.store import Store

AGENTS, ENTRIES, RESERVATIONS = ("ana", "ben", "cyd"), ("e1", "e2"), ("r1", "r2", "r3")
HELD = (State.RESERVED, State.RINGING)
FREE = [each for each in State if each not in HELD]


class StoreContract:
    """The rules one by one. A subclass names the store in `make`."""

    make: Callable[[], Store]

    def store(self, *agents: str, entries: tuple[str, ...] = ()) -> Store:
        """A store with these agents idle and these entries waiting."""
        store = type(self).make()
        for agent in agents:
            store.set_status(agent, Status.AVAILABLE, None)
        for entry in entries:
            store.enqueue(entry, queue="q", contact=f"c-{entry}", due=1.0)
        return store

    def test_a_new_store_knows_nobody(self) -> None:
        store = self.store()
        assert (store.agent("ana"), store.entry("e1"), store.reservation("r1")) == (None, None, None)

    def test_an_agent_is_known_and_idle_from_the_first_status_on(self) -> None:
        store = self.store()
        assert store.set_status("ana", Status.NOT_READY, "lunch")
        row = store.agent("ana")
        assert row is not None
        assert (row.status, row.state, row.reason, row.reservation) == (
            Status.NOT_READY,
            State.IDLE,
            "lunch",
            None,
        )

    def test_a_waiting_entry_is_kept_as_it_came(self) -> None:
        store = self.store()
        assert store.enqueue("e1", queue="q", contact="c1", due=7.5)
        row = store.entry("e1")
        assert row is not None
        assert (row.queue, row.contact, row.due, row.winner, set(row.open)) == ("q", "c1", 7.5, None, set())
        assert not store.enqueue("e1", queue="other", contact="c2", due=1.0)
        again = store.entry("e1")
        assert again is not None
        assert (again.queue, again.contact) == ("q", "c1")

    def test_a_reservation_holds_the_agent_until_it_ends(self) -> None:
        store = self.store("ana", entries=("e1", "e2"))
        assert store.reserve("r1", entry="e1", agent="ana")
        assert not store.reserve("r2", entry="e2", agent="ana"), "two reservations of one agent"
        assert not store.set_state("ana", State.IDLE), "an agent set free while a phone rings"
        assert not store.forget("ana")
        assert store.ring("r1")
        assert _state(store, "ana") is State.RINGING
        assert store.end("r1", ReservationResult.NO_ANSWER)
        assert _state(store, "ana") is State.IDLE
        assert not store.end("r1", ReservationResult.NO_ANSWER), "ended twice"
        assert store.reserve("r2", entry="e2", agent="ana")

    def test_the_first_to_win_has_the_entry_and_the_others_are_named_to_be_ended(self) -> None:
        store = self.store("ana", "ben", "cyd", entries=("e1",))
        for number, agent in enumerate(("ana", "ben", "cyd"), 1):
            assert store.reserve(f"r{number}", entry="e1", agent=agent)
        assert sorted(store.win("r2") or ()) == ["r1", "r3"]
        assert store.win("r1") is None, "two winners"
        assert store.win("r2") is None, "won twice"
        assert (_state(store, "ben"), _state(store, "ana")) == (State.TALKING, State.RESERVED)
        assert not store.dequeue("e1", LeaveReason.ANSWERED), "gone while phones ring for it"
        assert store.end("r1", ReservationResult.LOST_RACE)
        assert store.end("r3", ReservationResult.LOST_RACE)
        assert store.dequeue("e1", LeaveReason.ANSWERED)
        assert (_state(store, "ana"), _state(store, "ben")) == (State.IDLE, State.TALKING)

    def test_nobody_is_reserved_for_an_entry_that_has_been_won(self) -> None:
        store = self.store("ana", "ben", entries=("e1",))
        store.reserve("r1", entry="e1", agent="ana")
        assert store.win("r1") is not None
        assert not store.reserve("r2", entry="e1", agent="ben")
        assert not store.requeue("e1", due=0.0)

    def test_who_is_logged_out_or_not_idle_is_not_reserved(self) -> None:
        store = self.store("ana", entries=("e1",))
        store.set_status("ana", Status.LOGGED_OUT, None)
        assert not store.reserve("r1", entry="e1", agent="ana")
        store.set_status("ana", Status.NOT_READY, "lunch")
        for state in FREE:
            assert store.set_state("ana", state)
            assert store.reserve("r1", entry="e1", agent="ana") == (state is State.IDLE)
            store.end("r1", ReservationResult.RESCINDED)

    def test_a_status_is_taken_while_the_phone_rings(self) -> None:
        store = self.store("ana", entries=("e1",))
        store.reserve("r1", entry="e1", agent="ana")
        assert store.set_status("ana", Status.LOGGED_OUT, None)
        row = store.agent("ana")
        assert row is not None
        assert (row.status, row.state, row.reservation) == (Status.LOGGED_OUT, State.RESERVED, "r1")

    def test_what_is_unknown_is_refused(self) -> None:
        store = self.store("ana", entries=("e1",))
        assert not store.reserve("r1", entry="e9", agent="ana")
        assert not store.reserve("r1", entry="e1", agent="nobody")
        assert not store.set_state("nobody", State.IDLE)
        assert not store.forget("nobody")
        assert not store.requeue("e9", due=0.0)
        assert not store.dequeue("e9", LeaveReason.ABANDONED)
        assert not store.ring("r9")
        assert store.win("r9") is None
        assert not store.end("r9", ReservationResult.FAILED)
        assert store.reservation("r1") is None


def _state(store: Store, agent: str) -> State | None:
    row = store.agent(agent)
    return row.state if row is not None else None


class Commands(RuleBasedStateMachine):
    """All commands in any order. `done` tells from what the store shows whether each had to be done."""

    make: Callable[[], Store]

    def __init__(self) -> None:
        super().__init__()
        self.store = type(self).make()

    @initialize(is_open=st.booleans())
    def begin(self, *, is_open: bool) -> None:
        """Half of the time in the middle of work: two callers, three agents, two phones ringing for one caller."""
        if is_open:
            for agent in AGENTS:
                self.store.set_status(agent, Status.AVAILABLE, None)
            for entry in ENTRIES:
                self.store.enqueue(entry, queue="q", contact="c", due=1.0)
            self.store.reserve("r1", entry="e1", agent="ana")
            self.store.reserve("r2", entry="e1", agent="ben")

    def rows(self) -> dict[str, Any]:
        """All that the store shows."""
        store = self.store
        return {
            **{each: deepcopy(store.agent(each)) for each in AGENTS},
            **{each: deepcopy(store.entry(each)) for each in ENTRIES},
            **{each: deepcopy(store.reservation(each)) for each in RESERVATIONS},
        }

    def hold(self, before: dict[str, Any], *, done: bool, must: bool, changes: set[str]) -> dict[str, Any]:
        """The command was done if and only if it had to be; nothing else has changed. Returns the rows after it."""
        after = self.rows()
        assert done == must
        changed = {name for name in before if before[name] != after[name]}
        assert changed <= (changes if done else set()), "something changed that had nothing to do with it"
        return after

    @rule(
        agent=st.sampled_from(AGENTS), status=st.sampled_from(Status), reason=st.sampled_from([None, "lunch"])
    )
    def set_status(self, agent: str, status: Status, reason: str | None) -> None:
        before = self.rows()
        after = self.hold(
            before, done=self.store.set_status(agent, status, reason), must=True, changes={agent}
        )
        assert (after[agent].status, after[agent].reason) == (status, reason)
        old = before[agent]
        kept = (old.state, old.reservation) if old else (State.IDLE, None)
        assert (after[agent].state, after[agent].reservation) == kept

    @rule(agent=st.sampled_from(AGENTS), state=st.sampled_from(State))
    def set_state(self, agent: str, state: State) -> None:
        before = self.rows()
        row = before[agent]
        must = row is not None and row.reservation is None and state not in HELD
        after = self.hold(before, done=self.store.set_state(agent, state), must=must, changes={agent})
        assert not must or (after[agent].state, after[agent].status) == (state, row.status)

    @rule(agent=st.sampled_from(AGENTS))
    def forget(self, agent: str) -> None:
        before = self.rows()
        must = before[agent] is not None and before[agent].reservation is None
        after = self.hold(before, done=self.store.forget(agent), must=must, changes={agent})
        assert not must or after[agent] is None

    @rule(entry=st.sampled_from(ENTRIES), due=st.integers(0, 3))
    def enqueue(self, entry: str, due: int) -> None:
        before = self.rows()
        done = self.store.enqueue(entry, queue="q", contact="c", due=float(due))
        after = self.hold(before, done=done, must=before[entry] is None, changes={entry})
        assert not done or (after[entry].due, after[entry].winner, set(after[entry].open)) == (
            due,
            None,
            set(),
        )

    @rule(entry=st.sampled_from(ENTRIES), due=st.integers(0, 3))
    def requeue(self, entry: str, due: int) -> None:
        before = self.rows()
        must = before[entry] is not None and before[entry].winner is None
        after = self.hold(before, done=self.store.requeue(entry, due=float(due)), must=must, changes={entry})
        assert not must or after[entry].due == due

    @rule(entry=st.sampled_from(ENTRIES), reason=st.sampled_from(LeaveReason))
    def dequeue(self, entry: str, reason: LeaveReason) -> None:
        before = self.rows()
        must = before[entry] is not None and not before[entry].open
        after = self.hold(before, done=self.store.dequeue(entry, reason), must=must, changes={entry})
        assert not must or after[entry] is None

    @rule(
        reservation=st.sampled_from(RESERVATIONS),
        entry=st.sampled_from(ENTRIES),
        agent=st.sampled_from(AGENTS),
    )
    def reserve(self, reservation: str, entry: str, agent: str) -> None:
        before = self.rows()
        wanted, holder = before[entry], before[agent]
        must = (
            before[reservation] is None
            and wanted is not None
            and wanted.winner is None
            and holder is not None
            and holder.status is not Status.LOGGED_OUT
            and holder.state is State.IDLE
            and holder.reservation is None
        )
        done = self.store.reserve(reservation, entry=entry, agent=agent)
        after = self.hold(before, done=done, must=must, changes={reservation, entry, agent})
        if done:
            made = after[reservation]
            assert (made.entry, made.agent, made.is_ringing) == (entry, agent, False)
            assert (after[agent].state, after[agent].reservation) == (State.RESERVED, reservation)
            assert set(after[entry].open) == {*wanted.open, reservation}

    @rule(reservation=st.sampled_from(RESERVATIONS))
    def ring(self, reservation: str) -> None:
        before = self.rows()
        row = before[reservation]
        changes = {reservation, row.agent} if row else set()
        after = self.hold(before, done=self.store.ring(reservation), must=row is not None, changes=changes)
        assert row is None or (after[reservation].is_ringing and after[row.agent].state is State.RINGING)

    @rule(reservation=st.sampled_from(RESERVATIONS))
    def win(self, reservation: str) -> None:
        before = self.rows()
        row = before[reservation]
        must = row is not None and before[row.entry].winner is None
        others = self.store.win(reservation)
        changes = {reservation, row.entry, row.agent} if row else set()
        after = self.hold(before, done=others is not None, must=must, changes=changes)
        if others is not None:
            assert set(others) == set(after[row.entry].open) == set(before[row.entry].open) - {reservation}
            assert after[row.entry].winner == reservation
            assert after[reservation] is None
            assert (after[row.agent].state, after[row.agent].reservation) == (State.TALKING, None)

    @rule(reservation=st.sampled_from(RESERVATIONS), result=st.sampled_from(ReservationResult))
    def end(self, reservation: str, result: ReservationResult) -> None:
        before = self.rows()
        row = before[reservation]
        changes = {reservation, row.entry, row.agent} if row else set()
        done = self.store.end(reservation, result)
        after = self.hold(before, done=done, must=row is not None, changes=changes)
        if row is not None:
            assert after[reservation] is None
            assert (after[row.agent].state, after[row.agent].reservation) == (State.IDLE, None)
            assert set(after[row.entry].open) == set(before[row.entry].open) - {reservation}
            assert after[row.entry].winner == before[row.entry].winner

    @invariant()
    def rows_agree(self) -> None:
        """A reservation is known to its agent and to its entry, and neither knows one that is not there."""
        rows = self.rows()
        made = {each: rows[each] for each in RESERVATIONS if rows[each] is not None}
        for agent in AGENTS:
            row = rows[agent]
            mine = [name for name, each in made.items() if each.agent == agent]
            assert mine == ([row.reservation] if row is not None and row.reservation else [])
            assert row is None or (row.state in HELD) == bool(mine)
        for entry in ENTRIES:
            mine = [name for name, each in made.items() if each.entry == entry]
            assert set(mine) == (set(rows[entry].open) if rows[entry] is not None else set())


def commands_in_any_order(make: Callable[[], Store]) -> type[TestCase]:
    """The test of this store under all commands in any order."""
    machine: Any = type("CommandsOfStore", (Commands,), {"make": staticmethod(make)})
    case: Any = machine.TestCase
    case.settings = settings(
        max_examples=100, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    found: type[TestCase] = case
    return found
