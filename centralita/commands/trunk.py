"""`centralita trunks` and `centralita trunk`: how trunks stand on a running node, and their passwords."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from base.errors import CentralitaError
from centralita.commands.asking import Http, ask_all
from centralita.commands.noting import deed_of, note, refuse_unheard
from centralita.commands.parameters import (
    DEFAULT_CONFIG,
    DEFAULT_STATE,
    Config,
    Json,
    State,
    fail,
    print_json,
)
from centralita.state import TRUNK_PASSWORDS_FILE

app = typer.Typer(help="Trunks: give one its password at the carrier.", no_args_is_help=True)


def trunks(state: State = DEFAULT_STATE, http: Http = None, as_json: Json = False) -> None:
    """Show the trunks of a running node: up or down and why, calls, registration."""
    found = ask_all(state, http, "/api/v1/trunks")["items"]
    if as_json:
        print_json(found)
    else:
        from centralita.outside.trunk_table import print_trunks

        print_trunks(found)


@app.command()
def password(
    trunk: Annotated[str, typer.Argument(help="The trunk's name.")],
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    remove: Annotated[bool, typer.Option("--remove", help="Forget the password.")] = False,
    as_given: Annotated[
        bool, typer.Option("--as-given", help="The carrier chose it: keep it though it is weak.")
    ] = False,
) -> None:
    """Keep the password of our account at a carrier, read from standard input, in a private file of the state.

    Whoever guesses it calls at our expense: one that is short, a row of keys or holds the trunk's name is refused.
    """
    from base.document import suggest
    from base.secret import Secret
    from base.weak_passwords import weakness
    from centralita.configuration import load_configuration
    from sip.io.trunk_passwords import load_trunk_passwords, save_trunk_passwords

    try:
        known = {each.name: each for each in load_configuration(config).profiles.external.trunks}
        passwords = load_trunk_passwords(state / TRUNK_PASSWORDS_FILE)
        if remove:
            passwords.pop(trunk, None)
        elif trunk not in known:
            fail(f'no trunk is called "{trunk}"; {suggest(trunk, known)}')
        elif known[trunk].login is None:
            fail(
                f"trunk {trunk} has no login: in sip_profiles/external.yaml, so that nobody asks for a password"
            )
        else:
            given = _ask(trunk)
            if not given or not given.isascii() or not given.isprintable():
                fail("a password is one line of plain letters, digits and signs")
            fault = weakness(given, (trunk, known[trunk].login or ""))
            if fault is not None and not as_given:
                fail(f"{fault}; choose another at the carrier, or give --as-given where you cannot")
            passwords[trunk] = Secret(given)
        refuse_unheard(state)
        save_trunk_passwords(state / TRUNK_PASSWORDS_FILE, passwords)
        note(state, deed_of(f"trunk password{' --remove' if remove else ''}", {"trunk": trunk}))
    except (CentralitaError, OSError) as error:
        fail(str(error))
    typer.echo("A running node takes it with its next SIGHUP.", err=True)


def _ask(trunk: str) -> str:
    if sys.stdin.isatty():
        return str(typer.prompt(f"Password of trunk {trunk}", hide_input=True))
    return sys.stdin.readline().rstrip("\r\n")
