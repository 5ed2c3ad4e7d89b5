"""`centralita contacts` and `centralita contact ID`: what the ledger knows."""

from __future__ import annotations

import dataclasses
import json
from typing import Annotated

import typer
from rich.console import Console

from base.errors import CentralitaError
from centralita.commands.ledger import open_ledger
from centralita.commands.parameters import DEFAULT_STATE, Json, State, fail


def contacts(
    state: State = DEFAULT_STATE,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 20,
    client: Annotated[str | None, typer.Option(help="Only this client company's.")] = None,
    as_json: Json = False,
) -> None:
    """List contacts, the newest first."""
    rows = open_ledger(state).contacts(limit=limit, client=client)
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(row) for row in rows], ensure_ascii=False, indent=1))
        return
    from centralita.tables import print_contacts

    print_contacts(rows)


def contact(
    contact_id: Annotated[
        str, typer.Argument(metavar="ID", help="The contact's id, or the beginning of it.")
    ],
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Print one contact's timeline and its SIP ladder."""
    try:
        found = open_ledger(state).contact(contact_id)
    except CentralitaError as error:
        fail(str(error))
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(found), ensure_ascii=False, indent=1))
        return
    from centralita.tables import print_timeline

    print_timeline(Console(), found)
