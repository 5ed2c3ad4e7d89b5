"""Keys, locks and strange data while the database is away: no event is lost, none keeps the others from being kept."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from records import Ledger
from records.database import Database
from records.event import NODE
from records.ledger.postgresql import _LOCK, _key
from records.ledger.verify import verify
from records.personal.master_key import MasterKey
from records.reader import Reader
from tests.records.calls import BEGAN, event
from tests.records.ledger.lost_answer import lose_an_answer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kit.databases import Cluster

MASTER = MasterKey(bytes(range(32)))


async def test_the_keys_of_a_commit_whose_answer_was_lost_are_not_given_again(
    where: Path | str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal of the outage finds out that the transaction was kept, and so were its keys."""
    ledger = Ledger(where, gather=0.0, grace=0.0, spill=tmp_path / "spill", master=MASTER)
    ledger.start(now=BEGAN)
    lose_an_answer(ledger, monkeypatch)
    ledger.append(event(0, "c1", None, "contact.opened", ani="+34600111222"))
    await ledger.flush()
    for i in range(1, 5):
        ledger.append(event(i, f"c{i}", None, "test.event", number="+34600111222", i=i))
        await ledger.flush()
    health = ledger.health()
    assert await asyncio.to_thread(ledger.close) == 0
    assert health.refused == 0
    found = [
        each.data["i"] for i in range(1, 5) for each in Reader(where).events(f"c{i}") if "i" in each.data
    ]
    assert found == [1, 2, 3, 4]
    assert all(each.is_whole for each in verify(Database.of(where)))


async def test_a_key_that_another_node_made_first_is_used(where: Path | str, tmp_path: Path) -> None:
    ledger = Ledger(where, gather=0.0, spill=tmp_path / "spill", master=MASTER)
    ledger.start(now=BEGAN)
    ledger.append(event(0, NODE, None, "test.event", number="+34600111222"))
    await ledger.flush()
    sealer = ledger._store._sealer
    assert sealer is not None
    sealer._keys.clear()
    load, asked = sealer._load, itertools.count()
    sealer._load = lambda owner: None if next(asked) == 0 else load(owner)  # as it was a moment before
    for i in range(1, 4):
        ledger.append(event(i, NODE, None, "test.event", number="+34600111222", i=i))
    await ledger.flush()
    ledger.append(event(5, "c1", None, "test.event", i=5))
    await ledger.flush()
    health = ledger.health()
    assert await asyncio.to_thread(ledger.close) == 0
    assert health.refused == 0


async def test_the_ghost_of_our_own_connection_loses_no_event(cluster: Cluster, tmp_path: Path) -> None:
    """Behind a network that broke the server holds our lock until it finds out that we are gone."""
    url = cluster.make()
    ledger = Ledger(url, gather=0.0, grace=0.1, spill=tmp_path / "spill")
    ledger.start(now=BEGAN)
    with psycopg.connect(url, autocommit=True) as ghost:
        held = (_LOCK, _key("main"))
        waits = asyncio.create_task(asyncio.to_thread(ghost.execute, "SELECT pg_advisory_lock(%s, %s)", held))
        with psycopg.connect(url, autocommit=True) as other:
            queued = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            while other.execute(queued).fetchone() != (1,):  # noqa: ASYNC110 - the server rings no bell
                await asyncio.sleep(0.01)
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            )
        await waits
        for i in range(5):
            ledger.append(event(i, "c1", None, "test.event", i=i))
        await asyncio.wait_for(ledger.flush(), 10)  # the journal has it
        assert ledger.health().refused == 0
    ledger.append(event(5, "c1", None, "test.event", i=5))
    await ledger.flush()
    assert await asyncio.to_thread(ledger.close) == 0
    assert [each.data["i"] for each in Reader(url).events("c1")] == [*range(6)]


@pytest.mark.parametrize("depth", [50, 500, 900, 5_000])
async def test_data_of_any_depth_stops_nobody(path: Path, depth: int) -> None:
    ledger = Ledger(path, gather=0.0, master=MASTER)
    ledger.start(now=BEGAN)
    deep: Any = "4111 1111 1111 1111"
    for _ in range(depth):
        deep = [deep]
    ledger.append(event(0, "c1", None, "test.event", i=deep))
    ledger.append(event(1, "c1", None, "test.event", i=1))
    await asyncio.wait_for(ledger.flush(), 5)
    assert ledger.health().refused == 0
    assert await asyncio.to_thread(ledger.close) == 0


@pytest.mark.parametrize("strange", ["\0", "+34\0600", "\ud800", 2**70, {"a": 1}, ["x"]])
async def test_strange_values_in_columns_lose_no_event(
    where: Path | str, tmp_path: Path, strange: object
) -> None:
    ledger = Ledger(where, gather=0.0, spill=tmp_path / "spill")
    ledger.start(now=BEGAN)
    fields = dict.fromkeys(("ani", "dnis", "client", "trunk", "language"), strange)
    ledger.append(event(0, "c1", None, "contact.opened", **fields))
    await asyncio.wait_for(ledger.flush(), 5)
    assert ledger.health().refused == 0
    assert await asyncio.to_thread(ledger.close) == 0
