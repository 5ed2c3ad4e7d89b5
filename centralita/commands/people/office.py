"""What the commands about people work with: the database of the node, its seal, and the audit log they write into."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from base.secret import Secret
from centralita.commands.noting import deed_of, note, ready_database, refuse_unheard
from centralita.commands.parameters import fail
from centralita.state import PEOPLE_KEY_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from records.database import Database
    from records.people.api_keys import ApiKeys
    from records.people.directory import Directory
    from records.people.person import Person
    from records.people.proofs import Proofs
    from records.people.sessions import Sessions

PersonId = Annotated[str, typer.Argument(metavar="ID", help="The person's id.")]


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
        """Write into the audit log what was done."""
        from records.people.audit import DONE, REFUSED

        note(self._state, deed_of(act, on, result=REFUSED if is_refused else DONE))

    def password(self, person: Person, prompt: str) -> str:
        """A password from the terminal or standard input, hashed. Raises WeakPassword."""
        from records.people.passwords import Passwords, refuse_weak

        chosen = ask_secret(prompt, confirm=True)
        refuse_weak(chosen, person.known_as)
        return Passwords().hash_now(chosen)


@contextmanager
def office(state: Path, *, is_reading: bool = False) -> Iterator[Office]:
    """The stores of a state folder; where something is wrong the command says so and ends.

    Unless it only reads, it ends before anything is changed where the audit log could not be written.
    """
    database = ready_database(state)
    if not is_reading:
        refuse_unheard(state)
    try:
        yield Office(state, database)
    finally:
        database.close()


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
