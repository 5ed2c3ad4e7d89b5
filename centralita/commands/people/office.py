"""What the commands about people work with: the database of the node, its seal, and the audit log they write into."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from base.errors import CentralitaError
from base.secret import Secret
from centralita.commands.parameters import fail, login
from centralita.state import PEOPLE_KEY_FILE, SPILL_FOLDER, StateInUse, alone, database_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from records.database import Database
    from records.people.api_keys import ApiKeys
    from records.people.audit import Deed
    from records.people.directory import Directory
    from records.people.person import Person
    from records.people.proofs import Proofs
    from records.people.sessions import Sessions

PersonId = Annotated[str, typer.Argument(metavar="ID", help="The person's id.")]
LEDGER_NODE = "command-line"
"""Under which name commands write into the ledger where no node runs: a chain of their own."""


class Office:
    """The stores of people."""

    def __init__(self, state: Path, database: Database) -> None:
        """Over a database that is migrated."""
        from records.people.api_keys import ApiKeys
        from records.people.directory import Directory
        from records.people.proofs import Proofs
        from records.people.sealing import load_seal
        from records.people.sessions import Sessions

        self._state, self._database = state, database
        self.directory: Directory = Directory(database)
        self.proofs: Proofs = Proofs(database, load_seal(state / PEOPLE_KEY_FILE))
        self.sessions: Sessions = Sessions(database)
        self.keys: ApiKeys = ApiKeys(database)
        self.now = time.time()

    def note(self, act: str, *, is_refused: bool = False, **on: str) -> None:
        """Write into the audit log what was done: by the running node, or by ourselves where none runs."""
        from records.people.audit import DONE, REFUSED, Deed
        from records.people.principal import NODE

        by, result = login(), REFUSED if is_refused else DONE
        deed = Deed(f"{NODE.id}:{by}", NODE.role.value, act, result, on)
        try:
            with alone(self._state):
                self._write(deed)
        except StateInUse:
            self._ask_node({"by": by, "act": act, "result": result, "on": on})

    def _write(self, deed: Deed) -> None:
        from records.event import LedgerEvent
        from records.ledger.ledger import Ledger
        from records.people.audit import ACT

        own = self._state / SPILL_FOLDER / LEDGER_NODE  # what the node itself put aside is the node's
        ledger = Ledger(self._database, node=LEDGER_NODE, spill=own, gather=0.0)
        ledger.start()
        ledger.append(LedgerEvent(self.now, "", None, ACT, deed.data()))
        if ledger.close():
            raise _NotNoted("the database did not take it")

    def _ask_node(self, body: object) -> None:
        from centralita.client import NodeClient

        NodeClient(self._state).ask("POST", "/api/v1/audit", body)

    def password(self, person: Person, prompt: str) -> str:
        """A password from the terminal or standard input, hashed. Raises WeakPassword."""
        from records.people.passwords import Passwords, refuse_weak

        chosen = ask_secret(prompt, confirm=True)
        refuse_weak(chosen, person.known_as)
        return Passwords().hash_now(chosen)


class _NotNoted(CentralitaError):
    code = "not_noted"


@contextmanager
def office(state: Path, *, is_reading: bool = False) -> Iterator[Office]:
    """The stores of a state folder; where something is wrong the command says so and ends.

    Unless it only reads, it ends before anything is changed where the audit log could not be written.
    """
    from records.migrate import upgrade

    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = database_of(state)
    if database.path is not None:  # for this user only, as the node makes it
        os.close(os.open(database.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    upgrade(database)
    if not is_reading:
        _refuse_unheard(state)
    try:
        yield Office(state, database)
    finally:
        database.close()


def _refuse_unheard(state: Path) -> None:
    """Raises NodeUnreachable where a node has the folder and does not answer, such as one that is starting."""
    from centralita.client import NodeClient

    try:
        with alone(state):
            return
    except StateInUse:
        NodeClient(state).ask("GET", "/api/v1/counters")


def ask_secret(prompt: str, *, confirm: bool = False) -> Secret:
    """A secret from the terminal, unseen, or the next line of standard input: never from an argument."""
    if sys.stdin.isatty():
        return Secret(str(typer.prompt(prompt, hide_input=True, confirmation_prompt=confirm, err=True)))
    line = sys.stdin.readline()
    if not line:
        fail(f"{prompt}: nothing stands on standard input")
    return Secret(line.rstrip("\r\n"))


def ask_text(prompt: str) -> str:
    """A code from the terminal or the next line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt(prompt, err=True))
    return sys.stdin.readline().strip()
