"""`centralita compliance es-10-2025`: how many of those who asked for a person got one within three minutes."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

import typer

from centralita.commands.ledger import open_ledger
from centralita.commands.moments import read_day
from centralita.commands.naming import refuse_unknown_names
from centralita.commands.parameters import (
    DEFAULT_CONFIG,
    DEFAULT_STATE,
    Client,
    Config,
    Json,
    State,
    print_json,
)
from centralita.commands.periods import From, To  # noqa: TC001 - read by typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from records.views.answering import Share

LIMIT = 180.0
"""Seconds (Ley 10/2025)."""
WANTED = 95.0
"""Of a hundred."""


def compliance(
    preset: Annotated[Literal["es-10-2025"], typer.Argument(help="Whose figures.")],
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    client: Client = None,
    first: From = None,
    last: To = None,
    by: Annotated[Literal["day", "month"], typer.Option(help="A row for each.")] = "day",
    contacts: Annotated[
        bool, typer.Option("--contacts", help="Name the contacts that were not answered in time.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Print the share of calls that asked for a person and were answered within 180 s, by client and day or month.

    Days are those of the centre's time zone. Who hung up before an answer counts as not answered.
    """
    del preset
    from records.views.answering import shares
    from routing.config import bare_config

    zone = ZoneInfo(bare_config(config).centre.timezone)
    since, until = _midnight(first, zone), _midnight(last, zone, after=1)
    if since is not None and until is not None and until <= since:
        raise typer.BadParameter(f"{last} is before {first}", param_hint="--to")
    ledger = open_ledger(state)
    refuse_unknown_names(config, ledger.database, client=client)
    asked = ledger.asked_for_person(client=client, since=since, until=until)
    found = shares(asked, limit=LIMIT, zone=zone, by=by)
    if as_json:
        rows = [asdict(each) | {"percent": round(each.percent, 2)} for each in found]
        print_json({"limit": LIMIT, "wanted": WANTED, "shares": rows})
    else:
        _print(found, named=contacts)


def _midnight(day: str | None, zone: ZoneInfo, *, after: int = 0) -> float | None:
    if day is None:
        return None
    begun = read_day(day) + timedelta(days=after)
    return datetime(begun.year, begun.month, begun.day, tzinfo=zone).timestamp()


def _print(found: Sequence[Share], *, named: bool) -> None:
    if not found:
        typer.echo("nobody asked for a person")
        return
    width = max(6, *(len(each.client) for each in found))
    typer.echo(f"{'client':{width}}  {'period':10}  asked  answered  within 180 s  share")
    for each in found:
        verdict = "" if each.percent >= WANTED else f"  below {WANTED:.0f} %"
        typer.echo(
            f"{each.client:{width}}  {each.period:10}  {each.asked:5}  {each.answered:8}  {each.in_time:12}  "
            f"{each.percent:5.1f} %{verdict}"
        )
        for late in each.late if named else ():
            waited = "never answered" if late.waited is None else f"answered after {late.waited:.0f} s"
            typer.echo(f"{'':{width}}  {late.contact}  {waited}")
