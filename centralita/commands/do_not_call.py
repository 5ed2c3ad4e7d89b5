"""`centralita do-not-call`: the numbers that a running node never calls back."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, urlencode

import typer

from centralita.commands.asking import Http, ask, ask_all
from centralita.commands.parameters import DEFAULT_STATE, By, Json, State, login, print_json

app = typer.Typer(help="Numbers that are never called back.", no_args_is_help=True)

Number = Annotated[str, typer.Argument(help='"+34600111222".')]
Client = Annotated[
    str | None, typer.Option(help="In the name of this client company alone.", show_default="of any")
]


@app.command("list")
def list_numbers(state: State = DEFAULT_STATE, http: Http = None, as_json: Json = False) -> None:
    """Show the list: what people have put on it, then what config/do_not_call.yaml says."""
    found = ask_all(state, http, "/api/v1/do-not-call")["items"]
    if as_json:
        print_json({"numbers": found})
        return
    from centralita.callbacks.table import print_numbers

    if found:
        print_numbers(found)
    else:
        typer.echo("the list is empty")


@app.command()
def add(
    number: Number,
    client: Client = None,
    reason: Annotated[str, typer.Option(help="Why; kept in the records.")] = "",
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Never call a number from now on; open callbacks to it are given up."""
    body = {"by": by or login(), "reason": reason, "client": client}
    found = ask(state, http, "PUT", f"/api/v1/do-not-call/{quote(number, safe='')}", body)
    if as_json:
        print_json(found)
        return
    whose = f" for {found['client']}" if found["client"] else ""
    typer.echo(f"{found['number']} is not called{whose}")


@app.command()
def remove(
    number: Number,
    client: Client = None,
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Take a number off the list."""
    query = urlencode({"by": by or login()} | ({} if client is None else {"client": client}))
    found = ask(state, http, "DELETE", f"/api/v1/do-not-call/{quote(number, safe='')}?{query}")
    if as_json:
        print_json(found)
    else:
        typer.echo(f"{found['number']} may be called again")
