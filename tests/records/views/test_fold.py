from __future__ import annotations

import itertools
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from records import Ledger, LedgerEvent, schema
from records.database import Database
from records.migrate import upgrade
from records.timeline.sentences import KNOWN
from records.views import tables
from records.views.rebuild import rebuild
from tests.records.calls import BEGAN, event, whole_call
from tests.records.views.folding import folded, in_batches

if TYPE_CHECKING:
    from collections.abc import Iterable


def test_a_whole_call_gives_the_contact_its_figures() -> None:
    (row,) = folded(whole_call("c1")).of(tables.contact)
    assert (row["client"], row["ani"], row["dnis"], row["trunk"]) == (
        "bank",
        "34600111222",
        "900100",
        "carrier",
    )
    assert (row["language"], row["queue"], row["agents"]) == ("es", "support", "ana")
    assert (row["waited"], row["talked"], row["held"]) == (18.2, 50.0, 10.0)
    assert (row["outcome"], row["ended_by"], row["status"], row["cause"]) == ("answered", "remote", 200, 16)
    assert row["answered_at"] == round((BEGAN + 0.003) * 1e6)
    assert row["last_n"] == len(whole_call("c1"))


def test_each_leg_gets_its_own_figures() -> None:
    legs = {row["id"]: row for row in folded(whole_call("c1")).of(tables.leg)}
    assert [legs[leg]["role"] for leg in ("caller-c1", "first-c1", "second-c1")] == [
        "caller",
        "agent",
        "agent",
    ]
    first, second = legs["first-c1"], legs["second-c1"]
    assert (first["answered_at"], first["status"], first["cause"], first["reason"]) == (
        None,
        487,
        19,
        "no answer",
    )
    assert (second["held"], second["holds"], second["agent"]) == (10.0, 1, "ana")
    assert second["rtp"] == '{"packets_in":3000,"packets_out":3000,"lost":0,"jitter_ms":0.4}'


def test_a_phone_that_is_called_has_its_delay_and_how_long_it_rang() -> None:
    first, second = folded(whole_call("c1")).of(tables.leg, direction="out")
    assert (first["pdd"], first["rang"]) == (0.018, 15.01)
    assert (second["pdd"], second["rang"], second["talked"]) == (0.02, 3.14, 50.0)


def test_waiting_without_a_stated_time_counts_from_joining_to_leaving() -> None:
    kept = folded([event(1, "c1", None, "queue.joined", queue="q"), event(6, "c1", None, "queue.left")])
    assert kept.of(tables.contact)[0]["waited"] == 5.0


def test_a_contact_closed_in_a_queue_or_a_bridge_stops_both_clocks() -> None:
    legs = [
        event(1, "c1", each, "leg.invited", role=role) for each, role in (("l1", "caller"), ("l2", "agent"))
    ]
    kept = folded(
        [
            *legs,
            event(1, "c1", None, "queue.joined", queue="q"),
            event(2, "c1", None, "bridge.began", legs=["l1", "l2"]),
            event(9, "c1", None, "contact.closed", outcome="abandoned", last_seen=BEGAN + 4),
        ]
    )
    (row,) = kept.of(tables.contact)
    assert (row["waited"], row["talked"], row["ongoing"]) == (3.0, 2.0, None)
    assert row["ended_at"] == round((BEGAN + 4) * 1e6)


def test_only_the_first_ending_counts() -> None:
    kept = folded(
        [
            event(1, "c1", "l1", "leg.invited", role="caller"),
            event(2, "c1", "l1", "leg.ended", ended_by="remote", status=200),
            event(3, "c1", "l1", "leg.ended", ended_by="local", status=500),
            event(4, "c1", None, "contact.closed", outcome="answered"),
            event(5, "c1", None, "contact.closed", outcome="failed"),
        ]
    )
    assert kept.of(tables.leg)[0]["ended_by"] == "remote"
    assert kept.of(tables.contact)[0]["outcome"] == "answered"


anything = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just([{"a": 1}])
NAMES = """
    client ani language role direction agent peer codec status cause ended_by outcome waited queue legs rtp last_seen
    reservation result ring menu step version recording masked seconds state to_leg into kind set answer least most
"""
fields = st.sampled_from(NAMES.split())
strange_events = st.lists(
    st.builds(
        lambda offset, contact, leg, kind, data: LedgerEvent(
            BEGAN + offset, contact, leg and leg + contact, kind, data
        ),
        st.floats(0, 100),
        st.sampled_from(["c1", "c2", "-"]),
        st.sampled_from([None, "l1", "l2"]),
        st.sampled_from([*sorted(KNOWN), "later.type"]),
        st.dictionaries(fields, anything, max_size=5),
    ),
    max_size=30,
)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "ledger.db"
    upgrade(Database.of(path))
    return path


@settings(max_examples=300, deadline=None)
@given(events=strange_events, batch=st.integers(1, 7), forgets=st.booleans())
def test_strange_events_give_the_same_rows_in_any_batches(
    *, events: list[LedgerEvent], batch: int, forgets: bool
) -> None:
    at_once = folded(events)
    batches = [events[at : at + batch] for at in range(0, len(events), batch)]
    assert in_batches(batches, forgets=forgets).rows == at_once.rows


@settings(max_examples=5, deadline=None)
@given(strange_events, st.integers(1, 7))
def test_rows_kept_as_events_come_are_those_rebuilt_from_all_of_them(
    empty: Path, events: list[LedgerEvent], batch: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        shutil.copy(empty, path)  # migrating each time would take most of the test
        for at in range(0, len(events), batch):  # each batch by a new server: rows are loaded again each time
            write(path, events[at : at + batch])
        write(path, [])
        kept = rows(path)
        assert rebuild(Database.of(path), "main") == stored(path)
        assert rows(path) == kept


def test_a_closed_contact_that_a_later_server_opens_again_keeps_what_it_had(
    empty: Path, tmp_path: Path
) -> None:
    path = tmp_path / "ledger.db"
    shutil.copy(empty, path)
    opened = event(0, "c1", None, "contact.opened")
    write(path, [opened, event(1, "c1", None, "contact.closed", outcome="answered")])
    write(path, [opened])
    ((contact,), *_) = rows(path)
    assert (contact["outcome"], contact["last_n"]) == ("answered", 3)


def write(path: Path, events: Iterable[LedgerEvent]) -> None:
    ledger = Ledger(path, gather=0.0)
    ledger.start(now=BEGAN + 1000)
    for each in events:
        ledger.append(each)
    assert ledger.close() == 0
    assert ledger.health().refused == 0


def stored(path: Path) -> int:
    with Database.of(path).read() as connection:
        return connection.execute(select(func.count()).select_from(schema.event)).scalar_one()


def rows(path: Path) -> list[list[dict[str, object]]]:
    with Database.of(path).read() as connection:
        return [
            [dict(row) for row in connection.execute(table.select().order_by(*table.primary_key)).mappings()]
            for table in tables.ALL
        ]


def test_rebuilding_brings_back_what_was_damaged(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    write(path, itertools.chain(whole_call("c1"), whole_call("c2")))
    before = rows(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM leg")
        connection.execute("UPDATE contact SET talked = 0, client = 'other'")
        connection.commit()
    assert rows(path) != before
    assert rebuild(Database.of(path), "main") == stored(path)
    assert rows(path) == before
