"""The report on card data for people at a terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from records.pci.sections import sections

if TYPE_CHECKING:
    from rich.console import Console

    from records.pci.report import PciReport


def print_report(console: Console, report: PciReport) -> None:
    """All sections; what must be looked into is red."""
    days = " to ".join(
        datetime.fromtimestamp(at, UTC).date().isoformat() for at in (report.since, report.until - 1)
    )
    console.print(Text(f"Card data: calls from {days} (UTC)", style="bold"))
    for each in sections(report):
        console.print()
        console.print(Text(each.title, style="bold"))
        if each.words:
            console.print(Text(each.words, style="red" if each.is_bad else ""))
        if each.rows:
            table = Table(box=None, header_style="dim", pad_edge=False)
            for name in each.columns:
                table.add_column(name, overflow="fold")
            for row in each.rows:
                table.add_row(*map(Text, row))
            console.print(table)
    console.print()
    console.print(Text(report.caution, style="dim"))
