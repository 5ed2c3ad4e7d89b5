from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from records import Ledger, schema
from records.database import Database
from records.errors import LedgerTooNew, StoreUnavailable
from records.migrate import stored_version, upgrade, versions

if TYPE_CHECKING:
    from pathlib import Path


def test_the_migrations_lead_to_the_tables_that_the_program_reads(database: Database) -> None:
    assert stored_version(database) == versions()[-1]
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []


def test_the_steps_are_one_line() -> None:
    assert [int(each) for each in versions()] == list(range(1, len(versions()) + 1))


@pytest.mark.parametrize("version", versions())
def test_each_earlier_form_is_brought_to_the_present_one(where: Path | str, version: str) -> None:
    if not isinstance(where, str):
        where.parent.mkdir()
    database = Database.of(where)
    told: list[str] = []
    upgrade(database, to=version, tell=told.append)
    assert stored_version(database) == version
    assert told == []
    upgrade(database, tell=told.append)
    assert bool(told) == (version != versions()[-1])
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
    database.close()


def test_a_ledger_of_a_later_program_is_left_alone(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LedgerTooNew, match="9999"):
        upgrade(database)


def test_a_file_that_is_no_database_is_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(b"something else, and long enough to be looked at as a header" * 20)
    with pytest.raises(StoreUnavailable, match="not a database"):
        Ledger(path).start()
