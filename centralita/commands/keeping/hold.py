"""`centralita records hold`: what is neither deleted nor erased."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote, urlencode

import typer

from centralita.commands.keeping.office import act, look, plain
from centralita.commands.moments import read_day
from centralita.commands.noting import deed_of
from centralita.commands.parameters import (
    DEFAULT_CONFIG,
    DEFAULT_STATE,
    By,
    Config,
    Json,
    State,
    login,
    print_json,
)

if TYPE_CHECKING:
    from records.retention.holds import Hold
    from records.retention.keeping import Keeping

app = typer.Typer(help="Legal holds: what must be kept.", no_args_is_help=True)

Kind = Literal["contact", "customer", "client"]


@app.command("add")
def add(
    kind: Annotated[Kind, typer.Argument(metavar="contact|customer|client")],
    subject: Annotated[
        str, typer.Argument(help="A contact's id, a customer's number, a client company's id.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why; it stands in the records.")],
    until: Annotated[
        str | None, typer.Option("--until", help="The day on which it ends by itself, as 2027-01-31 (UTC).")
    ] = None,
    client: Annotated[str | None, typer.Option(help="Of a customer: only this client company's.")] = None,
    by: By = "",
    state: State = DEFAULT_STATE,
    config: Config = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Hold a contact, a customer or all of a client company."""
    ends, who = _moment(until), by or login()
    body = {"kind": kind, "subject": subject, "reason": reason, "by": who, "until": ends, "client": client}

    about: dict[str, str] = {}

    async def hold(keeping: Keeping) -> Hold:
        made = await keeping.hold(kind, subject, reason=reason, by=who, until=ends, client=client)
        about["hold"] = made.id
        return made

    deed = deed_of("records hold add", about, by=by)
    found = act(state, config, "POST", "/api/v1/holds", body, hold, deed=deed)
    if as_json:
        print_json(found)
    else:
        typer.echo(f"{found['id']}: {found['kind']} {found['label']} is held")


@app.command("list")
def show(
    past: Annotated[bool, typer.Option("--all", help="Those too that hold no more.")] = False,
    state: State = DEFAULT_STATE,
    config: Config = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """List what is held, newest first."""
    now = time.time()

    async def find(keeping: Keeping) -> list[Hold]:
        return [each for each in keeping.holds.all() if past or each.lasts(now=now)]

    found: list[Hold] = look(state, config, find)
    if as_json:
        print_json([plain(each) | {"lasts": each.lasts(now=now)} for each in found])
        return
    if not found:
        typer.echo("nothing is held")
        return
    from centralita.terminal import print_rows

    rows = [
        (
            each.id,
            each.kind,
            each.label,
            each.client or "",
            each.made_by,
            _day(each.made_at),
            _end(each),
            each.reason,
        )
        for each in found
    ]
    print_rows(("hold", "kind", "of", "client", "by", "since", "until", "reason"), rows)


@app.command("release")
def release(
    hold: Annotated[str, typer.Argument(metavar="HOLD", help="As `list` names it.")],
    by: By = "",
    state: State = DEFAULT_STATE,
    config: Config = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Hold it no more; the next deletion takes what is due of it."""
    who = by or login()
    path = f"/api/v1/holds/{quote(hold, safe='')}?{urlencode({'by': who})}"
    deed = deed_of("records hold release", {"hold": hold}, by=by)

    async def let_go(keeping: Keeping) -> Hold:
        return await keeping.release(hold, by=who)

    found: dict[str, Any] = act(state, config, "DELETE", path, None, let_go, deed=deed)
    if as_json:
        print_json(found)
    else:
        typer.echo(f"{found['id']}: {found['kind']} {found['label']} is held no more")


def _moment(day: str | None) -> float | None:
    from datetime import UTC, datetime

    if day is None:
        return None
    found = datetime.combine(read_day(day, "--until"), datetime.min.time(), UTC).timestamp()
    if found <= time.time():
        raise typer.BadParameter(f"{day} is over already", param_hint="--until")
    return found


def _day(at: float | None) -> str:
    from datetime import UTC, datetime

    return "" if at is None else datetime.fromtimestamp(at, UTC).date().isoformat()


def _end(hold: Hold) -> str:
    return (
        f"released {_day(hold.released_at)}"
        if hold.released_at is not None
        else _day(hold.until) or "it is released"
    )
