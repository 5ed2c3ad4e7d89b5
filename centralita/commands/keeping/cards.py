"""`centralita records pci-report`: secure spans, masked recordings, and the search of all that is stored."""

from __future__ import annotations

import dataclasses
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path  # noqa: TC003 - read by typer
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from base.document import load, refuse
from base.io.private_file import write_private
from centralita.commands.moments import read_day
from centralita.commands.parameters import (
    DEFAULT_CONFIG,
    DEFAULT_STATE,
    Config,
    Json,
    State,
    fail,
    print_json,
)
from centralita.state import database_of, master_key_of

if TYPE_CHECKING:
    from base.document import Fault
    from records.database import Database
    from records.pci.report import PciReport
    from records.personal.master_key import MasterKey

USUAL = 30
"""Days."""
FOUND = 3
"""The exit code of a report with something to look into."""


def pci_report(
    since: Annotated[
        str | None,
        typer.Option(
            "--from", "--first", help="The first day, as 2026-11-01 (UTC).", show_default="30 days ago"
        ),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", "--last", help="The last day.", show_default="today")
    ] = None,
    logs: Annotated[
        list[Path] | None, typer.Option("--logs", help="A log file to search as well; may be given again.")
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write it as a page into this file.")] = None,
    scans: Annotated[bool, typer.Option("--scan/--no-scan", help="Search all that is stored.")] = True,
    state: State = DEFAULT_STATE,
    config: Config = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Report how card data was kept out of the records. The node may run. Ends with 3 where something is to be seen to.

    It shows what the records hold, for your own assessment; it is none. The capture of SIP messages that centre.yaml
    asks for is searched with the logs.
    """
    first, last = _span(since, until)
    try:
        database = database_of(state)
        database.check_exists()
        report = _made(
            database,
            master_key_of(state, database),
            first,
            last,
            [*(logs or []), *_captures(config)],
            scans=scans,
        )
        if html is not None:
            from records.pci.page import page

            write_private(html, page(report).encode())
    except OSError as error:
        fail(f"{error.filename or html or state}: {error.strerror}")
    if as_json:
        print_json(dataclasses.asdict(report) | {"is_clean": report.is_clean})
    else:
        from centralita.card_tables import print_report

        print_report(Console(), report)
        if html is not None:
            typer.echo(f"written to {html}")
    if not report.is_clean:
        raise typer.Exit(FOUND)


def _captures(config: Path) -> list[Path]:
    """The capture file that centre.yaml asks for, and those that were put aside. Raises DocumentError."""
    if not (config / "centre.yaml").exists():
        return []
    from routing.centre import Centre

    faults: list[Fault] = []
    centre, _ = load(Centre, config / "centre.yaml", faults)
    refuse(faults)
    file = None if centre is None else centre.tracing.pcap
    return [] if file is None else sorted((config / file).parent.glob(f"{file.name}*"))


def _made(
    database: Database,
    master: MasterKey | None,
    first: float,
    last: float,
    logs: list[Path],
    *,
    scans: bool,
) -> PciReport:
    from records.pci.report import make_report
    from records.pci.scan import rows_in, scan

    report = make_report(database, since=first, until=last, now=time.time())
    if scans:
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("searching all that is stored", total=rows_in(database))
            report.scanned = scan(database, master, logs, done=lambda rows: progress.advance(task, rows))
    return report


def _span(since: str | None, until: str | None) -> tuple[float, float]:
    today = datetime.now(UTC).date()
    last = today if until is None else read_day(until, "--to")
    first = last - timedelta(days=USUAL) if since is None else read_day(since, "--from")
    if first > last:
        raise typer.BadParameter(f"{last} is before {first}", param_hint="--to")
    midnight = datetime.min.time()
    begins = datetime.combine(first, midnight, UTC).timestamp()
    return begins, datetime.combine(last + timedelta(days=1), midnight, UTC).timestamp()
