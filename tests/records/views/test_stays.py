"""Stays in queues, put together from what contacts and agents did."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from records.reader import Reader
from tests.records.calls import BEGAN, event

if TYPE_CHECKING:
    from pathlib import Path

    from records import Ledger, LedgerEvent
    from records.views.stays import Stay


def opened(offset: float, contact: str) -> list[LedgerEvent]:
    return [
        event(offset, contact, None, "contact.opened", ani="34600111222", dnis="900100"),
        event(offset, contact, None, "contact.routed", client="bank", language="es"),
    ]


def joined(offset: float, contact: str, queue: str = "cards", priority: int = 0) -> LedgerEvent:
    return event(offset, contact, None, "queue.joined", queue=queue, position=1, priority=priority, waited=0)


def answered(offset: float, contact: str, agent: str = "ana") -> LedgerEvent:
    data = {"reservation": "r", "agent": agent, "queue": "cards", "result": "answered", "ring": 2.0}
    return event(offset, contact, None, "reservation.ended", **data)


def left(offset: float, contact: str, reason: str, waited: float, queue: str = "cards") -> LedgerEvent:
    return event(offset, contact, None, "queue.left", queue=queue, reason=reason, waited=waited, position=1)


def state(offset: float, word: str, agent: str = "ana") -> LedgerEvent:
    return event(offset, "", None, "agent.state", agent=agent, state=word)


async def stays(ledger: Ledger, path: Path, *events: LedgerEvent, until: float = 1000.0) -> list[Stay]:
    for each in events:
        ledger.append(each)
    await ledger.flush()
    return Reader(path).stays(since=BEGAN, until=BEGAN + until)


async def test_an_agents_wrap_up_belongs_to_the_call(ledger: Ledger, path: Path) -> None:
    [stay] = await stays(
        ledger, path, *opened(0, "c1"), joined(5, "c1", priority=2), state(10, "reserved"), answered(15, "c1"),
        state(15, "talking"), left(15, "c1", "answered", 10.0), state(40, "hold"), state(50, "talking"),
        state(100, "wrap_up"), state(120, "idle"), state(130, "reserved"),
    )  # fmt: skip
    assert (stay.at, stay.queue, stay.client, stay.language) == (BEGAN + 5, "cards", "bank", "es")
    assert (stay.priority, stay.waited, stay.result) == (2, 10.0, "answered")
    assert stay.handle == pytest.approx(105.0)
    assert stay.patience is None


async def test_who_hung_up_tells_how_long_he_or_she_held(ledger: Ledger, path: Path) -> None:
    [stay] = await stays(ledger, path, *opened(0, "c1"), joined(5, "c1"), left(35, "c1", "abandoned", 30.0))
    assert (stay.result, stay.handle, stay.patience) == ("abandoned", None, 30.0)


async def test_a_call_that_is_not_over_has_no_handle_time(ledger: Ledger, path: Path) -> None:
    events = (*opened(0, "c1"), joined(5, "c1"), answered(9, "c1"), state(9, "talking"))
    [stay] = await stays(ledger, path, *events, left(9, "c1", "answered", 4.0))
    assert (stay.result, stay.handle) == ("answered", None)


async def test_two_queues_in_a_row_are_one_stay(ledger: Ledger, path: Path) -> None:
    [stay] = await stays(
        ledger, path, *opened(0, "c1"), joined(5, "c1"), left(65, "c1", "timeout", 60.0), joined(65, "c1", "loans"),
        answered(75, "c1"), state(75, "talking"), left(75, "c1", "answered", 10.0, "loans"), state(175, "idle"),
    )  # fmt: skip
    assert (stay.queue, stay.waited, stay.result, stay.handle) == ("cards", 70.0, "answered", 100.0)


async def test_who_comes_back_by_a_menu_or_calls_again_is_another_stay(ledger: Ledger, path: Path) -> None:
    found = await stays(
        ledger, path, *opened(0, "c1"), joined(5, "c1"), left(25, "c1", "exit_key", 20.0), joined(26, "c1", "loans"),
        left(30, "c1", "abandoned", 4.0, "loans"), *opened(40, "c2"), joined(41, "c2"), *opened(50, "c3"),
        joined(52, "c3"), left(53, "c3", "full", 0.0), left(60, "c2", "timeout", 19.0), joined(90, "c2", "loans"),
        left(95, "c2", "abandoned", 5.0, "loans"),
    )  # fmt: skip
    assert [(each.contact, each.queue, each.result) for each in found] == [
        ("c1", "cards", "exit_key"),
        ("c1", "loans", "abandoned"),
        ("c2", "cards", "timeout"),
        ("c3", "cards", "full"),
        ("c2", "loans", "abandoned"),
    ]


async def test_contacts_of_another_day_and_stays_that_last_are_left_out(ledger: Ledger, path: Path) -> None:
    events = (*opened(0, "c1"), joined(5, "c1"), *opened(2000, "c2"), joined(2001, "c2"))
    assert await stays(ledger, path, *events, left(2009, "c2", "abandoned", 8.0)) == []


async def test_a_callback_counts_when_the_customer_was_talked_with(ledger: Ledger, path: Path) -> None:
    def callback(offset: float, contact: str) -> list[LedgerEvent]:
        first = event(offset, contact, None, "contact.opened", ani="34600111222", dnis="1", callback="7")
        return [first, joined(offset, contact), answered(offset + 2, contact)]

    [stay] = await stays(
        ledger, path, *callback(0, "c1"), state(2, "talking"), left(2, "c1", "answered", 2.0), state(3, "idle"),
        *callback(10, "c2"), state(12, "talking"), left(12, "c2", "answered", 2.0),
        event(20, "c2", None, "bridge.began", legs=[]), state(80, "idle"),
    )  # fmt: skip
    assert stay.contact == "c2"
    assert stay.handle == pytest.approx(68.0)
