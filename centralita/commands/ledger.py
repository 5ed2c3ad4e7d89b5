"""The ledger of a state folder, opened for reading by commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from centralita.commands.parameters import State, fail
from centralita.state import database_of, master_key_of
from records.errors import LedgerMissing

if TYPE_CHECKING:
    from records.database import Database
    from records.reader import Reader


def open_ledger(state: State) -> Reader:
    """Open it, or say why it cannot be and end."""
    from records.reader import Reader

    try:
        database = database_of(state)
        if database.path is not None:
            database.path.open("rb").close()
        return Reader(database, master_key_of(state, database))
    except FileNotFoundError:
        fail(f"there is no ledger in {state}; name the node's folder with --state")
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}")


def open_database(state: State) -> Database:
    """The records as tables, or say why they cannot be read and end."""
    try:
        database = database_of(state)
        database.check_exists()
    except LedgerMissing:
        fail(f"there is no ledger in {state}; name the node's folder with --state")
    return database
