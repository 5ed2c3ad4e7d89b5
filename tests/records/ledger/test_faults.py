"""Faults that nobody foresaw, in the writer's thread: they are told, and no event is lost or written twice."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest

from records import Ledger
from records.database import Database
from records.errors import LedgerStopped
from records.ledger.verify import verify
from records.reader import Reader
from tests.records.calls import BEGAN, event

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from records import LedgerHealth


def failing(whole: Callable[..., Any], *faults: BaseException) -> Callable[..., Any]:
    """The same, but its first calls raise these."""
    left = iter(faults)

    def fails(*args: Any, **options: Any) -> Any:
        if (fault := next(left, None)) is not None:
            raise fault
        return whole(*args, **options)

    return fails


def stored(path: Path) -> list[object]:
    assert all(each.is_whole for each in verify(Database.of(path)))
    return [each.data["i"] for each in Reader(path).events("c1")]


async def test_a_fault_of_the_writer_is_told_and_costs_no_event(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[LedgerHealth] = []
    ledger = Ledger(path, gather=0.0, watch=told.append)
    ledger.start(now=BEGAN)
    monkeypatch.setattr(
        ledger._store,
        "was_kept",
        failing(ledger._store.was_kept, RuntimeError("of the caller +34600"), MemoryError()),
    )
    for i in range(2500):
        ledger.append(event(i, "c1", None, "test.event", i=i))
    await asyncio.wait_for(ledger.flush(), 10)
    assert [each.is_writing for each in told] == [False, True]
    problem = str(told[0].problem)
    assert "RuntimeError" in problem
    assert "600" not in problem, "its text may quote an event"
    assert told[0].waiting >= 1
    assert ledger.close() == 0
    assert stored(path) == [*range(2500)]


async def test_a_fault_while_the_journal_is_read_leaves_it_to_be_read_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(path, gather=0.0, grace=0.0)
    ledger.start(now=BEGAN)
    away, fault = OSError("away"), ValueError("a line that nobody understands")
    monkeypatch.setattr(ledger._store, "was_kept", failing(ledger._store.was_kept, away))
    monkeypatch.setattr(ledger._spill, "entries", failing(ledger._spill.entries, fault, fault))
    for i in range(100):
        ledger.append(event(i, "c1", None, "test.event", i=i))
        await ledger.flush()
    assert ledger.close() == 0
    assert stored(path) == [*range(100)]
    assert ledger.health().is_writing


async def test_a_log_that_is_closed_stops_nothing(path: Path) -> None:
    def closed(*_: object) -> None:
        raise BrokenPipeError("the log is closed")

    ledger = Ledger(path, gather=0.0, watch=closed, unbalanced=closed)
    ledger.start(now=BEGAN)
    ledger._store.unbalanced = lambda: {"c1": 1.0}  # type: ignore[method-assign]
    ledger._writer._committed = closed
    ledger.watch_committed(lambda _: None)
    for i in range(10):
        ledger.append(event(i, "c1", None, "test.event", i=i))
    await asyncio.wait_for(ledger.flush(), 10)
    assert ledger.close() == 0
    assert stored(path) == [*range(10)]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_thread_that_has_died_shows_and_its_events_are_kept_at_the_end(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    died = threading.Event()
    ledger = Ledger(path, gather=0.0, watch=lambda health: None if health.is_writing else died.set())
    ledger.start(now=BEGAN)
    monkeypatch.setattr(ledger._store, "was_kept", failing(ledger._store.was_kept, SystemExit()))
    for i in range(10):
        ledger.append(event(i, "c1", None, "test.event", i=i))
    assert await asyncio.to_thread(died.wait, 10)
    for i in range(10, 20):
        ledger.append(event(i, "c1", None, "test.event", i=i))
    assert not ledger.health().is_writing
    assert "died" in str(ledger.health().problem)
    assert ledger.health().has_died
    assert ledger.health().waiting == 20
    with pytest.raises(LedgerStopped):
        await ledger.flush()
    assert ledger.close() == 0
    assert stored(path) == [*range(20)]
