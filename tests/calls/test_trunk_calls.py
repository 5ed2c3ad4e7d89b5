"""Calls that a trunk carries: counted to their end, refused beyond its limits, led by the next way that takes them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from calls.dial import connect
from calls.lines import LineLimits, Lines
from calls.ways import Way
from sip.errors import UnresolvedTarget
from sip.events import InviteReceived, SessionAnswered, SessionRefused
from sip.stack import CallerIdentity, Target
from tests.kit.party import House, Party, until

if TYPE_CHECKING:
    from calls.contact import Contact
    from calls.ways import FindWay

WE = CallerIdentity("+34910000099")


def lines(channels: int | None = None, *, unlimited: str = "") -> Lines:
    """Lines of trunks that all carry so many calls, but for one."""
    return Lines(lambda trunk: LineLimits(None if trunk == unlimited else channels))


def by(target: Target, trunk: str) -> FindWay:
    """One way."""

    async def find() -> Way:
        return Way(target, WE, trunk)

    return find


async def nowhere() -> Way:
    """A way that there is not."""
    raise UnresolvedTarget("no address for nowhere.example")


def connecting(house: House, *ways: FindWay) -> list[asyncio.Task[None]]:
    """Whoever calls is led by these ways."""
    tasks: list[asyncio.Task[None]] = []

    async def work(contact: Contact) -> None:
        await connect(house.exchange, contact, ways, lambda: ())

    house.on_arrival = lambda contact: tasks.append(asyncio.get_running_loop().create_task(work(contact)))
    return tasks


async def test_a_call_beyond_the_channels_of_its_trunk_is_refused_and_none_is_left_counted() -> None:
    kept = lines(1)
    async with House(lines=kept) as house, Party() as party:
        session = party.call(house, party.body())
        _, leg = await house.arrival()
        assert kept.in_use("test") == 1
        party.call(house, party.body())
        refused = await party.hears(SessionRefused)
        assert (refused.status, refused.cause) == (503, 34)
        leg.answer()
        await party.hears(SessionAnswered)
        party.hang_up(session)
        await house.over()
        assert kept.in_use() == 0
    assert [row.kind for row in house.rows if row.kind == "contact.closed"] == ["contact.closed"]


async def test_a_call_that_cannot_be_placed_takes_no_line() -> None:
    kept = lines(1)
    async with House(lines=kept) as house, Party() as party:
        tasks = connecting(house, by(Target("sip:x@nowhere.example"), "out"))
        party.call(house, party.body())
        assert (await party.hears(SessionRefused)).status == 503
        await asyncio.gather(*tasks)
        await house.over()
        assert kept.in_use() == 0


@pytest.mark.parametrize("status", [401, 408, 500, 503, 504])
async def test_the_next_way_is_taken_when_the_first_does_not_carry_the_call(status: int) -> None:
    async with House() as house, Party() as alice, Party() as first, Party() as second:
        tasks = connecting(house, by(Target(first.uri), "a"), nowhere, by(Target(second.uri), "b"))
        session = alice.call(house, alice.body())
        first.refuse((await first.hears(InviteReceived)).session, status)
        second.answer((await second.hears(InviteReceived)).session)
        await alice.hears(SessionAnswered)
        alice.hang_up(session)
        await asyncio.gather(*tasks)
        await house.over()


@pytest.mark.parametrize("status", [403, 404, 480, 486, 603])
async def test_who_was_reached_and_refused_is_not_called_by_another_way(status: int) -> None:
    async with House() as house, Party() as alice, Party() as first, Party() as second:
        tasks = connecting(house, by(Target(first.uri), "a"), by(Target(second.uri), "b"))
        alice.call(house, alice.body())
        first.refuse((await first.hears(InviteReceived)).session, status)
        assert (await alice.hears(SessionRefused)).status == status
        await asyncio.gather(*tasks)
        await house.over()
        assert second.events == []


async def test_without_a_free_line_on_any_way_the_caller_may_try_later() -> None:
    kept = lines(0, unlimited="test")
    async with House(lines=kept) as house, Party() as alice, Party() as bob:
        tasks = connecting(house, by(Target(bob.uri), "a"), nowhere)
        alice.call(house, alice.body())
        refused = await alice.hears(SessionRefused)
        assert (refused.status, refused.cause) == (503, 34)
        await asyncio.gather(*tasks)
        await house.over()


async def test_a_caller_who_hangs_up_while_a_way_is_found_rings_nobody() -> None:
    found = asyncio.Event()

    async with House() as house, Party() as alice, Party() as bob:

        async def slowly() -> Way:
            await found.wait()
            return Way(Target(bob.uri), WE, "a")

        tasks = connecting(house, slowly)
        session = alice.call(house, alice.body())
        _, leg = await house.arrival()
        alice.hang_up(session)
        await until(lambda: leg.has_ended)
        found.set()
        await asyncio.gather(*tasks)
        await house.over()
        assert bob.events == []
