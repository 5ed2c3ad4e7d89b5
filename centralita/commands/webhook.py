"""`centralita webhook`: who else is told of events by a running node, and how that goes."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote, urlencode

import typer

from centralita.commands.asking import Http, ask
from centralita.commands.parameters import DEFAULT_STATE, By, Json, State, fail, login, print_json

app = typer.Typer(help="Webhooks: tell other systems of events.", no_args_is_help=True)

_PATH = "/api/v1/webhooks"
_ONCE = "The last line is the secret of its signatures: it is not shown again."
_Id = Annotated[str, typer.Argument(metavar="ID", help="The webhook's id.")]
_Types = Annotated[
    list[str] | None, typer.Option("--type", help="A pattern such as 'queue.*'; may stand several times.")
]
_Clients = Annotated[
    list[str] | None, typer.Option("--client", help="Only this client company's; may stand several times.")
]
_Personal = Annotated[bool, typer.Option("--personal", help="Tell numbers and names of customers too.")]
_Batch = Annotated[int, typer.Option(min=1, max=500, help="Events in one request at most.")]
_About = Annotated[str, typer.Option(help="What it is for.")]


@app.command("add")
def add_webhook(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where events are posted.")],
    types: _Types = None,
    clients: _Clients = None,
    personal: _Personal = False,
    batch: _Batch = 100,
    about: _About = "",
    after: Annotated[
        str | None, typer.Option(help="The cursor behind which it begins.", show_default="from now on")
    ] = None,
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Tell another system of events. Prints the secret of its signatures, which is shown this once."""
    body = _wanted(url, types, clients, personal, batch, about) | {"after": after, "by": by or login()}
    found = ask(state, http, "POST", _PATH, body)
    if as_json:
        print_json(found)
        return
    typer.echo(found["webhook"]["id"])
    typer.echo(found["secret"])
    typer.echo(f"The first line is its id. {_ONCE}", err=True)


@app.command("change")
def change_webhook(
    webhook: _Id,
    url: Annotated[str | None, typer.Argument(metavar="URL", help="Where events are posted.")] = None,
    types: _Types = None,
    clients: _Clients = None,
    personal: Annotated[
        bool | None,
        typer.Option("--personal/--no-personal", help="Tell numbers and names of customers too, or not."),
    ] = None,
    batch: Annotated[int | None, typer.Option(min=1, max=500, help="Events in one request at most.")] = None,
    about: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    every_type: Annotated[bool, typer.Option("--every-type", help="Tell events of all types.")] = False,
    every_client: Annotated[
        bool, typer.Option("--every-client", help="Tell events of all client companies.")
    ] = False,
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Change settings of one, for what is delivered from here on; what is not said stays."""
    if (types and every_type) or (clients and every_client):
        raise typer.BadParameter("give --type or --every-type, --client or --every-client")
    said = {
        "url": url,
        "types": types or None,
        "clients": clients or None,
        "personal": personal,
        "batch": batch,
    }
    changes: dict[str, Any] = {name: each for name, each in said.items() if each is not None}
    changes |= {"about": about} if about is not None else {}
    changes |= ({"types": []} if every_type else {}) | ({"clients": None} if every_client else {})
    if not changes:
        fail("say what is to be changed, such as --type 'queue.*' or another URL", code=2)
    path = _path(webhook)
    now = ask(state, http, "GET", path)
    kept = {name: now[name] for name in ("url", "types", "clients", "personal", "batch", "about")}
    _show([ask(state, http, "PUT", path, kept | changes | {"by": by or login()})], as_json=as_json)


@app.command("list")
def list_webhooks(state: State = DEFAULT_STATE, http: Http = None, as_json: Json = False) -> None:
    """List all, and how each does."""
    _show(ask(state, http, "GET", f"{_PATH}?limit=1000")["items"], as_json=as_json)


@app.command("show")
def show_webhook(
    webhook: _Id, state: State = DEFAULT_STATE, http: Http = None, as_json: Json = False
) -> None:
    """Show one with everything that is known of it."""
    found = ask(state, http, "GET", _path(webhook))
    if as_json:
        print_json(found)
        return
    from centralita.webhook_tables import print_webhook

    print_webhook(found)


@app.command("test")
def test_webhook(
    webhook: _Id, by: By = "", state: State = DEFAULT_STATE, http: Http = None, as_json: Json = False
) -> None:
    """Send a test at once; ends with 1 where it does not arrive."""
    found = ask(state, http, "POST", _acting(webhook, "/test", by), timeout=30.0)
    if as_json:
        print_json(found)
    elif found["delivered"]:
        typer.echo(f"it arrived: {found['words']} after {found['seconds']:.3f} s")
    if not found["delivered"]:
        fail(f"it did not arrive: {found['words']}")


@app.command("pause")
def pause_webhook(
    webhook: _Id, by: By = "", state: State = DEFAULT_STATE, http: Http = None, as_json: Json = False
) -> None:
    """Deliver nothing until it is resumed; what happens meanwhile is delivered then."""
    _show([ask(state, http, "POST", _acting(webhook, "/pause", by))], as_json=as_json)


@app.command("resume")
def resume_webhook(
    webhook: _Id, by: By = "", state: State = DEFAULT_STATE, http: Http = None, as_json: Json = False
) -> None:
    """Go on where it stands, at once."""
    _show([ask(state, http, "POST", _acting(webhook, "/resume", by))], as_json=as_json)


@app.command("rotate")
def rotate_webhook(
    webhook: _Id, by: By = "", state: State = DEFAULT_STATE, http: Http = None, as_json: Json = False
) -> None:
    """Print a new secret, which is shown this once; the one before signs too for a day."""
    found = ask(state, http, "POST", _acting(webhook, "/rotate", by))
    if as_json:
        print_json(found)
    else:
        typer.echo(found["secret"])
        typer.echo(_ONCE, err=True)


@app.command("dead")
def list_dead_letters(
    webhook: _Id, state: State = DEFAULT_STATE, http: Http = None, as_json: Json = False
) -> None:
    """List deliveries that were given up, the newest first."""
    found = ask(state, http, "GET", f"{_path(webhook)}/dead?limit=1000")["items"]
    if as_json:
        print_json(found)
        return
    from centralita.webhook_tables import print_dead

    if found:
        print_dead(found)
    else:
        typer.echo("nothing was given up")


@app.command("replay")
def replay_dead_letters(
    webhook: _Id,
    letters: Annotated[
        list[int] | None, typer.Argument(metavar="LETTER...", help="Which; without any, all of them.")
    ] = None,
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Deliver dead letters now, the oldest first; ends with 1 where some are left."""
    body = {"letters": letters or [], "by": by or login()}
    found = ask(state, http, "POST", f"{_path(webhook)}/replay", body, timeout=600.0)
    if as_json:
        print_json(found)
    else:
        typer.echo(f"{found['delivered']} delivered, {found['left']} left")
    if found["left"]:
        raise typer.Exit(1)


@app.command("remove")
def remove_webhook(webhook: _Id, by: By = "", state: State = DEFAULT_STATE, http: Http = None) -> None:
    """Tell it nothing more; its secret and its dead letters are forgotten."""
    ask(state, http, "DELETE", _acting(webhook, "", by))


def _path(webhook: str) -> str:
    return f"{_PATH}/{quote(webhook, safe='')}"


def _acting(webhook: str, part: str, by: str) -> str:
    """Where something is done with one, and who does it."""
    return f"{_path(webhook)}{part}?{urlencode({'by': by or login()})}"


def _wanted(
    url: str, types: list[str] | None, clients: list[str] | None, personal: bool, batch: int, about: str
) -> dict[str, Any]:
    return {
        "url": url,
        "types": types or [],
        "clients": clients or None,
        "personal": personal,
        "batch": batch,
        "about": about,
    }


def _show(found: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    from centralita.webhook_tables import print_webhooks

    if found:
        print_webhooks(found)
    else:
        typer.echo("nobody is told of events; `centralita webhook add URL` begins")
