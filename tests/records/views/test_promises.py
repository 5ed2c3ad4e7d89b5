from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from records import LedgerEvent
from records.ledger.entry import ready
from records.views import tables
from records.views.fold import Fold
from tests.records.calls import BEGAN, event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Table

    from records.views.fields import Column, Row

OPENED = event(0, "c1", None, "contact.opened", client="bank", ani="34600111222")
PROMISED = event(
    5, "c1", None, "callback.promised", reference="B7", queue="cards", number="+34600111222",
    earliest=BEGAN + 600, latest=BEGAN + 4200,
)  # fmt: skip


def kept(offset: float, *, late: bool) -> LedgerEvent:
    data = {"reference": "B7", "contact": "c9", "agent": "ana", "late": late, "tries": 1}
    return LedgerEvent(BEGAN + offset, "c1", None, "callback.kept", data)


KEPT = kept(900, late=False)
FAILED = event(900, "c1", None, "callback.failed", reference="B7", why="no_answer", tries=3)


def folded(*batches: list[LedgerEvent]) -> dict[str, Row]:
    """Each batch by a fold of its own, which knows only the rows that were kept: as after a restart."""
    contacts: dict[str, Row] = {}
    promises: dict[str, Row] = {}

    def load(table: Table, where: Mapping[str, Column]) -> list[Row]:
        return [dict(row) for row in contacts.values()] if table is tables.contact else []

    for batch in batches:
        fold = Fold(load)
        for each in batch:
            fold.take(ready(each, "main")[0])
        for table, rows in fold.changed():
            if table is tables.contact:
                contacts |= {str(row["id"]): row for row in rows}
            if table is tables.promise:
                assert len({row["reference"] for row in rows}) == len(rows)
                promises |= {str(row["reference"]): row for row in rows}
    return promises


@pytest.mark.parametrize("batches", [[[OPENED, PROMISED, KEPT]], [[OPENED], [PROMISED], [KEPT]]])
def test_a_promise_is_kept_long_after_its_contact(batches: list[list[LedgerEvent]]) -> None:
    row = folded(*batches)["B7"]
    assert (row["contact"], row["client"], row["queue"], row["kept_in"], row["agent"]) == (
        "c1", "bank", "cards", "c9", "ana",
    )  # fmt: skip
    assert row["latest"] == round((BEGAN + 4200) * 1e6)
    assert row["result"] == "kept"


@pytest.mark.parametrize("end", ["failed", "expired", "cancelled"])
def test_a_promise_that_came_to_nothing_says_how(end: str) -> None:
    row = folded([OPENED, PROMISED], [event(99, "c1", None, f"callback.{end}", reference="B7")])["B7"]
    assert (row["result"], row["ended_at"]) == (end, round((BEGAN + 99) * 1e6))


def test_a_promise_is_taken_up_again() -> None:
    again = event(1000, "c1", None, "callback.reopened", reference="B7", latest=BEGAN + 9000)
    row = folded([OPENED, PROMISED, FAILED], [again])["B7"]
    assert (row["result"], row["ended_at"], row["latest"]) == (None, None, round((BEGAN + 9000) * 1e6))
    assert folded([OPENED, PROMISED, FAILED, again], [kept(9500, late=True)])["B7"]["result"] == "late"


def test_what_is_told_of_a_promise_that_nobody_knows_is_passed_over() -> None:
    assert folded([OPENED, KEPT, event(3, "c1", None, "callback.promised")]) == {}
