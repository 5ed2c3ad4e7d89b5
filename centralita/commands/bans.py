"""`centralita bans`: the sources that a running node does not answer, and letting one in again."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, urlencode

import typer

from centralita.commands.asking import Http, ask, ask_all
from centralita.commands.parameters import DEFAULT_STATE, By, Json, State, login, print_json

app = typer.Typer(
    help="Bans: which sources are not answered, and letting one in again.", no_args_is_help=True
)


@app.command("list")
def list_bans(state: State = DEFAULT_STATE, http: Http = None, as_json: Json = False) -> None:
    """Show who is banned, why, and for how long yet."""
    bans = ask_all(state, http, "/api/v1/bans")["items"]
    if as_json:
        print_json(bans)
        return
    for ban in bans:
        typer.echo(f"{ban['source']:<40} {ban['why']:<10} {ban['seconds_left']:>6.0f} s left")
    if not bans:
        typer.echo("nobody is banned")


@app.command()
def remove(
    source: Annotated[str, typer.Argument(help="The source as the list shows it, or an address in it.")],
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
) -> None:
    """Let a source in again."""
    ask(state, http, "DELETE", f"/api/v1/bans/{quote(source, safe='')}?{urlencode({'by': by or login()})}")
    typer.echo(f"{source} is let in again")
