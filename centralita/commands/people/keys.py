"""`centralita people key add|list|revoke`: API keys of programs."""

from __future__ import annotations

from typing import Annotated

import typer

from centralita.commands.naming import refuse_unknown_clients
from centralita.commands.parameters import (
    DEFAULT_CONFIG,
    DEFAULT_STATE,
    Config,
    Json,
    State,
    fail,
    print_json,
)
from centralita.commands.people.office import office

app = typer.Typer(
    help="API keys: make one for a program, see which there are, revoke one.", no_args_is_help=True
)

_DAY = 86400.0


@app.command()
def add(
    name: Annotated[str, typer.Argument(help='Which program has it, "wallboard of the hall".')],
    permission: Annotated[
        list[str], typer.Option("--permission", help="What it may do, figures:read; once for each.")
    ],
    client: Annotated[
        list[str] | None,
        typer.Option(
            "--client", help="A client company whose data it sees; once for each.", show_default="all"
        ),
    ] = None,
    person: Annotated[
        str | None, typer.Option("--person", help="Whose it is: it can never do more than that person.")
    ] = None,
    days: Annotated[
        int | None,
        typer.Option("--days", min=1, max=3660, help="Days after which it ends.", show_default="never"),
    ] = None,
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Make a key; it is printed this once."""
    refuse_unknown_clients(config, client or ())
    from console.people.shown import key_of
    from records.people.principal import NODE
    from records.people.sessions import principal_of

    with office(state) as desk:
        maker = NODE if person is None else principal_of(desk.directory.get(person))
        token, made = desk.keys.make(
            maker,
            name,
            frozenset(permission),
            clients=frozenset(client) if client else None,
            until=None if days is None else desk.now + days * _DAY,
            now=desk.now,
        )
        desk.note("people key add", key=made.id, name=name)
    if as_json:
        print_json({**key_of(made).model_dump(mode="json"), "key": token})
        return
    typer.echo(token)
    typer.echo(f"Key {made.id}: Authorization: Bearer with the whole of it. It is not shown again.", err=True)


@app.command("list")
def list_keys(
    person: Annotated[str | None, typer.Option("--person", help="Only this person's.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Those revoked or over as well.")] = False,
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """List keys: what each may do, until when, when it was last used."""
    from centralita.people_tables import print_keys
    from console.people.shown import key_of

    with office(state, is_reading=True) as desk:
        if person is not None:
            desk.directory.get(person)
        found = [each for each in desk.keys.all(person) if every or each.is_valid(now=desk.now)]
    if as_json:
        print_json([key_of(each).model_dump(mode="json") for each in found])
    elif found:
        print_keys(found)
    else:
        typer.echo("there are no keys")


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(help="The key's id, as the list shows it.")],
    state: State = DEFAULT_STATE,
) -> None:
    """Let a key open nothing any more."""
    with office(state) as desk:
        found = desk.keys.revoke(key, now=desk.now)
        if found.revoked_at != desk.now:
            fail(f"key {found.id} was revoked already")
        desk.note("people key revoke", key=found.id)
    typer.echo(f"key {found.id} ({found.name}) opens nothing any more", err=True)
