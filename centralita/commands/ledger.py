"""The ledger of a state folder, opened for reading by commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from centralita.commands.parameters import State, fail
from centralita.state import LEDGER_FILE

if TYPE_CHECKING:
    from records.reader import Reader


def open_ledger(state: State) -> Reader:
    """Open it, or say why it cannot be and end."""
    from records.reader import Reader

    file = state / LEDGER_FILE
    try:
        file.open("rb").close()
    except FileNotFoundError:
        fail(f"there is no ledger in {state}; name the node's folder with --state")
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    return Reader(file)
