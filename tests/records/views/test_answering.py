"""Figures computed by hand: who asked for a person, who got one in time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from records import Ledger
from records.reader import Reader
from records.views.answering import Asked, asked_for_person, shares
from tests.records.calls import BEGAN, event

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()
DAY = 86_400.0


def asked(number: int, at: float, waited: float | None, client: str = "bank") -> Asked:
    return Asked(f"c{number}", client, at, None if waited is None else at + waited)


def test_the_share_is_of_all_who_asked() -> None:
    calls = [asked(number, NOON, 10.0) for number in range(18)]
    calls += [asked(18, NOON, 180.0), asked(19, NOON, 180.5)]  # the limit itself is in time
    calls += [asked(20, NOON, None)]  # hung up
    (found,) = shares(calls, limit=180, zone=UTC)
    assert (found.client, found.period) == ("bank", "2026-11-22")
    assert (found.asked, found.answered, found.in_time) == (21, 20, 19)
    assert found.percent == pytest.approx(90.476, abs=0.001)
    assert [each.contact for each in found.late] == ["c19", "c20"]


def test_days_and_months_are_those_of_the_zone_and_clients_stand_apart() -> None:
    late_evening = datetime(2026, 10, 31, 23, 30, tzinfo=UTC).timestamp()  # 0:30 of November in Madrid
    calls = [asked(1, late_evening, 5.0), asked(2, NOON, 5.0), asked(3, NOON, None, client="shop")]
    madrid = ZoneInfo("Europe/Madrid")
    days = shares(calls, limit=180, zone=madrid)
    assert [(each.client, each.period, each.asked) for each in days] == [
        ("bank", "2026-11-01", 1), ("bank", "2026-11-22", 1), ("shop", "2026-11-22", 1),
    ]  # fmt: skip
    months = shares(calls, limit=180, zone=madrid, by="month")
    assert [(each.client, each.period, each.asked) for each in months] == [
        ("bank", "2026-11", 2), ("shop", "2026-11", 1),
    ]  # fmt: skip


def test_who_is_led_to_a_ladder_of_people_has_asked_for_one() -> None:
    rows = [
        ("a", "bank", 1.0, "menu.left", {"destination": "escalation supervisor"}),
        ("a", "bank", 9.0, "bridge.began", {}),
        ("b", "bank", 2.0, "menu.left", {"destination": "escalation supervisor"}),  # hangs up while it rings
    ]
    assert asked_for_person(rows) == [Asked("a", "bank", 1.0, 9.0), Asked("b", "bank", 2.0, None)]


def test_the_wait_is_from_the_first_wish_to_the_first_answer() -> None:
    rows = [
        ("a", "bank", 1.0, "menu.left", {"destination": "menu other"}),
        ("a", "bank", 2.0, "menu.left", {"destination": "queue people"}),
        ("a", "bank", 2.1, "queue.joined", {"queue": "people"}),
        ("a", "bank", 90.0, "queue.joined", {"queue": "others"}),  # overflow is no new wish
        ("a", "bank", 200.0, "bridge.began", {}),
        ("a", "bank", 300.0, "bridge.began", {}),
        ("b", None, 1.0, "bridge.began", {}),  # not asked for through us
        ("c", "bank", 1.0, "menu.left", {"destination": "hang-up"}),
        ("d", "bank", 1.0, "menu.left", {"destination": "extension alice"}),
    ]
    assert asked_for_person(rows) == [Asked("a", "bank", 2.0, 200.0), Asked("d", "bank", 1.0, None)]


async def test_the_ledger_is_asked_by_client_and_time(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db", gather=0.0)
    ledger.start(now=BEGAN)
    for number, (client, at, waited) in enumerate([("bank", 0, 30), ("bank", DAY, None), ("shop", 0, 5)]):
        contact = f"c{number}"
        ledger.append(event(at, contact, None, "contact.opened", ani="1", dnis="2", client=client))
        ledger.append(event(at + 1, contact, None, "queue.joined", queue="people"))
        if waited is not None:
            ledger.append(event(at + 1 + waited, contact, None, "bridge.began", legs=[]))
    await ledger.flush()
    reader = Reader(tmp_path / "ledger.db")
    found = reader.asked_for_person()
    assert {each.contact: each.waited for each in found} == {"c0": 30.0, "c1": None, "c2": 5.0}
    assert [each.contact for each in reader.asked_for_person(client="bank", until=BEGAN + 10)] == ["c0"]
    assert [each.contact for each in reader.asked_for_person(since=BEGAN + 10)] == ["c1"]
    ledger.close()
