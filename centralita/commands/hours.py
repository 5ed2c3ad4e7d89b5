"""`centralita hours`: how opening hours stand on a running node, and closing in an emergency."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, urlencode

import typer

from centralita.commands.asking import Http, ask, ask_all
from centralita.commands.ledger import open_ledger
from centralita.commands.parameters import DEFAULT_STATE, By, Json, State, login, print_json

app = typer.Typer(help="Hours: who is open, closing in an emergency, opening again.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="An id of hours.yaml.")]
Closing = Annotated[
    str, typer.Argument(help="An id of hours.yaml, client:ID for all of a client company, or everything.")
]
Until = Annotated[
    str | None,
    typer.Option(help='When it ends by itself: "2026-11-23 09:00", "18:30" or 2h, in the local time.'),
]


@app.command("list")
def list_hours(state: State = DEFAULT_STATE, http: Http = None, as_json: Json = False) -> None:
    """Show all hours of a running node: open, closed, on holiday, or closed in an emergency."""
    found = ask_all(state, http, "/api/v1/hours")["items"]
    closures = ask_all(state, http, "/api/v1/closures")["items"]
    if as_json:
        print_json({"hours": found, "closures": closures})
        return
    from centralita.menus.hours_table import print_closures, print_hours

    if found:
        print_hours(found)
    else:
        typer.echo("there are no hours: config/hours.yaml has none")
    if closures:
        typer.echo("")
        print_closures(closures)


@app.command()
def show(
    name: Name,
    at: Annotated[
        str | None, typer.Option(help='At another moment: "2026-12-24 15:00" in its own time.')
    ] = None,
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Show one place, now or at another moment, and its next seven days."""
    query = f"?{urlencode({'at': at})}" if at is not None else ""
    found = ask(state, http, "GET", f"/api/v1/hours/{quote(name, safe='')}{query}")
    if as_json:
        print_json(found)
        return
    from centralita.menus.hours_table import moment, print_days, print_hours

    typer.echo(f"{found['id']} at {moment(found['at'])} ({found['timezone']}): {found['state']}")
    print_hours([found])
    typer.echo("")
    print_days(found["days"])


@app.command()
def close(
    name: Closing,
    reason: Annotated[str, typer.Option(help="Why; kept in the records.")],
    until: Until = None,
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
) -> None:
    """Close at once, whatever the calendar says; it survives a restart."""
    body = {"by": by or login(), "reason": reason, "until": until}
    closure = ask(state, http, "PUT", f"/api/v1/closures/{quote(name, safe=':')}", body)
    from centralita.menus.hours_table import moment

    end = f" until {moment(closure['until'], zone=True)}" if closure["until"] else " until it is reopened"
    typer.echo(f"{_called(closure['name'])} is closed{end}: {closure['reason']}")


@app.command()
def reopen(name: Closing, by: By = "", state: State = DEFAULT_STATE, http: Http = None) -> None:
    """End an emergency: the calendar counts again."""
    query = urlencode({"by": by or login()})
    ask(state, http, "DELETE", f"/api/v1/closures/{quote(name, safe=':')}?{query}")
    typer.echo(f"{_called(name)} goes by its calendar again")


@app.command()
def history(
    state: State = DEFAULT_STATE,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 30,
) -> None:
    """Show who closed, reopened and announced what, from the ledger; the node may be stopped."""
    from records.moments import utc
    from records.timeline.facts import Facts
    from records.timeline.sentences import sentence

    for event in open_ledger(state).node_events(limit):
        typer.echo(f"{utc(event.ts)} UTC  {sentence(event.type, Facts(event.data))}")


def _called(name: str) -> str:
    client = name.removeprefix("client:")
    return name if client == name else f"all of {client}"
