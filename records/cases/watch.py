"""Looks at cases that have become due: dates and follow-ups that pass, warnings and ends of statutory terms.

Each is told once. An index leads to what is due, so that a look costs nothing while nothing is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from records.cases import clock
from records.cases.cases import due
from records.cases.errors import CaseNotFound, ChangedMeanwhile
from records.cases.finding import case_row
from records.cases.history import changing
from records.cases.states import ClockInput, ClockState
from records.cases.writing import write
from records.moments import unix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from records.cases.history import Change, Entry
    from records.cases.terms import Terms
    from records.database import Database

SYSTEM = "system"
"""Who acts where nobody does."""


def look(database: Database, terms: Terms, now: float) -> list[Entry]:
    """Tell of what is due at this moment (Unix time); what the ledger is to be told. Waits for the database."""
    found: list[Entry] = []
    for each in due(database, now):
        try:
            with changing(database, SYSTEM, now) as change:
                _look_at(change, case_row(change.connection, each), terms)
                found += change.entries
        except (CaseNotFound, ChangedMeanwhile):
            continue  # somebody is at it: the next look finds it as they left it
    return found


def _look_at(change: Change, row: dict[str, Any], terms: Terms) -> None:
    now = change.at
    if row["next_at"] is None or row["next_at"] > now:
        return  # somebody has seen to it since

    def tell(kind: str, data: Mapping[str, object]) -> None:
        whose = {"owner": row["owner"], "team": row["team"]}
        change.tell(kind, row["client"], {**whose, **data}, case_id=row["id"])

    values: dict[str, Any] = {}
    for name, kind in (("due", "case.overdue"), ("follow_up", "case.follow_up_due")):
        at = row[f"{name}_at"]
        if at is not None and at <= now and not row[f"{name}_told"]:
            values[f"{name}_told"] = True
            tell(kind, {"due": round(unix(at))})
    if row["clock"] == ClockState.RUNNING.value:
        if row["answer_by"] <= now:
            values |= clock.fire(terms, row, ClockInput.RUN_OUT, unix(now), tell)
        elif row["warn_at"] is not None and row["warn_at"] <= now:
            values["warn_at"] = None
            tell("complaint.warned", {"answer_by": round(unix(row["answer_by"]))})
    write(change, row, row["version"], values, is_unseen=True)
