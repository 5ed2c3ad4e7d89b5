"""The report on card data as a page that needs nothing else: for whoever assesses it, on paper too."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

from records.moments import utc
from records.pci.sections import sections

if TYPE_CHECKING:
    from records.pci.report import PciReport

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color:#111}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.2rem .6rem;border-bottom:1px solid #ddd;"
    "vertical-align:top;overflow-wrap:anywhere}h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}"
    ".bad{color:#a00;font-weight:600}"
)


def page(report: PciReport) -> str:
    """As HTML."""
    parts = [
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Card data: report</title>',
        f"<style>{_STYLE}</style><h1>Card data: what the records show</h1>",
        f"<p>Calls from {_day(report.since)} to {_day(report.until - 1)}, made {utc(report.made_at)} (UTC).</p>",
        f"<p>{escape(report.caution)}</p>",
    ]
    for each in sections(report):
        parts.append(f"<h2>{escape(each.title)}</h2>")
        if each.words:
            parts.append(f'<p class="{"bad" if each.is_bad else "good"}">{escape(each.words)}</p>')
        if each.rows:
            head = "".join(f"<th>{escape(name)}" for name in each.columns)
            rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}" for cell in row) for row in each.rows)
            parts.append(f"<table><tr>{head}{rows}</table>")
    return "\n".join(parts) + "\n</html>\n"


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()
