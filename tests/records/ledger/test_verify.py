"""A ledger proves itself: whatever is changed, added, taken away or moved in it is found, on both databases."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from records import Ledger
from records.ledger import days
from records.ledger.chain import FIRST, VERSION, Head, link
from records.ledger.seal import Seal
from records.ledger.verify import event_count, stored_seals, verify
from records.personal.master_key import MasterKey
from tests.kit.chain import chain_faults
from tests.records.calls import BEGAN, event, whole_call

if TYPE_CHECKING:
    from pathlib import Path

    from records.database import Database
    from records.ledger.verify import DayVerdict

pytestmark = pytest.mark.usefixtures("days_later")

MASTER = MasterKey(b"k" * 32)
DAY = 86_400.0
ON_ANOTHER_DAY = "UPDATE event SET {change} WHERE id = (SELECT MIN(id) + 30 FROM event)"


@pytest.fixture
def ledger(database: Database, tmp_path: Path) -> Database:
    """Three days: two that are over and sealed, one that goes on."""
    written = Ledger(database, gather=0.0, spill=tmp_path / "spill", master=MASTER)
    written.start(now=BEGAN)
    for day in range(3):
        for each in whole_call(f"day{day}"):
            written.append(each._replace(ts=each.ts + day * DAY))
        written.append(event(100 + day * DAY, "-", None, "agent.status", agent="ana", status="available"))
    assert written.close() == 0
    return database


def found(database: Database, seals: list[Seal] | None = None) -> list[DayVerdict]:
    return list(verify(database, public_key=MASTER.public_key, seals=seals or ()))


def broken(database: Database, statement: str) -> list[str]:
    with database.write() as connection:
        assert connection.execute(text(statement)).rowcount
    return [problem for each in found(database) for problem in each.problems]


def test_a_ledger_is_whole_and_its_days_are_sealed(ledger: Database) -> None:
    days = found(ledger)
    assert [(each.is_whole, each.is_sealed) for each in days] == [(True, True), (True, True), (True, False)]
    assert [each.day for each in days] == [days[0].day, days[0].day + 1, days[0].day + 2]
    assert sum(each.events for each in days) == event_count(ledger)
    assert event_count(ledger) == 3 * (len(whole_call()) + 1) + 2, "two events tell of seals"


def test_progress_is_told(ledger: Database) -> None:
    told: list[int] = []
    list(verify(ledger, tell=told.append))
    assert told[-1] == event_count(ledger)


@pytest.mark.parametrize(
    "change",
    [
        "data = '{}'",
        "type = 'other.type'",
        "ts = ts + 1",
        "contact = 'other'",
        "leg = 'other'",
        "n = n + 1000",
        "offset_us = 5",
        "agent = 'pedro'",
    ],
)
def test_an_event_that_was_changed_is_named(ledger: Database, change: str) -> None:
    problems = broken(ledger, ON_ANOTHER_DAY.format(change=change))
    assert len(problems) == 1
    assert "is not as it was written" in problems[0]


def test_a_number_that_was_put_where_there_is_none_is_found(ledger: Database) -> None:
    which = "(SELECT MIN(id) FROM event WHERE contact IS NULL)"
    assert "is not as it was written" in broken(ledger, f"UPDATE event SET n = 0 WHERE id = {which}")[0]


@pytest.mark.parametrize(
    "change",
    ["head = 'zz'", "count = 'zz'", "day = 'zz'", "node = x'00'", "signature = 'zz'", "previous = 5"],
)
def test_an_end_of_a_day_that_holds_what_it_cannot_is_found(ledger: Database, change: str) -> None:
    if ledger.path is None:
        pytest.skip("PostgreSQL takes no such values")
    which = "(SELECT MIN(rowid) FROM chain_day)"
    assert "its end cannot be read" in broken(ledger, f"UPDATE chain_day SET {change} WHERE rowid = {which}")


def test_a_sealed_part_that_was_changed_is_found(ledger: Database) -> None:
    which = "(SELECT MIN(id) FROM event WHERE sealed IS NOT NULL)"
    problems = broken(ledger, f"UPDATE event SET sealed = NULL WHERE id = {which}")
    assert "contact.opened" in problems[0]


def test_an_event_that_was_taken_away_is_missed(ledger: Database) -> None:
    problems = broken(ledger, "DELETE FROM event WHERE id = (SELECT MIN(id) + 30 FROM event)")
    assert "event 31 is missing: the next one is 32" in problems[0]


def test_the_last_event_that_was_taken_away_is_missed(ledger: Database) -> None:
    problems = broken(ledger, "DELETE FROM event WHERE id = (SELECT MAX(id) FROM event)")
    assert "events are missing" in problems[0]


def test_two_events_that_changed_places_are_found(ledger: Database) -> None:
    with ledger.write() as connection:
        first = "(SELECT MIN(id) + 3 FROM event)"
        connection.execute(text(f"UPDATE event SET seq = seq + 100000 WHERE id = {first}"))
        connection.execute(text("UPDATE event SET seq = 4 WHERE id = (SELECT MIN(id) + 4 FROM event)"))
        connection.execute(text(f"UPDATE event SET seq = 5 WHERE id = {first}"))
    assert "is not as it was written" in found(ledger)[0].problems[0]


def test_a_day_that_was_taken_away_is_missed(ledger: Database) -> None:
    with ledger.write() as connection:
        day = connection.execute(text("SELECT MIN(day) + 1 FROM chain_day")).scalar()
        for table in ("event", "chain_day"):
            connection.execute(text(f"DELETE FROM {table} WHERE day = {day}"))
    assert [problem for each in found(ledger) for problem in each.problems] == [
        f"it does not go on from where day {int(day or 0) - 1} ended"
    ]


def test_a_first_day_that_was_taken_away_is_missed(ledger: Database) -> None:
    first = "(SELECT day FROM (SELECT MIN(day) AS day FROM chain_day) AS first)"
    with ledger.write() as connection:
        connection.execute(text(f"DELETE FROM event WHERE day = {first}"))
    problems = broken(ledger, f"DELETE FROM chain_day WHERE day = {first}")
    assert problems == ["days before it are missing: it is not the first"]


def test_events_without_the_end_of_their_day_are_found(ledger: Database) -> None:
    problems = broken(ledger, "DELETE FROM chain_day WHERE day = (SELECT MAX(day) FROM chain_day)")
    assert problems == ["the end of the day is missing"]


def test_a_whole_day_forged_with_right_links_breaks_its_seal(ledger: Database, tmp_path: Path) -> None:
    handed_out = stored_seals(ledger)
    with ledger.write() as connection:
        for table in ("event", "chain_day", "contact", "leg", "contact_key"):
            connection.execute(text(f"DELETE FROM {table}"))
    forger = Ledger(ledger, gather=0.0, spill=tmp_path / "spill", master=MasterKey(b"f" * 32))
    forger.start(now=BEGAN)
    for day in range(3):
        forger.append(event(day * DAY, f"forged{day}", None, "contact.opened"))
    assert forger.close() == 0
    assert all(each.is_whole for each in verify(ledger)), "without a key only the links are checked"
    assert {problem for each in found(ledger) for problem in each.problems} == {
        "its seal is not right: the end of the day was changed, or the key is another"
    }
    days = found(ledger, handed_out)
    assert all("the seal that was handed out tells of other events" in each.problems[0] for each in days[:2])


def test_a_seal_that_was_taken_away_is_missed(ledger: Database) -> None:
    """Otherwise whoever forges a day would only have to take its seal away."""
    second = "(SELECT MIN(day) + 1 FROM chain_day)"
    problems = broken(ledger, f"UPDATE chain_day SET signature = NULL, sealed_at = NULL WHERE day = {second}")
    assert problems == ["its seal is missing: the next day tells of it"]


def test_seals_can_be_handed_out_and_read_again(ledger: Database) -> None:
    seals = [Seal.read(each.told) for each in stored_seals(ledger)]
    assert seals == stored_seals(ledger)
    assert all(each.is_signed_by(MASTER.public_key) for each in seals)
    assert not seals[0]._replace(events=1).is_signed_by(MASTER.public_key)
    with pytest.raises(ValueError, match="no seal"):
        Seal.read({"node": "main"})


@given(
    *(st.none() | st.text() for _ in range(3)),
    st.none() | st.integers(1, 1 << 40),
    st.none() | st.integers(0, 1 << 40),
    st.text(),
    st.none() | st.binary(),
)
def test_what_is_hashed_is_what_the_page_says(
    contact: str | None,
    agent: str | None,
    leg: str | None,
    n: int | None,
    offset: int | None,
    kind: str,
    sealed: bytes | None,
) -> None:
    told = [*("main", 20_000, 5), contact, n, agent, leg, 1_795_294_000_000_000, offset, kind]
    row = ("main", contact, n, agent, leg, 1_795_294_000_000_000, offset, kind, "{}", sealed)
    behind = sealed or b""
    for version, content in (
        (FIRST, _json(told) + b"\0{}\0" + behind),
        (VERSION, _json([*told, None if sealed is None else len(sealed)]) + b"\0{}" + behind),
    ):
        head = Head(20_000, 4, bytes(32), b"h" * 32, version)
        expected = Head(20_000, 5, bytes(32), hashlib.sha256(b"h" * 32 + content).digest(), version)
        assert link(head, *row) == expected


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


@given(st.binary(), st.text(), st.text())
def test_the_border_between_open_and_sealed_cannot_be_moved(sealed: bytes, data: str, moved: str) -> None:
    def hashed(data: str, sealed: bytes | None) -> bytes:
        head = Head(20_000, 4, bytes(32), b"h" * 32, VERSION)
        return link(head, "main", None, None, None, None, 1, None, "kind", data, sealed).hash

    assert hashed(f"{data}\0{moved}", sealed) != hashed(data, f"{moved}\0".encode() + sealed)
    assert hashed(data + moved, sealed) != hashed(data, moved.encode() + sealed) or not moved
    assert hashed(data, None) != hashed(data, b"")


def test_days_of_the_first_version_go_on_as_they_began_and_stay_whole(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is where a node that runs is brought up to date."""
    monkeypatch.setattr(days, "VERSION", FIRST)
    _write(database, tmp_path, 0.0, DAY)
    monkeypatch.setattr(days, "VERSION", VERSION)
    _write(database, tmp_path, DAY + 100, 2 * DAY)
    with database.read() as connection:
        versions = connection.execute(text("SELECT version FROM chain_day ORDER BY day")).scalars().all()
    assert versions == [FIRST, FIRST, VERSION]
    assert [each.is_whole for each in found(database)] == [True, True, True]
    assert chain_faults(database) == []


@pytest.mark.parametrize("version", [FIRST, VERSION + 1])
def test_a_day_that_is_told_to_be_of_another_version_is_found(ledger: Database, version: int) -> None:
    last = "(SELECT day FROM (SELECT MAX(day) AS day FROM chain_day) AS last)"
    assert len(broken(ledger, f"UPDATE chain_day SET version = {version} WHERE day = {last}")) == 1


def _write(database: Database, tmp_path: Path, *moments: float) -> None:
    written = Ledger(database, gather=0.0, spill=tmp_path / "spill", master=MASTER)
    written.start(now=BEGAN + moments[0])
    for each in moments:
        written.append(event(each, f"at{each:.0f}", None, "contact.opened", ani="+34600111222"))
    assert written.close() == 0
