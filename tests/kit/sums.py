"""What the records make of a house's calls: each contact's sums must hold, whatever its parties did."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from records.event import LedgerEvent
from records.ledger.entry import Entry, ready
from records.views import tables
from records.views.fold import Fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from records.views.fields import Row as Kept
    from tests.kit.party import Row


def check_sums(rows: Iterable[Row]) -> None:
    """Fold the events of each contact, closed where the dispatcher would close it, and look at the sums."""
    by_contact = sorted(rows, key=lambda row: row.contact)
    for contact, told in itertools.groupby(by_contact, key=lambda row: row.contact):
        events = list(told)
        kept = folded(contact, events)
        (row,) = kept["contact"]
        assert row["checked"] == "ok", (row, [(each.kind, each.leg, each.at) for each in events])
        assert all(segment["ended_at"] is not None for segment in kept["segment"])


def folded(contact: str, events: list[Row]) -> dict[str, list[Kept]]:
    """The rows of all tables."""
    fold = Fold(lambda table, where: [])
    began, ended = events[0].at, events[-1].at
    closed = [each for each in events if each.kind == "contact.closed"]
    for each in events:
        if each.kind != "contact.closed":
            fold.take(_entry(contact, each.leg, each.kind, each.at, dict(each.data)))
    data = dict(closed[0].data) if closed else {"outcome": "completed"}
    fold.take(_entry(contact, None, "contact.closed", ended, data | {"length": ended - began}))
    found: dict[str, list[Kept]] = {table.name: [] for table in tables.ALL}
    for table, rows in fold.changed():
        found[table.name] += rows
    return found


def _entry(contact: str, leg: str | None, kind: str, at: float, data: dict[str, object]) -> Entry:
    return ready(LedgerEvent(1_795_294_000.0 + at, contact, leg, kind, data, at), "main")[0]
