from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from records.errors import ContactAmbiguous, ContactNotFound, LedgerMissing, StoreUnavailable
from records.reader import Reader
from tests.records.calls import BEGAN, arrival, event, whole_call

if TYPE_CHECKING:
    from pathlib import Path

    from records import Ledger


async def store(ledger: Ledger) -> None:
    for number, client in enumerate(["bank", "shop", "bank"]):
        opened = {"ani": "34600111222", "dnis": "900100", "client": client}
        ledger.append(event(number * 10, f"01A{number}", None, "contact.opened", **opened))
    for each in whole_call("01CALL%"):
        ledger.append(each)
    await ledger.flush()


async def test_contacts_are_listed_newest_first(ledger: Ledger, path: Path) -> None:
    await store(ledger)
    reader = Reader(path)
    assert [row.id for row in reader.contacts()] == ["01A2", "01A1", "01CALL%", "01A0"]
    assert [row.id for row in reader.contacts(2)] == ["01A2", "01A1"]
    assert [row.id for row in reader.contacts(client="shop")] == ["01A1"]
    assert [row.id for row in reader.contacts(since=BEGAN + 10)] == ["01A2", "01A1"]


async def test_a_contact_is_found_by_any_beginning_that_only_it_has(ledger: Ledger, path: Path) -> None:
    await store(ledger)
    reader = Reader(path)
    assert reader.contact("01CALL%").contact.id == "01CALL%"
    assert reader.contact("01C").contact.id == "01CALL%"
    with pytest.raises(ContactAmbiguous, match="01A0, 01A1"):
        reader.contact("01A")
    for unknown in ("02", "%", "01CALL_", ""):
        with pytest.raises(ContactNotFound):
            reader.contact(unknown)


async def test_a_call_can_be_followed_while_it_lasts(ledger: Ledger, path: Path) -> None:
    reader = Reader(path)
    for each in arrival("01A"):
        ledger.append(each)
    await ledger.flush()
    seen = reader.events("01A")
    assert [each.n for each in seen] == list(range(1, 9))
    assert reader.contact("01A").contact.length is None
    ledger.append(event(9, "01A", None, "contact.closed", outcome="answered"))
    await ledger.flush()
    assert [each.type for each in reader.events("01A", after=8)] == ["contact.closed"]
    assert reader.contact("01A").contact.length == 9


async def test_reading_cannot_write(ledger: Ledger, path: Path) -> None:
    await store(ledger)
    with pytest.raises(StoreUnavailable, match="readonly"), Reader(path).database.read() as connection:
        connection.exec_driver_sql("DELETE FROM event")


async def test_a_ledger_can_be_read_when_no_server_runs(ledger: Ledger, path: Path) -> None:
    await store(ledger)
    ledger.close()
    for leftover in ("-wal", "-shm"):
        path.with_name(path.name + leftover).unlink(missing_ok=True)
    assert len(Reader(path).contacts()) == 4


async def test_looking_a_contact_up_uses_indexes(ledger: Ledger, path: Path) -> None:
    await store(ledger)
    with sqlite3.connect(path) as connection:
        plan = connection.execute(
            "EXPLAIN QUERY PLAN SELECT * FROM event WHERE contact = ? AND n > 3", ("x",)
        )
        assert "event_contact_n" in str(plan.fetchall())
    connection.close()


def test_without_a_ledger_it_is_said_so(path: Path) -> None:
    with pytest.raises(LedgerMissing, match="no server has run"):
        Reader(path)
