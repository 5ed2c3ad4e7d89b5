"""Following events: what was before and what comes, without gap and without double."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.events.hub import CursorGone, CursorUnknown, FellBehind, Hub, HubClosed, TooManyFollowers
from console.events.sight import Sight, Wish
from records.errors import StoreUnavailable
from tests.kit.fed_events import ListedEvents, fed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from console.events.hub import Follower

SOON = 5.0


@pytest.fixture
def source() -> ListedEvents:
    return ListedEvents(*(fed(n) for n in range(1, 9)))


@pytest.fixture
async def hub(source: ListedEvents) -> AsyncIterator[Hub]:
    made = Hub(source, most=2, most_waiting=10)
    yield made
    await made.close()


async def cursors(follower: Follower, count: int) -> list[int]:
    """The next so many."""
    found: list[int] = []
    async with asyncio.timeout(SOON):
        while len(found) < count:
            found += [each.cursor for each in await follower.take(SOON)]
    return found


async def behind(hub: Hub) -> None:
    """Until somebody fell behind."""
    for _ in range(5_000):
        if hub.fell_behind:
            return
        await asyncio.sleep(0.001)
    raise TimeoutError


async def test_what_was_before_comes_first_and_then_what_comes(hub: Hub, source: ListedEvents) -> None:
    follower = hub.follow(2)
    assert await cursors(follower, 6) == [3, 4, 5, 6, 7, 8]
    source.add(fed(9), fed(10))
    hub.ring()
    assert await cursors(follower, 2) == [9, 10]


async def test_what_is_committed_while_somebody_comes_up_is_told_once(hub: Hub, source: ListedEvents) -> None:
    first, second = hub.follow(8), hub.follow(0)
    assert await first.take(0.01) == []
    found = [each.cursor for each in await second.take(SOON)]
    source.add(*(fed(n) for n in range(9, 14)))
    hub.ring()
    assert await cursors(first, 5) == [9, 10, 11, 12, 13]
    assert found + await cursors(second, 13 - len(found)) == list(range(1, 14))


async def test_all_who_follow_share_one_reading(hub: Hub, source: ListedEvents) -> None:
    followers = [hub.follow(8), hub.follow(8)]
    for each in followers:
        await each.take(0.01)
    before = source.reads
    source.add(fed(9))
    hub.ring()
    assert [await cursors(each, 1) for each in followers] == [[9], [9]]
    assert source.reads <= before + 2


async def test_nothing_is_read_while_nobody_follows(hub: Hub, source: ListedEvents) -> None:
    hub.ring()
    await asyncio.sleep(0.01)
    assert source.reads == 0
    follower = hub.follow(8)
    await follower.take(0.01)
    follower.close()
    hub.ring()
    await asyncio.sleep(0.05)
    before = source.reads
    hub.ring()
    await asyncio.sleep(0.05)
    assert source.reads == before
    assert hub.count == 0


async def test_another_node_s_events_come_without_a_bell(
    hub: Hub, source: ListedEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.events.hub.POLL", 0.01)
    follower = hub.follow(8)
    await follower.take(0.01)
    source.add(fed(9))
    assert await cursors(follower, 1) == [9]


async def test_only_what_is_wanted_and_may_be_seen_is_given(hub: Hub, source: ListedEvents) -> None:
    source.add(fed(9, client="other"), fed(10, "leg.ringing"), fed(11))
    mine = hub.follow(8, wish=Wish(types=("queue.*",)), sight=Sight(clients=frozenset({"acme"})))
    assert await cursors(mine, 1) == [11]
    source.add(fed(12, client="other"), fed(13))
    hub.ring()
    assert await cursors(mine, 1) == [13]
    assert mine.cursor == 13


async def test_who_is_too_slow_falls_behind_and_learns_where_to_go_on(hub: Hub, source: ListedEvents) -> None:
    slow, quick = hub.follow(8), hub.follow(8, may_lag=True)
    assert await slow.take(0.01) == await quick.take(0.01) == []
    source.add(*(fed(n) for n in range(9, 29)))
    hub.ring()
    await behind(hub)
    with pytest.raises(FellBehind) as told:
        await slow.take(SOON)
    assert told.value.cursor == 8
    assert await cursors(quick, 20) == list(range(9, 29))


async def test_who_falls_behind_can_go_on_from_there(hub: Hub, source: ListedEvents) -> None:
    slow = hub.follow(8)
    await slow.take(0.01)
    source.add(*(fed(n) for n in range(9, 29)))
    hub.ring()
    await behind(hub)
    again = hub.follow(slow.cursor)
    slow.close()
    assert await cursors(again, 20) == list(range(9, 29))


async def test_a_cursor_that_is_not_kept_or_not_known_is_refused(hub: Hub, source: ListedEvents) -> None:
    source.oldest = 5
    await hub.check(4)
    await hub.check(8)
    with pytest.raises(CursorGone, match="the oldest has cursor 5"):
        await hub.check(3)
    with pytest.raises(CursorUnknown, match="the newest is 8"):
        await hub.check(9)
    assert await hub.newest() == 8


async def test_only_so_many_may_follow(hub: Hub) -> None:
    first, _ = hub.follow(0), hub.follow(0)
    with pytest.raises(TooManyFollowers):
        hub.follow(0)
    hub.follow(0, is_guest=False)
    first.close()
    hub.follow(0)


async def test_a_database_that_is_away_is_asked_again(
    hub: Hub, source: ListedEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.events.hub.PAUSE", 0.001)
    follower = hub.follow(8)
    await follower.take(0.01)
    source.is_away = True
    hub.ring()
    await asyncio.sleep(0.02)
    late = hub.follow(0)
    with pytest.raises(StoreUnavailable):
        await late.take(SOON)
    source.add(fed(9))
    source.is_away = False
    assert await cursors(follower, 1) == [9]


async def test_a_node_that_stops_tells_those_who_wait(hub: Hub) -> None:
    follower = hub.follow(8)
    await follower.take(0.01)
    waiting = asyncio.ensure_future(follower.take(SOON))
    await asyncio.sleep(0)
    await hub.close()
    with pytest.raises(HubClosed):
        await waiting
    with pytest.raises(HubClosed):
        await follower.take(SOON)
    with pytest.raises(HubClosed):
        hub.follow(8)


@given(
    starts=st.lists(st.integers(0, 30), min_size=1, max_size=4),
    bursts=st.lists(st.integers(1, 12), max_size=8),
    limit=st.integers(1, 5),
    yields=st.lists(st.integers(0, 3), min_size=8, max_size=8),
)
def test_whatever_comes_when_each_is_given_everything_once(
    starts: list[int], bursts: list[int], limit: int, yields: list[int]
) -> None:
    async def run() -> None:
        source = ListedEvents(*(fed(n) for n in range(1, 31)), limit=limit)
        hub = Hub(source, most_waiting=15)
        followers = [hub.follow(start, may_lag=True) for start in starts]
        found: list[list[int]] = [[] for _ in starts]
        last = 30 + sum(bursts)

        async def follow(at: int) -> None:
            while len(found[at]) < last - starts[at]:
                found[at] += [each.cursor for each in await followers[at].take(SOON)]

        async with asyncio.timeout(SOON), asyncio.TaskGroup() as group:
            for at in range(len(starts)):
                group.create_task(follow(at))
            newest = 30
            for burst, turns in zip(bursts, yields, strict=False):
                for _ in range(turns):
                    await asyncio.sleep(0)
                source.add(*(fed(n) for n in range(newest + 1, newest + burst + 1)))
                newest += burst
                hub.ring()
        await hub.close()
        assert found == [list(range(start + 1, last + 1)) for start in starts]

    asyncio.run(run())


async def test_who_comes_up_in_the_middle_of_a_page_is_given_the_rest_of_it(
    hub: Hub, source: ListedEvents
) -> None:
    first = hub.follow(8)
    await first.take(0.01)
    source.add(fed(9), fed(10), fed(11))
    hub.ring()
    assert await cursors(first, 3) == [9, 10, 11]
    late = hub.follow(9)
    assert hub.join(late)
    late.is_live = True
    assert [each.cursor for each in await late.take(0.01)] == [10, 11]
    early = hub.follow(3, is_guest=False)
    assert not hub.join(early)
