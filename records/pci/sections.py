"""The report on card data in words and tables, the same on a terminal as on a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from records.moments import utc
from records.timeline.wording import counted

if TYPE_CHECKING:
    from records.pci.report import PciReport

_MOST = 100
"""Rows of a table; the JSON has all."""


@dataclass(frozen=True, slots=True)
class Section:
    """One heading with what stands below it."""

    title: str
    words: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    is_bad: bool = False
    """Whether somebody must look into it."""


def sections(report: PciReport) -> list[Section]:
    """All of it, in order."""
    return [_spans(report), _transactions(report), _scan(report), _listened(report), _versions(report)]


def _spans(report: PciReport) -> Section:
    found = report.spans
    words = (
        f"{found.secure} secure spans of {found.seconds:.0f} s together, {found.captures} of them led by an agent. "
        f"A recording ran in {found.recorded}: in {found.covered} it is proven to be masked throughout."
    )
    if found.unfinished:
        words += f" The end of {found.unfinished} was never told; they count to the end of the call."
    if not found.mismatches:
        return Section("Secure spans and recordings", words)
    rows = tuple(
        (
            each.contact,
            each.recording,
            utc(each.began_at),
            f"{each.ended_at - each.began_at:.1f}",
            each.why,
        )
        for each in found.mismatches[:_MOST]
    )
    words += f" Not proven: {len(found.mismatches)}; listen to these, and delete what must not be kept."
    return Section(
        "Secure spans and recordings",
        words,
        ("contact", "recording", "from", "seconds", "why"),
        rows,
        is_bad=True,
    )


def _transactions(report: PciReport) -> Section:
    rows = tuple(
        (action, result, str(count))
        for action, results in sorted(report.transactions.items())
        for result, count in sorted(results.items())
    )
    words = "" if rows else "None in this time."
    return Section("Transactions by result", words, ("action", "result", "count"), rows)


def _scan(report: PciReport) -> Section:
    title, found = "Search of all that is stored for card numbers", report.scanned
    if found is None:
        return Section(title, "It was not made.")
    words = (
        f"{counted(found.texts, 'text')} in {counted(found.rows, 'row')} of {counted(found.tables, 'table')}, "
        f"{counted(found.sealed, 'sealed part')}, {counted(found.lines, 'line')} of "
        f"{counted(found.files, 'log file')}: {found.found or 'nothing'} found."
    )
    if found.shut:
        words += f" {found.shut} sealed parts are erased or cannot be opened here."
    if found.unreadable:
        words += f" Not readable: {', '.join(found.unreadable)}."
    if report.masked_since_start:
        doors = ", ".join(
            f"{door} {count}" for door, count in sorted(report.masked_since_start.items()) if count
        )
        words += f" Masked on the way in since the start: {doors or 'none'}."
    rows = tuple((each.where, each.row, str(each.count)) for each in found.places[:_MOST])
    return Section(title, words, ("where", "row or line", "count"), rows, is_bad=bool(found.found))


def _listened(report: PciReport) -> Section:
    rows = tuple(
        (utc(each.at), each.by, each.role, each.act, each.on, each.result)
        for each in report.listened[-_MOST:]
    )
    words = "" if rows else "Nobody, as far as the audit log tells."
    return Section("Who listened to recordings", words, ("when", "who", "role", "act", "of", "result"), rows)


def _versions(report: PciReport) -> Section:
    return Section("Versions", "", ("of", "version"), tuple(report.versions.items()))
