"""Events in the order of their commit, from the real ledger on both databases."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from console.events.hub import Hub
from console.events.told import tell
from records import Ledger, schema
from records.database import Database
from records.event import LedgerEvent
from records.feed import Feed, Page
from records.ledger.postgresql import PostgresqlOpener
from records.personal.master_key import MasterKey

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from records.event import Committed
    from records.ledger.postgresql import PostgresqlSession
    from tests.kit.databases import Cluster

MASTER = MasterKey(b"k" * 32)
OPENED = {"ani": "+34600111222", "dnis": "900100", "trunk": "carrier"}


def contact(name: str, client: str = "acme") -> list[LedgerEvent]:
    return [
        LedgerEvent(100.0, name, None, "contact.opened", OPENED),
        LedgerEvent(100.1, name, None, "contact.routed", {"client": client}),
        LedgerEvent(100.2, name, "l1", "leg.message", {"summary": "INVITE"}),
        LedgerEvent(100.3, name, None, "queue.joined", {"queue": "help", "position": 1}),
    ]


@pytest.fixture
async def ledger(database: Database, tmp_path: Path) -> AsyncIterator[Ledger]:
    made = Ledger(database, master=MASTER, gather=0.0, spill=tmp_path / "spill")
    await asyncio.to_thread(made.start, now=99.0)
    yield made
    await asyncio.to_thread(made.close)


async def keep(ledger: Ledger, *events: LedgerEvent) -> None:
    for each in events:
        ledger.append(each)
    await ledger.flush()


async def test_events_come_whole_in_order_with_what_their_contact_is(
    ledger: Ledger, database: Database
) -> None:
    await keep(
        ledger, *contact("c1"), LedgerEvent(101.0, "", None, "agent.state", {"agent": "ana", "state": "idle"})
    )
    page = Feed(database, MASTER).page(0)
    assert [each.type for each in page.events] == [
        *("contact.opened", "contact.routed", "leg.message", "queue.joined"),
        "agent.state",
    ]
    first, *_, last = page.events
    assert (first.contact, first.client, first.queue, first.ts) == ("c1", "acme", "help", 100_000_000)
    assert first.data["ani"] == "+34600111222"
    assert (last.contact, last.client, last.agent) == (None, None, "ana")
    assert [each.cursor for each in page.events] == sorted(each.cursor for each in page.events)
    assert page.is_last
    assert page.upto == last.cursor


async def test_without_the_master_key_nothing_personal_is_read(ledger: Ledger, database: Database) -> None:
    await keep(ledger, *contact("c1"))
    found = tell(Feed(database).page(0).events[0])
    assert found is not None
    assert b"600111222" not in found.whole


async def test_pages_join_without_gap_and_without_double(ledger: Ledger, database: Database) -> None:
    for n in range(5):
        await keep(ledger, *contact(f"c{n}"))
    feed = Feed(database, MASTER)
    found, cursor = [], 0
    while True:
        page = feed.page(cursor, without=("leg.message",), limit=4)
        found += [each.cursor for each in page.events]
        cursor = page.upto
        if page.is_last:
            break
    assert len(found) == len(set(found)) == 15
    assert found == sorted(found)
    oldest, newest = feed.bounds()
    assert (oldest, newest) == (found[0], cursor)
    assert feed.page(cursor).events == ()
    assert [
        each.cursor for each in feed.page(found[2], upto=found[4], without=("leg.message",)).events
    ] == found[3:5]


async def test_an_empty_ledger_has_no_bounds(ledger: Ledger, database: Database) -> None:
    assert Feed(database).bounds() == (0, 0)
    assert Feed(database).page(0).upto == 0


async def test_followers_of_the_real_ledger_miss_nothing_while_it_is_written(
    ledger: Ledger, database: Database
) -> None:
    """Some begin before, some in the middle; each is given every event once."""
    hub = Hub(Feed(database, MASTER), most_waiting=30)
    stop = ledger.watch_committed(hub.ring)
    rung: list[Committed] = []
    stop_too = ledger.watch_committed(rung.extend)
    wanted = 120

    async def follow() -> list[int]:
        follower, found = hub.follow(0, may_lag=True), list[int]()
        while len(found) < wanted:
            found += [each.cursor for each in await follower.take(5.0)]
        follower.close()
        return found

    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        early = group.create_task(follow())
        for n in range(20):
            await keep(ledger, *contact(f"a{n}"))
        late = group.create_task(follow())
        for n in range(20):
            await keep(ledger, *contact(f"b{n}"))
    stop()
    stop_too()
    await hub.close()
    told = [each.id for each in rung if each.type != "leg.message"]
    assert early.result() == late.result() == told
    assert hub.seen >= told[-1]


async def test_what_another_node_commits_late_is_not_passed_over(cluster: Cluster) -> None:
    """A smaller number is committed after a greater one: nothing is read beyond it until it is there."""
    database = Database.of(cluster.make())
    slow, quick = PostgresqlOpener(database, "slow").connect(), PostgresqlOpener(database, "quick").connect()
    columns = ("id", "node", "day", "seq", "ts", "type", "data", "hash")
    feed = Feed(database)

    def add(session: PostgresqlSession, node: str) -> int:
        session.begin()
        (number,) = session.ids(1)
        row = (number, node, 1, 1, 1_000_000, "agent.state", '{"agent":"ana"}', b"h")
        session.add(schema.event, columns, [row])
        return number

    first = add(slow, "slow")
    second = add(quick, "quick")
    quick.commit()
    assert first < second
    assert await asyncio.to_thread(feed.page, 0) == Page((), 0, is_last=True)
    slow.commit()
    found = await asyncio.to_thread(feed.page, 0)
    assert [each.cursor for each in found.events] == [first, second]
    for each in (slow, quick):
        each.close()
    database.close()
