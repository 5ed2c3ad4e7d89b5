"""Whatever is changed in a derived table, or with a key, is found: which row, which column; and rebuilding mends it."""

from __future__ import annotations

import itertools
import sqlite3
import threading
from random import Random
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import BigInteger, Boolean, Float, Integer, LargeBinary, Text, func, select, text, update

from records import Ledger, LedgerEvent
from records.ledger.stored import STORED as CHAINED
from records.ledger.verify import verify
from records.personal.master_key import MasterKey
from records.schema import contact_key
from records.schema import event as event_table
from records.views import compare as comparing
from records.views import tables
from records.views.compare import compare
from records.views.rebuild import rebuild
from tests.records.calls import BEGAN, event, whole_call
from tests.records.views.any_call import any_call

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Table

    from records.database import Database
    from records.views.difference import Difference

MASTER = MasterKey(b"k" * 32)
FOREIGN = MasterKey(b"f" * 32)


def write(database: Database, tmp_path: Path, events: list[LedgerEvent]) -> None:
    ledger = Ledger(database, gather=0.0, spill=tmp_path / "node" / "spill", master=MASTER)
    ledger.start(now=BEGAN)
    for each in events:
        ledger.append(each)
    assert ledger.close() == 0


def more(contact: str) -> list[LedgerEvent]:
    """Something in each table that a whole call leaves empty."""
    recording = {"recording": f"{contact}.opus", "file": f"/r/c/d/{contact}.opus"}
    times = {"earliest": BEGAN + 3600, "latest": BEGAN + 7200}
    busy = {"agent": "ana", "state": "busy", "contact": contact, "queue": "support"}
    return [
        event(97, contact, f"caller-{contact}", "recording.started", **recording, sealed=True),
        event(
            98,
            contact,
            f"caller-{contact}",
            "recording.finished",
            seconds=2.0,
            bytes=9,
            masked=[],
            **recording,
        ),
        event(98, contact, None, "callback.promised", reference=f"p-{contact}", queue="support", **times),
        event(98, contact, None, "survey.answered", question="csat", answer=4, least=1, most=5),
        event(99, "-", None, "agent.status", agent="ana", status="available"),
        LedgerEvent(BEGAN + 99, "-", None, "agent.state", busy),
        event(101, "-", None, "agent.state", agent="ana", state="idle"),
        event(
            102, "-", None, "callback.promised", reference="by-hand", client="bank", queue="support", **times
        ),
        event(103, "-", None, "dnc.added", number="+34600999888"),
        event(103, "-", None, "callback.kept", reference="by-hand", agent="ana"),
    ]


@pytest.fixture
def ledger(database: Database, tmp_path: Path) -> Database:
    write(database, tmp_path, [*whole_call("c1"), *more("c1"), *whole_call("c2")])
    return database


def found(database: Database) -> list[Difference]:
    return list(compare(database, MASTER))


def change(database: Database, statement: str) -> None:
    with database.write() as connection:
        assert connection.execute(text(statement)).rowcount


def test_what_is_derived_is_as_the_events_say(ledger: Database) -> None:
    told: list[int] = []
    assert list(compare(ledger, MASTER, told.append)) == []
    with ledger.read() as connection:
        counts = {
            each: connection.execute(select(func.count()).select_from(each)).scalar() for each in tables.ALL
        }
    assert all(counts.values()), "the test below changes something in each table"


@pytest.mark.parametrize("table", tables.ALL, ids=lambda table: str(table.name))
def test_each_column_that_was_changed_is_named(ledger: Database, table: Table) -> None:
    keys = [column.name for column in table.primary_key]
    with ledger.read() as connection:
        row = connection.execute(select(table).limit(1)).mappings().one()
    where = [table.c[name] == row[name] for name in keys]
    changed = {
        column.name: other(column.type, row[column.name])
        for column in table.columns
        if column.name not in (*keys, "contact")
    }
    with ledger.write() as connection:
        connection.execute(update(table).where(*where).values(changed))
    differences = found(ledger)
    assert [(each.table, each.column) for each in differences] == [(table.name, name) for name in changed]
    assert {each.row for each in differences} == {", ".join(f"{name} {row[name]}" for name in keys)}
    for each in differences:
        if each.column in ("ani", "peer", "sip_call_id", "dnis"):
            assert str(row[each.column]) not in each.problem, "who called is not for the terminal"


def other(kind: object, value: object) -> object:
    if isinstance(kind, Boolean):
        return not value
    if isinstance(kind, Integer | BigInteger):
        return (value if isinstance(value, int) else 0) + 1
    if isinstance(kind, Float):
        return (value if isinstance(value, float) else 0.0) + 0.001
    return f"{value or ''}x"


@pytest.mark.parametrize("table", tables.ALL, ids=lambda table: str(table.name))
def test_a_row_that_was_taken_away_or_put_in_is_named_and_rebuilding_mends_it(
    ledger: Database, table: Table
) -> None:
    key = list(table.primary_key)[-1].name
    other_key = "'zz'" if key in ("id", "reference") else "99"
    columns = [column.name for column in table.columns]
    values = ", ".join(other_key if name == key else name for name in columns)
    change(
        ledger,
        f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT {values} FROM {table.name} LIMIT 1",
    )
    assert [(each.table, each.problem) for each in found(ledger)] == [
        (table.name, "no event tells of this row")
    ]
    change(ledger, f"DELETE FROM {table.name}")
    assert {(each.table, each.problem) for each in found(ledger)} == {(table.name, "the row is missing")}
    rebuild(ledger, "main", MASTER)
    assert found(ledger) == []


@pytest.mark.parametrize("table", [*tables.ALL, contact_key, event_table], ids=lambda table: str(table.name))
def test_a_value_of_a_wrong_type_is_told_and_the_comparison_goes_on(ledger: Database, table: Table) -> None:
    if ledger.path is None:
        pytest.skip("PostgreSQL takes none")
    change(ledger, "UPDATE contact SET outcome = 'lost' WHERE id = 'c2'")
    for name in map(str, table.columns.keys()):
        if (table.name, name) in (("event", "id"), ("contact_key", "made_at")):
            continue
        for wrong in ("x'00'", "'zz'"):
            connection = sqlite3.connect(ledger.path, isolation_level=None)
            connection.execute("BEGIN")
            connection.execute(
                f"CREATE TABLE before AS SELECT rowid AS id, {name} AS value FROM {table.name}"
            )
            connection.execute(f"UPDATE OR IGNORE {table.name} SET {name} = {wrong}")
            connection.execute("COMMIT")
            told = found(ledger)
            if wrong == "x'00'" or not isinstance(table.c[name].type, Text | LargeBinary):
                of = {each.table for each in told}
                assert table is event_table or table.name in of, name
            proven = [each for day in verify(ledger) for each in day.problems]
            assert table is not event_table or proven or name not in CHAINED, name
            connection.execute(
                f"UPDATE {table.name} SET {name} = (SELECT value FROM before WHERE id = {table.name}.rowid)"
            )
            connection.execute("DROP TABLE before")
            connection.close()
    assert [(each.row, each.column) for each in found(ledger)] == [("id c2", "outcome")]


def test_contacts_are_held_in_memory_a_few_at_a_time(
    ledger: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "_CONTACTS", 2)
    monkeypatch.setattr(comparing, "_EVENTS", 2)
    write(ledger, tmp_path, [each for i in range(5) for each in whole_call(f"d{i}")])
    assert found(ledger) == []
    change(ledger, "UPDATE contact SET outcome = 'lost' WHERE id = 'd3'")
    assert [each.row for each in found(ledger)] == ["id d3"]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_in_calls_is_compared_without_a_difference(
    database: Database, tmp_path: Path, seed: int
) -> None:
    chance = Random(seed)
    write(database, tmp_path, [each for i in range(8) for each in any_call(chance, f"c{i}").events])
    assert found(database) == []


def test_the_node_may_write_meanwhile(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "_EVENTS", 20)
    monkeypatch.setattr(comparing, "_CONTACTS", 2)
    ledger = Ledger(database, gather=0.0, spill=tmp_path / "node" / "spill", master=MASTER)
    ledger.start(now=BEGAN)
    is_over = threading.Event()

    def work() -> None:
        for number in itertools.count():
            for each in [*whole_call(f"c{number}"), *more(f"c{number}")]:
                ledger.append(each)
                if is_over.wait(0.000_5):
                    return

    writing = threading.Thread(target=work)
    writing.start()
    try:
        for _ in range(10):
            assert found(database) == []
            assert [problem for each in verify(database) for problem in each.problems] == []
    finally:
        is_over.set()
        writing.join()
        ledger.close()
    assert found(database) == []


# --- keys ---


def test_a_key_that_was_destroyed_by_hand_is_found(ledger: Database) -> None:
    change(ledger, "UPDATE contact_key SET key = NULL WHERE contact = 'c1'")
    problems = {each.problem for each in found(ledger) if each.table == "contact_key"}
    assert problems == {"it was destroyed, and no event tells of an erasure"}


def test_a_row_of_a_key_that_was_taken_away_is_found(ledger: Database) -> None:
    change(ledger, "DELETE FROM contact_key WHERE contact = 'c2'")
    problems = [each for each in found(ledger) if each.table == "contact_key"]
    assert [(each.row, each.problem) for each in problems] == [
        ("contact c2", "it is gone, and no event tells of an erasure")
    ]


def test_a_persons_key_that_was_destroyed_by_hand_is_found(ledger: Database) -> None:
    change(ledger, "UPDATE contact_key SET key = NULL WHERE contact LIKE 'person:%'")
    assert [each.problem for each in found(ledger)] == ["it was destroyed, and no event tells of an erasure"]


def test_what_was_erased_by_an_event_is_no_fault_and_a_key_brought_back_is(
    ledger: Database, tmp_path: Path
) -> None:
    with ledger.read() as connection:
        before = dict(connection.execute(select(contact_key.c.contact, contact_key.c.key)).all())
    whose = next(each for each in before if each.startswith("person:"))
    erasures = [
        LedgerEvent(BEGAN + 500, "c1", None, "contact.erased", {"by": "retention"}),
        LedgerEvent(BEGAN + 500, "", None, "contact.erased", {"by": "ana", "subject": whose}),
    ]
    write(ledger, tmp_path, erasures)
    assert found(ledger) == []
    for name in ("c1", whose):
        with ledger.write() as connection:
            back = update(contact_key).where(contact_key.c.contact == name)
            connection.execute(back.values(key=before[name], shredded_at=None))
    problems = {each.row: each.problem for each in found(ledger) if each.table == "contact_key"}
    assert problems == {f"contact {name}": "it is there, though it was erased" for name in ("c1", whose)}


def test_a_key_that_another_master_key_wrapped_is_found(ledger: Database) -> None:
    with ledger.write() as connection:
        for name in connection.execute(select(contact_key.c.contact)).scalars().all():
            wrong = update(contact_key).where(contact_key.c.contact == name)
            connection.execute(wrong.values(key=FOREIGN.wrap(name, b"k" * 32)))
    differences = found(ledger)
    assert {each.table for each in differences} == {"contact_key"}, "their rows cannot be compared"
    assert len(differences) == 3


def test_a_key_without_any_event_tells_that_events_were_taken_away(ledger: Database) -> None:
    change(ledger, "DELETE FROM event WHERE contact = 'c2'")
    problems = {each.problem for each in found(ledger) if each.table == "contact_key"}
    assert problems == {"it is there, and there is no event that it opens: events were taken away"}
    assert "no event tells of this row" in {each.problem for each in found(ledger) if each.table == "contact"}


def test_rebuilding_brings_nothing_back_of_who_was_erased_before_anything_was_sealed(
    database: Database, tmp_path: Path
) -> None:
    open_ledger = Ledger(database, gather=0.0, spill=tmp_path / "node" / "spill")
    open_ledger.start(now=BEGAN)
    for each in whole_call("old"):
        open_ledger.append(each)
    assert open_ledger.close() == 0
    write(database, tmp_path, [LedgerEvent(BEGAN + 500, "old", None, "contact.erased", {"by": "retention"})])
    assert found(database) == []
    rebuild(database, "main", MASTER)
    assert found(database) == []
    with database.read() as connection:
        assert connection.execute(select(tables.contact.c.ani)).scalars().all() == [None]
