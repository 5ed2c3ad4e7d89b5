"""While the database is away nothing is lost: the journal takes it, and the tables get it in order, once."""

from __future__ import annotations

import asyncio
import errno
import itertools
import os
import threading
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from records import Ledger
from records.database import Database
from records.ledger.entry import ready
from records.ledger.spill import Doubt, Place, Spill
from records.ledger.verify import verify
from records.reader import Reader
from records.views.rebuild import rebuild
from tests.kit.databases import Cluster
from tests.records.calls import BEGAN, event
from tests.records.ledger.lost_answer import lose_an_answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from records import LedgerHealth
    from records.ledger.entry import Entry


def entries(*numbers: int) -> list[Entry]:
    return [ready(event(i, "c1", None, "test.event", i=i), "main")[0] for i in numbers]


def numbers(found: Iterator[Any]) -> list[object]:
    return [each.entry.data["i"] for each in found]


@pytest.fixture
def spill(tmp_path: Path) -> Spill:
    return Spill(tmp_path / "spill", "main")


def test_what_was_put_aside_is_read_in_order_by_a_later_life(spill: Spill, tmp_path: Path) -> None:
    spill.append(entries(0, 1))
    spill.append(entries(2))
    later = Spill(tmp_path / "spill", "main")
    later.find(None)
    later.append(entries(3))
    assert later.waiting == 4
    assert numbers(later.entries(None)) == [0, 1, 2, 3]
    assert len(list((tmp_path / "spill").iterdir())) == 2


def test_reading_goes_on_where_it_ended(spill: Spill, tmp_path: Path) -> None:
    spill.append(entries(0, 1, 2))
    places = [each.place for each in spill.entries(None)]
    assert numbers(spill.entries(places[0])) == [1, 2]
    later = Spill(tmp_path / "spill", "main")
    later.find(places[1])
    assert later.waiting == 1
    later.done(1)
    assert later.is_empty
    assert list((tmp_path / "spill").iterdir()) == []
    later.append(entries(9))
    assert numbers(later.entries(places[2])) == [9], "a new file is not taken for one that was read"


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_line_that_was_torn_is_left_out(spill: Spill, tmp_path: Path, cut: int) -> None:
    spill.append(entries(0, 1))
    (file,) = (tmp_path / "spill").iterdir()
    file.write_bytes(file.read_bytes()[:-cut])
    assert numbers(spill.entries(None)) == [0]


def test_a_line_that_was_damaged_is_left_out(spill: Spill, tmp_path: Path) -> None:
    spill.append(entries(0, 1, 2))
    (file,) = (tmp_path / "spill").iterdir()
    file.write_bytes(file.read_bytes().replace(b'"i":1', b'"i":7'))
    assert numbers(spill.entries(None)) == [0, 2]


def test_what_stands_half_after_a_full_disk_is_taken_back_before_the_next(
    spill: Spill, monkeypatch: pytest.MonkeyPatch
) -> None:
    spill.append(entries(0))
    write, no = os.write, OSError(errno.ENOSPC, "No space left on device")
    with monkeypatch.context() as full:
        writes = iter([lambda file, data: write(file, data[:10])])

        def half(file: int, data: bytes) -> int:
            if (once := next(writes, None)) is None:
                raise no
            return once(file, data)

        def refused(file: int, size: int) -> None:
            raise no

        full.setattr(os, "write", half)
        full.setattr(os, "ftruncate", refused)
        with pytest.raises(OSError, match="No space"):
            spill.append(entries(1, 2))
        with pytest.raises(OSError, match="No space"):
            spill.append(entries(1, 2))
    spill.append(entries(1, 2))
    assert numbers(spill.entries(None)) == [0, 1, 2]
    assert spill.waiting == 3


def test_the_journal_is_for_its_owner_only(spill: Spill, tmp_path: Path) -> None:
    spill.append(entries(0))
    (file,) = (tmp_path / "spill").iterdir()
    assert (file.stat().st_mode & 0o077, file.parent.stat().st_mode & 0o077) == (0, 0)


def test_a_transaction_in_doubt_is_told_until_something_of_its_file_was_read(spill: Spill) -> None:
    spill.append(entries(0, 1), Doubt("ab", 2))
    assert spill.doubt(None) == Doubt("ab", 2)
    assert numbers(spill.entries(None)) == [0, 1]
    assert spill.doubt(next(spill.entries(None)).place) is None
    assert spill.doubt(Place("00000000.jsonl", 5)) == Doubt("ab", 2)


@pytest.mark.parametrize("grace", [0.0, 5.0])
async def test_a_commit_whose_answer_was_lost_is_written_and_told_once(
    where: Path | str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, grace: float
) -> None:
    """The transaction is kept, and then the connection breaks before anybody hears of it.

    Without grace it is the journal that finds out.
    """
    ledger = Ledger(where, gather=0.0, grace=grace, spill=tmp_path / "spill")
    ledger.start(now=BEGAN)
    told: list[Any] = []
    ledger.watch_committed(lambda events: told.extend((each.id, each.data.get("i")) for each in events))
    lose_an_answer(ledger, monkeypatch)
    for i in range(5):
        ledger.append(event(i, "c1", None, "test.event", i=i))
    await ledger.flush()
    for i in range(5, 8):
        ledger.append(event(i, "c1", None, "test.event", i=i))
    ledger.append(event(9, "c1", None, "contact.closed"))
    assert await asyncio.to_thread(ledger.close) == 0
    await asyncio.sleep(0)
    assert [each.data.get("i") for each in Reader(where).events("c1")] == [*range(8), None]
    assert [i for _, i in told] == [*range(8), None]
    assert [number for number, _ in told] == sorted(number for number, _ in told)
    assert ledger.health().written == 9
    assert all(each.is_whole for each in verify(Database.of(where)))


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    with Cluster() as cluster:
        yield cluster


async def test_a_server_that_is_stopped_and_started_again_loses_nothing(
    own_cluster: Cluster, tmp_path: Path
) -> None:
    fell_out, well_again = threading.Event(), threading.Event()

    def watch(health: LedgerHealth) -> None:
        (well_again if health.is_writing else fell_out).set()

    url = own_cluster.make()
    ledger = Ledger(url, gather=0.0, grace=0.1, spill=tmp_path / "spill", watch=watch)
    ledger.start(now=BEGAN)
    told: list[Any] = []
    ledger.watch_committed(lambda events: told.extend(each.data["i"] for each in events))
    count = itertools.count()

    async def some(number: int) -> None:
        for i in itertools.islice(count, number):
            ledger.append(event(i, f"c{i % 3}", None, "test.event", i=i))
            await asyncio.sleep(0)

    await some(300)
    own_cluster.stop()
    await some(300)
    await asyncio.wait_for(ledger.flush(), 30)  # the journal has it
    assert await asyncio.to_thread(fell_out.wait, 10)
    assert ledger.health().spilled > 0
    await some(300)
    own_cluster.start()
    await some(300)
    assert await asyncio.to_thread(well_again.wait, 30)
    await ledger.flush()
    assert ledger.health().spilled == 0
    assert await asyncio.to_thread(ledger.close) == 0
    database = Database.of(url)
    stored = [each.data["i"] for c in range(3) for each in Reader(url).events(f"c{c}")]
    assert stored == [i for c in range(3) for i in range(c, 1200, 3)]
    assert all(each.is_whole for each in verify(database))
    assert told == sorted(told), "followers hear of all of it in order"
    assert len(told) >= 1200 - 300
    database.close()


def test_two_servers_cannot_write_as_one_node(cluster: Cluster, tmp_path: Path) -> None:
    from records.errors import LedgerInUse

    url = cluster.make()
    first = Ledger(url, spill=tmp_path / "first")
    first.start()
    with pytest.raises(LedgerInUse, match="node main"):
        Ledger(url, spill=tmp_path / "second").start()
    other = Ledger(url, node="other", spill=tmp_path / "second")
    other.start()
    with pytest.raises(LedgerInUse, match="a node writes to"):
        rebuild(Database.of(url), "third")
    assert (other.close(), first.close()) == (0, 0)
    with psycopg.connect(url, autocommit=True) as connection:
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        for _ in range(100):  # the server ends a session a moment after its client has left
            if connection.execute(held).fetchone() == (0,):
                break
            connection.execute("SELECT pg_sleep(0.05)")
        assert connection.execute(held).fetchone() == (0,)
