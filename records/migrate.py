"""Brings a database's tables to the present form, from any earlier one."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from records.database import PATIENCE, Database, first_line
from records.errors import LedgerTooNew, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

_FOLDER = Path(__file__).parent / "migrations"
_ONE_AT_A_TIME = 0x43454E54
"""The advisory lock of PostgreSQL that nodes which start together wait for."""


@functools.cache
def versions() -> tuple[str, ...]:
    """All steps, oldest first: the numbers that the files of migrations/versions/ begin with."""
    return tuple(sorted(file.name[1:5] for file in (_FOLDER / "versions").glob("v[0-9][0-9][0-9][0-9]_*.py")))


def upgrade(database: Database, *, to: str | None = None, tell: Callable[[str], None] | None = None) -> None:
    """Run the missing steps, or those up to `to`. What is up to date costs little: alembic takes long to load.

    `tell` hears what takes long. Raises LedgerTooNew, StoreUnavailable; nothing is changed then.
    """
    engine = create_engine(
        database.url if database.path is None else URL.create("sqlite", database=str(database.path)),
        poolclass=NullPool,
        connect_args={"connect_timeout": int(PATIENCE)} if database.path is None else {"timeout": PATIENCE},
    )
    try:
        with engine.begin() as connection:
            if database.path is None:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
            _upgrade(connection, str(database), to or versions()[-1], tell)
    except DBAPIError as problem:
        raise StoreUnavailable(f"{database}: {first_line(problem.orig)}") from problem
    finally:
        engine.dispose()


def _upgrade(connection: Connection, name: str, to: str, tell: Callable[[str], None] | None) -> None:
    version = _version(connection)
    if version == to:
        return
    if version is not None and version not in versions():
        raise LedgerTooNew(
            f"{name} was written by a later version of the program (tables {version}, known {versions()[-1]})"
        )
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    if version is not None and tell is not None:
        tell(f"bringing the records from form {version} to {to}")
    command.upgrade(config, to)


def stored_version(database: Database) -> str | None:
    """The step that these tables are at; None of a new database. Raises StoreUnavailable."""
    if database.path is not None and not database.path.exists():
        return None
    with database.read() as connection:
        return _version(connection)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
