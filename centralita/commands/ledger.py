"""The ledger of a state folder, opened for reading by commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from centralita.commands.parameters import State, fail
from centralita.state import database_of, reader_of

if TYPE_CHECKING:
    from records.database import Database
    from records.reader import Reader


def open_ledger(state: State) -> Reader:
    """Open it with all that is sealed in it, or say why it cannot be and end."""
    open_database(state)
    return reader_of(state)


def open_database(state: State) -> Database:
    """The records as tables, or say why they cannot be read and end."""
    database = database_of(state)
    try:
        if database.path is not None:
            database.path.open(
                "rb"
            ).close()  # who may not read it is told so in plainer words than the database has
    except FileNotFoundError:
        fail(f"there is no ledger in {state}; name the node's folder with --state")
    return database
