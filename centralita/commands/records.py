"""`centralita records`: care for the ledger."""

from __future__ import annotations

import csv
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from centralita.commands.export import export
from centralita.commands.keeping import hold, person
from centralita.commands.keeping.cards import pci_report
from centralita.commands.keeping.retention import retention
from centralita.commands.ledger import open_ledger
from centralita.commands.moments import read_day
from centralita.commands.parameters import DEFAULT_STATE, Json, Limit, State, print_json
from centralita.commands.proving import rebuild_tables, show_seals, verify_chain

app = typer.Typer(help="Records: care for the ledger.", no_args_is_help=True)
app.command("export")(export)
app.add_typer(hold.app, name="hold")
app.add_typer(person.app, name="person")
app.command("retention")(retention)
app.command("pci-report")(pci_report)


@app.callback()
def records() -> None:
    """Records: care for the ledger."""


app.command("verify")(verify_chain)
app.command("seals")(show_seals)
app.command("rebuild")(rebuild_tables)


@app.command("check")
def check_sums(
    state: State = DEFAULT_STATE,
    limit: Limit = 100,
    as_json: Json = False,
) -> None:
    """List the contacts whose segments do not add up to their length; ends with 1 if there are any."""
    from centralita.terminal import print_rows
    from records.moments import utc

    found = open_ledger(state).unbalanced(limit)
    if as_json:
        print_json([{"contact": contact, "began": began, "off_by": off} for contact, began, off in found])
    elif found:
        print_rows(
            ("contact", "began (UTC)", "off by"),
            [(contact, utc(began), f"{off:.3f} s") for contact, began, off in found],
        )
    else:
        typer.echo("the segments of every contact add up to its length")
    if found:
        raise typer.Exit(1)


@app.command("calls")
def list_calls(
    state: State = DEFAULT_STATE,
    since: Annotated[
        str | None,
        typer.Option(
            "--from", "--first", "--since", help="The first day, as 2026-11-23.", show_default="yesterday"
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--to", "--last", "--until", help="The last day.", show_default="the same day"),
    ] = None,
    zone: Annotated[str, typer.Option("--timezone", help="Whose days and hours, as Europe/Madrid.")] = "UTC",
) -> None:
    """Print the calls that came to queues as CSV, for `centralita simulate` and `staff`; the node may be stopped.

    `handle` is talk, hold and wrap-up of whoever answered; `patience` is known of callers who left by themselves.
    """
    from datetime import timedelta
    from zoneinfo import ZoneInfo

    from pydantic import TypeAdapter, ValidationError

    from routing.timezones import Timezone

    try:
        clock = ZoneInfo(TypeAdapter[str](Timezone).validate_python(zone))
    except ValidationError as error:
        raise typer.BadParameter(error.errors()[0]["msg"].removeprefix("Value error, ")) from None
    yesterday = (datetime.now(UTC).astimezone(clock) - timedelta(days=1)).date().isoformat()
    first = read_day(since or yesterday, "--from")
    last = read_day(until or since or yesterday, "--to")
    if last < first:
        raise typer.BadParameter(f"{last} is before {first}", param_hint="--to")
    begins = datetime.combine(first, datetime.min.time(), clock).timestamp()
    ends = datetime.combine(last + timedelta(days=1), datetime.min.time(), clock).timestamp()
    stays = open_ledger(state).stays(since=begins, until=ends)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(
        ("time", "queue", "client", "language", "handle", "patience", "priority", "waited", "result")
    )
    for stay in stays:
        at = datetime.fromtimestamp(stay.at, clock).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
        row = (stay.queue, stay.client, stay.language, _seconds(stay.handle), _seconds(stay.patience))
        writer.writerow((at, *row, stay.priority, _seconds(stay.waited), stay.result))


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
