from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, insert, select
from sqlalchemy.exc import DBAPIError

from records.database import Database, upsert
from records.errors import DatabaseUnknown, LedgerMissing, StoreUnavailable

if TYPE_CHECKING:
    from pathlib import Path

thing = Table("thing", MetaData(), Column("id", Integer, primary_key=True), Column("name", Text))


@pytest.fixture
def things(database: Database) -> Database:
    with database.write() as connection:
        thing.create(connection)
    return database


def names(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.execute(select(thing.c.name).order_by(thing.c.id)).scalars())


def test_what_was_written_can_be_read(things: Database) -> None:
    with things.write() as connection:
        upsert(connection, thing, [{"id": 1, "name": "one"}, {"id": 2, "name": "two"}])
        upsert(connection, thing, [{"id": 2, "name": "deux"}])
    assert names(things) == ["one", "deux"]


def test_a_transaction_that_fails_leaves_nothing(things: Database) -> None:
    with pytest.raises(ZeroDivisionError), things.write() as connection:
        connection.execute(insert(thing).values(id=1, name="one"))
        _ = 1 // 0
    assert names(things) == []


def test_a_reader_cannot_write(things: Database) -> None:
    with pytest.raises((DBAPIError, StoreUnavailable)), things.read() as connection:
        connection.execute(insert(thing).values(id=1, name="one"))
    assert names(things) == []


def test_postgresql_answers_at_once_in_place_of_compiling_the_query_first(database: Database) -> None:
    if database.path is not None:
        pytest.skip("SQLite compiles nothing")
    with database.read() as connection:
        assert connection.exec_driver_sql("SHOW jit").scalar_one() == "off"


@pytest.mark.parametrize("words", ["mysql://root@localhost/x", "no url", "postgresql://host", "sqlite://"])
def test_what_is_no_database_of_ours_is_refused(words: str) -> None:
    with pytest.raises(DatabaseUnknown, match="write postgresql://"):
        Database.of(words)


def test_passwords_are_not_shown() -> None:
    database = Database.of("postgresql://ana:canary-secret@db.example/records")
    assert "canary" not in f"{database} {database!r}"
    with pytest.raises(DatabaseUnknown) as refused:
        Database.of("mysql://ana:canary-secret@db.example/records")
    assert "canary" not in str(refused.value)


def test_passwords_are_not_shown_wherever_they_stand() -> None:
    database = Database.of("postgresql://host/name?user=eva&password=quite-secret&sslpassword=secret-too")
    assert "secret" not in f"{database} {database!r} {database.without_password}"
    assert "user=eva" in database.without_password


@pytest.mark.parametrize(
    "words", ["eva:secret@host", "postgres://eva:secret@host:port/name", "postgres://eva:sec"]
)
def test_what_cannot_be_read_is_not_quoted(words: str) -> None:
    with pytest.raises(DatabaseUnknown) as found:
        Database.of(words)
    assert "sec" not in str(found.value).replace("second", "")


def test_a_file_that_is_missing_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(LedgerMissing), Database.of(tmp_path / "none.sqlite").read():
        pass


def test_a_server_that_is_away_is_unavailable() -> None:
    database = Database.of("postgresql://ana:canary-secret@127.0.0.1:1/records")
    with pytest.raises(StoreUnavailable, match="refused") as problem, database.read():
        pass
    assert "canary" not in str(problem.value)


def test_a_database_in_which_no_node_ran_is_told_as_such(database: Database) -> None:
    with pytest.raises((LedgerMissing, StoreUnavailable)) as refused, database.read() as connection:
        connection.execute(select(thing.c.name))
    assert refused.type is LedgerMissing or database.path is not None
