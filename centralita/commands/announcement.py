"""`centralita announcement`: prompts that a running node's menus speak where they name a place for them."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, urlencode

import typer

from centralita.commands.asking import Http, ask, ask_all
from centralita.commands.hours import Until  # noqa: TC001 - read by typer
from centralita.commands.parameters import DEFAULT_STATE, By, Json, State, login, print_json

app = typer.Typer(
    help="Announcements: spoken by menus while they are on; switched without a reload.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="A name that a say step of a menu has under announcements:.")]
Client = Annotated[
    str | None, typer.Option(help="To callers of this client company alone.", show_default="to all callers")
]


@app.command("list")
def list_announcements(state: State = DEFAULT_STATE, http: Http = None, as_json: Json = False) -> None:
    """Show what is on, and the names that menus have places for."""
    found = ask_all(state, http, "/api/v1/announcements")
    if as_json:
        print_json({"announcements": found["items"], "places": found["places"]})
        return
    from centralita.menus.hours_table import print_announcements

    if found["items"]:
        print_announcements(found["items"])
    else:
        typer.echo("no announcement is on")
    typer.echo(f"places in menus: {', '.join(found['places']) or 'none'}")


@app.command()
def on(
    name: Name,
    prompt: Annotated[str, typer.Option(help="The prompt that is spoken.")],
    client: Client = None,
    reason: Annotated[str, typer.Option(help="Why; kept in the records.")] = "",
    until: Until = None,
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
) -> None:
    """Switch an announcement on, for calls that come to its place from now on; it survives a restart."""
    body = {"prompt": prompt, "client": client, "by": by or login(), "reason": reason, "until": until}
    said = ask(state, http, "PUT", f"/api/v1/announcements/{quote(name, safe='')}", body)
    from centralita.menus.hours_table import moment

    end = f" until {moment(said['until'], zone=True)}" if said["until"] else ""
    typer.echo(f"{said['name']}: callers{_of(client)} hear {said['prompt']}{end}")


@app.command()
def off(
    name: Name, client: Client = None, by: By = "", state: State = DEFAULT_STATE, http: Http = None
) -> None:
    """Switch an announcement off."""
    query = urlencode({"by": by or login()} | ({} if client is None else {"client": client}))
    said = ask(state, http, "DELETE", f"/api/v1/announcements/{quote(name, safe='')}?{query}")
    typer.echo(f"{name}: callers{_of(client)} no longer hear {said['prompt']}")


def _of(client: str | None) -> str:
    return "" if client is None else f" of {client}"
