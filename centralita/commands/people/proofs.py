"""`centralita people invite|accept|password|totp|sessions|login-test`: how people prove who they are."""

from __future__ import annotations

from typing import Annotated

import typer

from centralita.commands.parameters import DEFAULT_STATE, Json, State, fail, print_json
from centralita.commands.people.directory import print_invitation
from centralita.commands.people.office import PersonId, ask_secret, ask_text, office


def invite(person: PersonId, state: State = DEFAULT_STATE, as_json: Json = False) -> None:
    """Print a word with which somebody chooses a password, once, within 48 hours; earlier ones are void."""
    with office(state) as desk:
        token = desk.proofs.invite(person, "node", now=desk.now)
        desk.note("people invite", person=person)
    if as_json:
        print_json({"id": person, "invitation": token})
    else:
        print_invitation(person, token)


def accept(state: State = DEFAULT_STATE) -> None:
    """Choose a password with an invitation; both are asked for, or read from two lines of standard input."""
    with office(state) as desk:
        token = ask_secret("Invitation").reveal().strip()
        person = desk.proofs.invited(token, now=desk.now)
        hash_ = desk.password(person, f"New password of {person.id}")
        desk.proofs.accept(token, hash_, now=desk.now)
        desk.note("people accept", person=person.id)
    typer.echo(f"{person.id} signs in with this password from now on", err=True)


def password(person: PersonId, state: State = DEFAULT_STATE) -> None:
    """Give somebody another password, asked for or read from standard input; sessions end."""
    with office(state) as desk:
        found = desk.directory.get(person)
        hash_ = desk.password(found, f"New password of {person}")
        desk.proofs.set_password(person, hash_, now=desk.now)
        desk.note("people password", person=person)
    typer.echo(f"{person} signs in with this password from now on; sessions are ended", err=True)


def totp(
    person: PersonId,
    remove: Annotated[bool, typer.Option("--remove", help="Take the second factor away.")] = False,
    state: State = DEFAULT_STATE,
) -> None:
    """Set up one-time passwords: shows a QR code for the app, asks for a code, prints recovery codes once."""
    import time

    from records.people import second_factor

    with office(state) as desk:
        if remove:
            if not desk.proofs.remove_second_factor(person):
                fail(f"{person} has no second factor")
            desk.note("people totp remove", person=person)
            typer.echo(f"{person} signs in with the password alone from now on", err=True)
            return
        secret = desk.proofs.begin_second_factor(person)
        _show_code(second_factor.uri(secret, person, second_factor.ISSUER))
        codes = desk.proofs.confirm_second_factor(
            person, ask_text("Code that the app shows"), now=time.time()
        )
        desk.note("people totp", person=person)
    typer.echo("Recovery codes, each good once where the app is lost; they are not shown again:", err=True)
    for code in codes:
        typer.echo(code)


def _show_code(uri: str) -> None:
    import sys

    import segno

    if sys.stdout.isatty():
        segno.make(uri, error="m").terminal(compact=True)
    typer.echo(uri)


def sessions(
    person: Annotated[str | None, typer.Argument(metavar="ID", help="Only this person's.")] = None,
    end: Annotated[bool, typer.Option("--end", help="End all of this person.")] = False,
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """List who is signed in, from where and since when."""
    from centralita.people_tables import print_sessions
    from console.people.shown import session_of

    if end and person is None:
        fail("say whose sessions are to end", code=2)
    with office(state, is_reading=not end) as desk:
        if person is not None:
            desk.directory.get(person)
        if end and person is not None:
            from records.timeline.wording import counted

            count = desk.sessions.end_all(person, now=desk.now)
            desk.note("people sessions end", person=person)
            typer.echo(f"{counted(count, 'session')} ended", err=True)
            return
        found = desk.sessions.open(person, now=desk.now)
    if as_json:
        print_json([session_of(each).model_dump(mode="json") for each in found])
    elif found:
        print_sessions(found)
    else:
        typer.echo("nobody is signed in")


def login_test(person: PersonId, state: State = DEFAULT_STATE) -> None:
    """Try a password, and the code where there is a second factor, without signing in. A code is used up by it."""
    import time

    from records.people.passwords import Passwords

    with office(state) as desk:
        proof = desk.proofs.of(person)
        found = Passwords().compare_now(proof.password, ask_secret(f"Password of {person}"))
        is_right = found.is_right and proof.person is not None
        if is_right and proof.has_second_factor:
            is_right = desk.proofs.take_code(person, ask_text("Code"), now=time.time())
        known = person if proof.person is not None else "?"
        desk.note("people login-test", is_refused=not is_right, person=known)
        if not is_right or proof.person is None:
            fail("person, password or code are not right")
        if not proof.person.is_active:
            fail(f"all is right, but {person} is disabled: centralita people enable {person}")
    typer.echo(f"{person} could sign in as {proof.person.role.value}")
