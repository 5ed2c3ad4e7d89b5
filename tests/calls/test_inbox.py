"""The inbox: events of one contact, in order, for one reader."""

from __future__ import annotations

import asyncio

import pytest

from calls.contact import Inbox


async def test_events_come_in_the_order_they_were_posted() -> None:
    inbox: Inbox[int] = Inbox()
    for each in range(3):
        inbox.post(each)
    assert [await inbox.next() for _ in range(3)] == [0, 1, 2]


async def test_a_reader_is_woken_by_the_first_event() -> None:
    inbox: Inbox[str] = Inbox()
    reader = asyncio.create_task(inbox.next())
    await asyncio.sleep(0)
    inbox.post("first")
    inbox.post("second")
    assert await reader == "first"
    assert await inbox.next() == "second"


async def test_none_comes_when_the_time_is_up_and_not_before() -> None:
    inbox: Inbox[str] = Inbox()
    loop = asyncio.get_running_loop()
    until = loop.time() + 0.02
    assert await inbox.next(until) is None
    assert loop.time() >= until - 0.002


async def test_a_time_in_the_past_gives_what_waits_and_else_none() -> None:
    inbox: Inbox[str] = Inbox()
    assert await inbox.next(0.0) is None
    inbox.post("late")
    assert await inbox.next(0.0) == "late"


async def test_an_event_in_the_instant_of_the_alarm_is_not_lost() -> None:
    inbox: Inbox[str] = Inbox()
    loop = asyncio.get_running_loop()
    until = loop.time() + 0.01
    reader = asyncio.create_task(inbox.next(until))
    await asyncio.sleep(0)
    loop.call_at(until, inbox.post, "just")
    first = await reader
    assert first == "just" or (first is None and await inbox.next() == "just")


async def test_a_reader_that_is_cancelled_leaves_the_inbox_whole() -> None:
    inbox: Inbox[str] = Inbox()
    reader = asyncio.create_task(inbox.next())
    await asyncio.sleep(0)
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    inbox.post("kept")
    assert await inbox.next() == "kept"
