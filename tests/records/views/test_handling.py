from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from records.ledger.entry import ready
from records.views import tables
from records.views.fold import Fold
from tests.records.calls import BEGAN, event, whole_call

if TYPE_CHECKING:
    from records import LedgerEvent
    from records.views.fields import Row


def reservations(*events: LedgerEvent) -> dict[str, Row]:
    fold = Fold(lambda table, where: [])
    for each in events:
        fold.take(ready(each, "main")[0])
    rows = next(rows for table, rows in fold.changed() if table is tables.reservation)
    return {str(row["id"]): row for row in rows}


def test_what_an_agent_spent_on_a_call_stands_with_the_reservation() -> None:
    over = event(111.2, "c1", None, "wrap_up.ended", agent="ana", queue="support", seconds=15.0)
    rows = reservations(*whole_call("c1"), over)
    taken, refused = rows["r2-c1"], rows["r1-c1"]
    assert (taken["talked"], taken["held"], taken["wrapped"]) == pytest.approx((50.0, 10.0, 15.0), abs=0.01)
    assert taken["through_at"] == round((BEGAN + 96.212) * 1e6)
    assert (refused["talked"], refused["held"], refused["wrapped"], refused["through_at"]) == (0, 0, 0, None)


def test_an_agent_who_talks_is_not_through() -> None:
    talking = [each for each in whole_call("c1") if each.ts < BEGAN + 90]
    assert reservations(*talking)["r2-c1"]["through_at"] is None


def test_wrap_up_is_of_the_last_time_that_the_agent_took_the_call() -> None:
    again = [
        event(97, "c1", None, "reservation.created", reservation="r3", agent="ana", queue="support"),
        event(98, "c1", None, "reservation.ended", reservation="r3", agent="ana", result="answered"),
        event(99, "c1", None, "wrap_up.ended", agent="ana", queue="support", seconds=7.0),
    ]
    whole = [each for each in whole_call("c1") if each.type != "contact.closed"]
    rows = reservations(*whole, *again)
    assert (rows["r2-c1"]["wrapped"], rows["r3"]["wrapped"]) == (0, 7)
