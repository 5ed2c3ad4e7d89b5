"""`centralita callbacks`: who is to be called back, by when, and what came of it; promising, cancelling, hurrying."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote, urlencode

import typer

from centralita.commands.asking import Http, ask
from centralita.commands.ledger import open_database
from centralita.commands.naming import refuse_unknown_names
from centralita.commands.parameters import (
    DEFAULT_CONFIG,
    DEFAULT_STATE,
    By,
    Client,
    Config,
    Json,
    Limit,
    State,
    login,
    print_json,
)
from centralita.state import CALLBACKS_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping

app = typer.Typer(
    help="Callbacks: who is to be called back and what came of it; add, cancel, retry.",
    invoke_without_command=True,
)

Reference = Annotated[str, typer.Argument(help="The reference that the caller was told.")]


@app.callback()
def callbacks(
    context: typer.Context,
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    client: Client = None,
    limit: Limit = 50,
    pending: Annotated[bool, typer.Option("--open", help="Only those that are still to be made.")] = False,
    as_json: Json = False,
) -> None:
    """List callbacks, the newest first; the node may be stopped."""
    if context.invoked_subcommand is not None:
        return
    from routing.callbacks.states import OPEN_STATES
    from routing.callbacks.written import to_json
    from routing.io.callback_store import read_kept

    if client is not None:
        refuse_unknown_names(config, open_database(state), client=client)
    found = read_kept(state / CALLBACKS_FILE).callbacks
    rows = [
        each
        for each in reversed(found)
        if (client is None or each.wish.client == client) and (not pending or each.state in OPEN_STATES)
    ][:limit]
    if as_json:
        print_json([{**to_json(each), "is_late": each.is_late} for each in rows])
        return
    from centralita.callbacks.table import print_callbacks, tally

    if rows:
        print_callbacks(rows)
        typer.echo(tally(rows))
    else:
        typer.echo("there are no callbacks")


@app.command()
def add(
    number: Annotated[str, typer.Argument(help='The customer, "+34911222333".')],
    client: Annotated[str, typer.Option(help="The client company in whose name we call.")],
    queue: Annotated[str, typer.Option(help="Whose agents call.")],
    at: Annotated[
        str | None,
        typer.Option(help='Not before: "2026-11-24 10:00", "18:30" or 2h, by the centre\'s clock.'),
    ] = None,
    until: Annotated[str | None, typer.Option(help="Not after, written alike.")] = None,
    agent: Annotated[str | None, typer.Option(help="The agent whose customer it is.")] = None,
    case: Annotated[str | None, typer.Option(help="The case that is followed up.")] = None,
    language: Annotated[str | None, typer.Option(help="The customer's language, such as es.")] = None,
    note: Annotated[str, typer.Option(help="What it is about.")] = "",
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Have somebody called, such as to follow up a case."""
    body = {
        "by": by or login(), "reason": note, "number": number, "client": client, "queue": queue, "at": at,
        "until": until, "agent": agent, "case": case, "language": language,
    }  # fmt: skip
    found = ask(state, http, "POST", "/api/v1/callbacks", body)
    if as_json:
        print_json(found)
        return
    from centralita.terminal import minute

    typer.echo(
        f"callback {found['id']}: {found['number']} is called from {minute(found['earliest'])} "
        f"to {minute(found['latest'])} UTC"
    )


@app.command()
def cancel(
    reference: Reference,
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Do not call."""
    query = urlencode({"by": by or login()})
    found = ask(state, http, "DELETE", f"/api/v1/callbacks/{quote(reference, safe='')}?{query}")
    _show(found, as_json=as_json)


@app.command()
def retry(
    reference: Reference,
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Call as soon as an agent is free, or again after it was given up; the customer's hours count all the same."""
    path = f"/api/v1/callbacks/{quote(reference, safe='')}/retry"
    found = ask(state, http, "POST", path, {"by": by or login()})
    _show(found, as_json=as_json)


def _show(found: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
    else:
        typer.echo(f"callback {found['id']} is {found['state']}")
