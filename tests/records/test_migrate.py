from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from records import Ledger, schema
from records.errors import LedgerTooNew, StoreUnavailable
from records.migrate import HEAD, stored_version, upgrade

VERSIONS = Path(__file__).resolve().parents[2] / "records" / "migrations" / "versions"


def test_the_migrations_lead_to_the_tables_that_the_program_reads(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    upgrade(path)
    assert stored_version(path) == HEAD
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
    engine.dispose()


def test_the_newest_step_is_the_one_the_program_expects() -> None:
    found = [
        re.search(r'^revision = "(\d+)"', path.read_text(), re.MULTILINE) for path in VERSIONS.glob("v*.py")
    ]
    assert max(step[1] for step in found if step) == HEAD


def test_a_ledger_of_a_later_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    upgrade(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(LedgerTooNew, match="9999"):
        Ledger(path).start()


def test_a_file_that_is_no_database_is_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(b"something else, and long enough to be looked at as a header" * 20)
    with pytest.raises(StoreUnavailable, match="not a database"):
        Ledger(path).start()
