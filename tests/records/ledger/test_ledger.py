from __future__ import annotations

import asyncio
import resource
import sqlite3
import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from base.secret import Secret
from records import Ledger, LedgerEvent
from records.errors import LedgerInUse, LedgerStopped
from records.reader import Reader
from tests.records.calls import BEGAN, arrival, event, whole_call

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from records import LedgerHealth


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.db"


@contextmanager
def running(path: Path, **options: float) -> Iterator[Ledger]:
    ledger = Ledger(
        path, gather=options.pop("gather", 0.0), queue_limit=int(options.pop("queue_limit", 10_000))
    )
    ledger.start(now=BEGAN)
    try:
        yield ledger
    finally:
        ledger.close(patience=0.0)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Somebody else holds the database's write lock."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def no_folder(path: Path) -> Path:
    """A place where no journal can be written."""
    path.parent.mkdir(exist_ok=True)
    file = path.parent / "file"
    file.write_text("in the way")
    return file / "spill"


def numbers(path: Path, contact: str) -> list[object]:
    return [each.data.get("i") for each in Reader(path).events(contact)]


async def test_a_flush_returns_when_everything_before_it_can_be_read(path: Path) -> None:
    with running(path) as ledger:
        for i in range(2500):
            ledger.append(event(i, f"c{i % 3}", None, "test.event", i=i))
        await ledger.flush()
        assert numbers(path, "c1") == list(range(1, 2500, 3))
        assert ledger.health().written == 2500
        assert ledger.health().waiting == 0


async def test_all_contacts_share_one_order(path: Path) -> None:
    with running(path, gather=0.001) as ledger:
        for i in range(300):
            ledger.append(event(0, f"c{i % 7}", None, "test.event", i=i))
            if i % 50 == 0:
                await asyncio.sleep(0)
        await ledger.flush()
    with closing(sqlite3.connect(path)) as connection:
        stored = connection.execute("SELECT json_extract(data, '$.i') FROM event ORDER BY id").fetchall()
    assert [i for (i,) in stored] == list(range(300))


async def test_an_agents_events_stand_apart_from_contacts(path: Path) -> None:
    with running(path) as ledger:
        ledger.append(event(1, "", None, "agent.status", agent="ana", status="available"))
        ledger.append(event(2, "-", None, "agent.state", agent="ana", state="idle"))
        await ledger.flush()
    reader = Reader(path)
    assert [each.type for each in reader.agent_events("ana")] == ["agent.state", "agent.status"]
    assert reader.agent_events("pedro") == []
    assert reader.contacts() == []


async def test_appending_never_waits_and_nothing_is_lost_while_the_database_is_locked(path: Path) -> None:
    told: list[LedgerHealth] = []
    fell_out, well_again = threading.Event(), threading.Event()

    def watch(health: LedgerHealth) -> None:
        told.append(health)
        (well_again if health.is_writing else fell_out).set()

    ledger = Ledger(path, gather=0.0, watch=watch)
    ledger.start(now=BEGAN)
    with locked(path):
        for i in range(50):
            ledger.append(event(i, "c1", None, "test.event", i=i))
        assert await asyncio.to_thread(fell_out.wait, 10)
        for i in range(50, 100):
            ledger.append(event(i, "c1", None, "test.event", i=i))
    await ledger.flush()
    assert well_again.is_set()
    assert [health.is_writing for health in told] == [False, True]
    assert "locked" in str(told[0].problem)
    assert told[0].waiting > 0
    assert ledger.close() == 0
    assert numbers(path, "c1") == list(range(100))


async def test_a_full_disk_loses_nothing(path: Path) -> None:
    fell_out = threading.Event()
    ledger = Ledger(path, gather=0.0, watch=lambda _: fell_out.set())
    ledger.start(now=BEGAN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
        for i in range(400):
            ledger.append(event(i, "c1", None, "test.event", i=i, padding="x" * 2000))
        assert await asyncio.to_thread(fell_out.wait, 10)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    await ledger.flush()
    assert ledger.close() == 0
    assert numbers(path, "c1") == list(range(400))


async def test_a_full_queue_drops_the_newest_and_counts_them(path: Path) -> None:
    ledger = Ledger(path, gather=0.0, grace=0.0, queue_limit=100, spill=no_folder(path))
    ledger.start(now=BEGAN)
    with closing(ledger):
        with locked(path):
            for i in range(200):
                ledger.append(event(i, "c1", None, "test.event", i=i))
            lost = ledger.health().lost
        await ledger.flush()
        health = ledger.health()
        assert lost > 0
        assert (health.written, health.lost) == (200 - lost, lost)
    assert numbers(path, "c1") == list(range(200 - lost))


async def test_closing_while_the_database_is_away_keeps_all_in_the_journal(path: Path) -> None:
    ledger = Ledger(path, gather=0.0)
    ledger.start(now=BEGAN)
    with locked(path):
        for i in range(5):
            ledger.append(event(i, "c1", None, "test.event", i=i))
        waiting = asyncio.create_task(ledger.flush())
        await asyncio.sleep(0)
        assert await asyncio.to_thread(ledger.close, patience=0.0) == 0
        await waiting
    assert ledger.health().spilled == 5
    with pytest.raises(LedgerStopped):
        await ledger.flush()
    with running(path) as again:
        assert again.health().spilled == 0
    assert numbers(path, "c1")[:5] == list(range(5))
    assert list((path.parent / "spill").iterdir()) == []


async def test_closing_while_nothing_can_be_written_gives_up_and_says_how_many(path: Path) -> None:
    ledger = Ledger(path, gather=0.0, grace=0.0, spill=no_folder(path))
    ledger.start(now=BEGAN)
    with locked(path):
        for i in range(5):
            ledger.append(event(i, "c1", None, "test.event", i=i))
        waiting = asyncio.create_task(ledger.flush())
        await asyncio.sleep(0)
        assert await asyncio.to_thread(ledger.close, patience=0.0) == 5
        with pytest.raises(LedgerStopped):
            await waiting
    assert ledger.health().lost == 5
    assert "Not a directory" in str(ledger.health().journal_problem)


def test_closing_writes_what_waits(path: Path) -> None:
    ledger = Ledger(path, gather=30.0)
    ledger.start(now=BEGAN)
    for each in whole_call("c1"):
        ledger.append(each)
    assert ledger.close() == 0
    assert len(Reader(path).events("c1")) == len(whole_call("c1"))
    assert ledger.close() == 0


async def test_data_that_json_cannot_hold_is_shown_by_class_and_never_by_value(path: Path) -> None:
    with running(path) as ledger:
        secret = Secret("4111111111111111")
        ledger.append(event(0, "c1", None, "test.event", a=secret, b={1}, c=float("nan"), d=b"9", e="\udcff"))
        await ledger.flush()
    (stored,) = Reader(path).events("c1")
    assert stored.data == {"a": "<Secret>", "b": [1], "c": None, "d": "<bytes>", "e": "\udcff"}


async def test_an_event_that_cannot_be_stored_is_refused_and_the_others_are_kept(path: Path) -> None:
    with running(path) as ledger:
        ledger.append(event(0, "c1", None, "test.event", i=0))
        ledger.append(LedgerEvent(float("nan"), "c1", None, "test.event", {"i": 1}))
        ledger.append(event(0, "c1", None, None, i=2))  # type: ignore[arg-type]  # breaks NOT NULL in the batch
        ledger.append(event(0, "c1", None, "test.event", i=3))
        await ledger.flush()
        assert ledger.health().refused == 2
        assert ledger.health().is_writing
    stored = Reader(path).events("c1")
    assert [(each.n, each.data["i"]) for each in stored] == [(1, 0), (2, 3)]


async def test_a_card_number_is_masked_before_it_reaches_the_disk_and_counted(path: Path) -> None:
    with running(path) as ledger:
        for each in arrival("c1"):
            ledger.append(each)
        ledger.append(
            event(1, "c2", None, "contact.opened", ani="4111111111111111", dnis="5555 5555 5555 4444")
        )
        await ledger.flush()
        assert ledger.health().masked == 2
    row = Reader(path).contact("c2").contact
    assert (row.ani, row.dnis) == ("************1111", "**** **** **** 4444")
    for file in path.parent.rglob("*.*"):
        assert b"4111111111111111" not in file.read_bytes()


def test_contacts_left_open_are_closed_as_interrupted_by_the_next_start(path: Path) -> None:
    with running(path) as ledger:
        for each in [*arrival("open"), *whole_call("done")]:
            ledger.append(each)
    again = Ledger(path)
    recovery = again.start(now=BEGAN + 3600)
    again.close()
    assert recovery.contacts == ("open",)
    timeline = Reader(path).contact("open")
    assert [each.type for each in timeline.events[-2:]] == ["leg.ended", "contact.closed"]
    assert timeline.contact.outcome == "interrupted"
    assert timeline.contact.ended_at == BEGAN + 0.011
    assert timeline.legs[0].ended_by == "interrupted"
    third = Ledger(path)
    assert third.start(now=BEGAN + 7200).contacts == ()
    third.close()


def test_two_servers_cannot_share_a_ledger(path: Path) -> None:
    with running(path), pytest.raises(LedgerInUse):
        Ledger(path).start()
    with running(path):
        pass


def test_the_records_are_for_their_owner_only(path: Path) -> None:
    with running(path) as ledger:
        ledger.append(event(0, "c1", None, "test.event"))
    assert {file.stat().st_mode & 0o077 for file in path.parent.iterdir()} == {0}
