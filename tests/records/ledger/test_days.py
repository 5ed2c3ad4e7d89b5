"""The days of a node's chain, whatever its clock does: none goes back, none stays open, no event is refused."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records import Ledger
from records.database import Database
from records.ledger.chain import Head, day_of
from records.ledger.days import Days
from records.ledger.entry import ready
from records.ledger.verify import verify
from records.moments import stored
from records.personal.master_key import MasterKey
from records.reader import Reader
from tests.records.calls import BEGAN, event

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MASTER = MasterKey(bytes(range(32)))
DAY = 86_400.0
FIRST = day_of(stored(BEGAN))


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets it so many days after the first."""
    clock = SimpleNamespace(now=BEGAN)
    monkeypatch.setattr("records.ledger.days.time", SimpleNamespace(time=lambda: clock.now))

    def set_to(days: float) -> None:
        clock.now = BEGAN + days * DAY

    return set_to


class Node:
    """Writes one event after the other."""

    def __init__(self, path: Path, *, restarts: bool = False) -> None:
        self.path, self.restarts = path, restarts
        self.count = 0
        self.ledger = self._started()

    def _started(self) -> Ledger:
        ledger = Ledger(self.path, gather=0.0, master=MASTER)
        ledger.start(now=BEGAN)
        return ledger

    async def write(self, days: float) -> None:
        """One event with this date."""
        self.ledger.append(event(days * DAY, "c1", None, "test.event", i=self.count))
        self.count += 1
        await self.ledger.flush()
        if self.restarts:
            assert self.ledger.close() == 0
            self.ledger = self._started()

    def days(self) -> list[tuple[int, bool]]:
        """Those of the chain, after the first, and whether each is sealed; all of it is whole, and nothing is lost."""
        assert self.ledger.close() == 0
        assert self.ledger.health().refused == 0
        told = [each.data["i"] for each in Reader(self.path, MASTER).events("c1") if "i" in each.data]
        assert told == [*range(self.count)]
        found = list(verify(Database.of(self.path), public_key=MASTER.public_key))
        assert [each.problems for each in found if each.problems] == []
        return [(each.day - FIRST, each.is_sealed) for each in found]


async def test_an_event_from_the_future_does_not_hold_the_day(
    path: Path, set_clock: Callable[[float], None]
) -> None:
    node = Node(path)
    await node.write(0)
    await node.write(400)
    await node.write(0.1)
    set_clock(1)
    await node.write(1)
    set_clock(2)
    await node.write(2)
    assert node.days() == [(0, True), (1, True), (2, False)]


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_clock_that_jumped_ahead_and_came_back_leaves_no_day_open(
    path: Path, set_clock: Callable[[float], None], *, restarts: bool
) -> None:
    node = Node(path, restarts=restarts)
    for clock in (0, 400, 400.1, 0.1, 0.2, 1, 1.1, 2, 3):
        set_clock(clock)
        await node.write(clock)
    assert node.days() == [(0, True), (400, True), (401, True), (402, True), (403, False)]


async def test_a_clock_that_is_put_back_over_midnight_makes_no_day_twice(
    path: Path, set_clock: Callable[[float], None]
) -> None:
    midnight = DAY * (FIRST + 1) - BEGAN
    node = Node(path)
    for clock in (midnight - 5, midnight + 1, midnight - 1, midnight + 2, midnight + DAY + 1):
        set_clock(clock / DAY)
        await node.write(clock / DAY)
    assert node.days() == [(0, True), (1, True), (2, False)]


@given(
    st.lists(
        st.tuples(st.integers(-3, 500), st.lists(st.integers(-3, 500), max_size=6)), min_size=1, max_size=12
    )
)
def test_as_many_seals_are_told_as_were_reckoned_with(groups: list[tuple[int, list[int]]]) -> None:
    head, date = Head(), -1
    with pytest.MonkeyPatch.context() as patched:
        for clock, dates in groups:
            now = BEGAN + clock * DAY
            patched.setattr("records.ledger.days.time", SimpleNamespace(time=lambda now=now: now))
            days = Days("main", head, date, MASTER)
            entries = [ready(event(each * DAY, "c1", None, "test.event"), "main")[0] for each in dates]
            reckoned, seen = len(entries) + days.count_ended(entries), 0
            for _ in days.in_order(entries):
                assert days.head.day >= head.day
                head = days.head = days.head._replace(seq=days.head.seq + 1, hash=bytes([seen]) * 32)
                seen += 1
            assert seen == reckoned
            date = days.date
