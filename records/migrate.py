"""Brings a ledger's tables to the present form, from any earlier one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from records.errors import LedgerTooNew, StoreUnavailable

HEAD = "0001"
"""The newest step in migrations/versions/."""

_KNOWN = frozenset({"0001"})


def upgrade(path: Path) -> None:
    """Run the missing steps. One that is up to date costs nothing: alembic takes long to load."""
    version = stored_version(path)
    if version == HEAD:
        return
    if version is not None and version not in _KNOWN:
        raise LedgerTooNew(
            f"{path} was written by a later version of the program (tables {version}, known {HEAD})"
        )
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import URL, create_engine
    from sqlalchemy.exc import DBAPIError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    engine = create_engine(URL.create("sqlite", database=str(path)))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DBAPIError as problem:
        raise StoreUnavailable(f"{path}: {problem.orig}") from problem
    finally:
        engine.dispose()


def stored_version(path: Path) -> str | None:
    """The step that this file's tables are at; None for a new file."""
    if not path.exists():
        return None
    with closing(sqlite3.connect(path)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            return None
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found[0]) if found else None
