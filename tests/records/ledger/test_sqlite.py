from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from records.database import Database
from records.ledger.sqlite import SqliteOpener, SqliteSession
from records.migrate import upgrade
from records.views import tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COLUMNS = ("id", "contact", "agent", "invited_at", "held", "holds", "talked", "reason")
"""`contact`, `agent` and `invited_at` are indexed."""


@pytest.fixture
def session(tmp_path: Path) -> Iterator[SqliteSession]:
    path = tmp_path / "ledger.sqlite"
    upgrade(Database.of(path))
    opened = SqliteOpener(path).connect()
    yield opened
    opened.close()


_LEGS = st.tuples(
    st.sampled_from(("one", "two", "three")),
    st.sampled_from(("a", "b")),
    st.sampled_from((None, "ana", "eva")),
    st.integers(1, 2),
    st.just(0.0),
    st.integers(0, 3),
    st.just(0.0),
    st.sampled_from((None, "busy")),
)


@given(st.lists(st.lists(_LEGS, unique_by=lambda row: row[0], max_size=3), max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_rows_put_again_are_as_they_were_put_last_and_found_by_their_indexes(
    session: SqliteSession, batches: list[list[tuple[object, ...]]]
) -> None:
    session.execute("DELETE FROM leg")
    last: dict[object, tuple[object, ...]] = {}
    for rows in batches:
        session.begin()
        session.put(tables.leg, COLUMNS, rows)
        session.commit()
        last |= {row[0]: row for row in rows}
    for row in last.values():
        wanted = "id = ? AND contact = ? AND agent IS ? AND invited_at = ?"
        found = session.rows(f"SELECT {', '.join(COLUMNS)} FROM leg WHERE {wanted}", *row[:4])
        assert [tuple(each.values()) for each in found] == [row]
    assert session.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]


def test_a_row_that_another_hand_took_away_is_there_whole_again(session: SqliteSession) -> None:
    row = ("one", "a", "ana", 1, 0.0, 0, 0.0, None)
    session.put(tables.leg, COLUMNS, [row])
    session.execute("DELETE FROM leg")
    session.put(tables.leg, COLUMNS, [row])
    assert [tuple(each.values()) for each in session.rows(f"SELECT {', '.join(COLUMNS)} FROM leg")] == [row]
