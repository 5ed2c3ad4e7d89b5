"""`centralita queue`: how queues of a running node do, who waits in them, and what is done with those who wait."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import typer

from centralita.commands.asking import Http, ask, ask_all
from centralita.commands.parameters import DEFAULT_STATE, By, Json, State, login, print_json

app = typer.Typer(
    help="One queue: who waits, callers served out of turn; `queues` tells how all do.", no_args_is_help=True
)

Queue = Annotated[str, typer.Argument(help="The queue's id.")]
Contact = Annotated[str, typer.Argument(help="The contact, as `queue callers` shows it.")]


def queues(state: State = DEFAULT_STATE, http: Http = None, as_json: Json = False) -> None:
    """Show all queues of a running node."""
    found = ask_all(state, http, "/api/v1/queues")["items"]
    if as_json:
        print_json(found)
        return
    from centralita.queues.table import print_queues

    print_queues(found)


@app.command()
def callers(queue: Queue, state: State = DEFAULT_STATE, http: Http = None, as_json: Json = False) -> None:
    """Show who waits in a queue, in the order of the line."""
    _show(ask_all(state, http, f"{_path(queue)}/callers"), as_json=as_json)


@app.command()
def prioritise(
    queue: Queue,
    contact: Contact,
    priority: Annotated[int, typer.Argument(help="Higher is served earlier; 0 is usual.")],
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Serve a caller earlier, or later."""
    body = {"priority": priority, "by": by or login()}
    _show(ask(state, http, "PUT", _path(queue, contact, "priority"), body), as_json=as_json)


@app.command()
def move(
    queue: Queue,
    contact: Contact,
    to: Annotated[str, typer.Argument(help="The other queue's id.")],
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Send a caller to another queue; the time waited counts there."""
    body = {"queue": to, "by": by or login()}
    _show(ask(state, http, "POST", _path(queue, contact, "move"), body), as_json=as_json)


@app.command()
def pick(
    queue: Queue,
    contact: Contact,
    agent: Annotated[str, typer.Argument(help="The agent's id; not ready is no hindrance.")],
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Give a caller to this agent now."""
    body = {"agent": agent, "by": by or login()}
    _show(ask(state, http, "POST", _path(queue, contact, "pick"), body), as_json=as_json)


@app.command()
def withdraw(
    queue: Queue,
    contact: Contact,
    menu: Annotated[str | None, typer.Option(help="Send the caller to this menu set.")] = None,
    dial: Annotated[str | None, typer.Option(help="Send the caller to this number outside.")] = None,
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Take a caller out of the queue; without a place to go to the caller is let go."""
    to = {name: value for name, value in (("menu", menu), ("dial", dial)) if value is not None}
    body = {"to": to or None, "by": by or login()}
    _show(ask(state, http, "POST", _path(queue, contact, "withdraw"), body), as_json=as_json)


def _path(queue: str, contact: str = "", act: str = "") -> str:
    path = f"/api/v1/queues/{quote(queue, safe='')}"
    return f"{path}/callers/{quote(contact, safe='')}/{act}" if contact else path


def _show(answer: dict[str, object], *, as_json: bool) -> None:
    found = answer["items"]
    if as_json:
        print_json(found)
        return
    from centralita.queues.table import print_callers

    if isinstance(found, list):
        print_callers(found)
