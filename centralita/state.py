"""What a node keeps in its state folder: names, and the records that belong to it."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from base.errors import CentralitaError
from base.io.private_file import write_private

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from records.database import Database
    from records.personal.master_key import MasterKey
    from records.reader import Reader

LEDGER_FILE = "ledger.sqlite"
RECORDS_KEY_FILE = "records.key"
"""Wraps the keys of contacts; all nodes of one database need the same."""
CREDENTIALS_FILE = "credentials.yaml"
TRUNK_PASSWORDS_FILE = "trunk-passwords.yaml"
"""Passwords of our accounts at carriers. They answer challenges, so that hashes would not do."""
PEOPLE_KEY_FILE = "people.key"
"""Seals second factors in the database; all nodes of one database need the same."""
WEBHOOK_SECRETS_FILE = "webhook-secrets.yaml"
"""What signs events for other systems."""
KEY_FILE = "api-key"
"""The key that the API asks for."""
HTTP_FILE = "http-address"
"""Where the running node's API listens, for the commands that talk to it."""
MENUS_FILE = "menus.db"
"""The versions of menu sets, and which of them is live."""
PROMPTS_FOLDER = "prompts"
RECORDINGS_FOLDER = "recordings"
TOLLS_FILE = "tolls.db"
"""What was called outside today, by who answers for it."""
CALLBACKS_FILE = "callbacks.db"
"""Who is to be called back, and who must not be called."""
SWITCHES_FILE = "switches.yaml"
"""Emergency closures and announcements that are on."""
AGENTS_FILE = "agents.sqlite"
"""Statuses of agents, their reasons and since when; their last contacts."""

DATABASE_FILE = "database"
"""Where the records are, if not in LEDGER_FILE, for the commands: a URL without password."""
DATABASE = "CENTRALITA_DATABASE"
"""The environment variable that says where the records are, before all files."""
SPILL_FOLDER = "spill"
"""What was recorded while the database was away."""
LOCK_FILE = "node.lock"


class StateInUse(CentralitaError):
    """Another node runs on this state folder."""

    code = "state_in_use"


def database_of(state: Path) -> Database:
    """Where the records of a node are, as commands find it. Raises DatabaseUnknown."""
    from records.database import Database

    told = state / DATABASE_FILE
    url = os.environ.get(DATABASE) or (told.read_text(encoding="utf-8").strip() if told.exists() else "")
    return Database.of(url or state / LEDGER_FILE)


def choose_database(state: Path, setting: str | None) -> Database:
    """Where a node that starts keeps its records; commands are told. Raises DatabaseUnknown."""
    from records.database import Database

    database = Database.of(os.environ.get(DATABASE) or setting or state / LEDGER_FILE)
    told = state / DATABASE_FILE
    if database.path is None:
        write_private(told, f"{database.without_password}\n".encode())
    else:
        told.unlink(missing_ok=True)
    return database


def master_key_of(state: Path, database: Database, *, may_make: bool = False) -> MasterKey | None:
    """What opens the personal part of the records; None where nothing is sealed yet and none is made.

    Raises MasterKeyMissing, StoreUnavailable, OSError.
    """
    from records.personal.master_key import open_master_key
    from records.personal.reading import holds_keys

    file = state / RECORDS_KEY_FILE
    is_new = not file.exists() and not holds_keys(database)
    return None if is_new and not may_make else open_master_key(file, may_make=is_new)


def reader_of(state: Path) -> Reader:
    """The records of a state folder, all of them readable. Raises LedgerMissing and what `master_key_of` raises."""
    from records.reader import Reader

    database = database_of(state)
    return Reader(database, master_key_of(state, database))


@contextmanager
def alone(state: Path) -> Iterator[None]:
    """While this lasts no other node, and no command that asks likewise, has this folder. Raises StateInUse."""
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(state / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StateInUse(f"another node runs on {state}; give each a state folder of its own") from None
        yield
    finally:
        os.close(lock)
