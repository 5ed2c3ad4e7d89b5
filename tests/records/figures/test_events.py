"""Figures of calls as they are recorded: events in, numbers out."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from records import Ledger, LedgerEvent
from records.figures.behind import Part, behind
from records.figures.calendar import Calendar, Days
from records.figures.definition import Group
from records.figures.figures import figures
from records.figures.question import Question
from tests.kit.recorded_day import MADRID
from tests.records.calls import BEGAN, event, whole_call

if TYPE_CHECKING:
    from pathlib import Path

    from records.database import Database

NIGHT = Days(date(2026, 11, 21), date(2026, 11, 21))


def agent(offset: float, kind: str, **data: object) -> LedgerEvent:
    return LedgerEvent(BEGAN + offset, "", None, kind, {"agent": "ana", **data})


async def test_a_recorded_call_has_its_figures(database: Database, tmp_path: Path) -> None:
    ledger = Ledger(database, gather=0.0, spill=tmp_path)
    ledger.start(now=BEGAN)
    call = [
        agent(0, "agent.status", status="available", reason=None),
        agent(0, "agent.state", state="idle"),
        *whole_call("c1"),
        event(111.2, "c1", None, "wrap_up.ended", agent="ana", queue="support", seconds=15.0),
    ]
    states = [("reserved", 33.04), ("ringing", 33.06), ("talking", 36.2), ("hold", 50), ("talking", 60)]
    states += [("wrap_up", 96.212), ("idle", 111.212)]
    call += [agent(at, "agent.state", state=word, contact="c1") for word, at in states]
    call += [agent(200, "agent.status", status="logged_out", reason=None)]
    for each in sorted(call, key=lambda each: each.ts):
        ledger.append(each)
    await ledger.flush()
    ledger.close()
    question = Question(NIGHT, Calendar(MADRID, {}), round((BEGAN + 3600) * 1e6))
    found = {name: each.value for name, each in figures(database, question).rows[0].figures.items()}
    assert (found["offered"], found["answered"], found["handled"], found["contacts"]) == (1, 1, 1, 1)
    assert found["asa"] == pytest.approx(18.2)
    assert found["sl_offered"] == 1
    assert found["aht"] == pytest.approx(75.0, abs=0.05)
    assert found["hold_time"] == pytest.approx(10.0)
    assert found["occupancy"] == pytest.approx(75.012 / 200, abs=0.001)
    assert found["containment"] == 0
    for part in (Part.ALL, Part.COUNTED):  # ringing is ready, and not occupied
        (busy,) = behind(database, question, "occupancy", part=part).items
        assert busy.contact == "c1"
        assert busy.value == pytest.approx(75.012, abs=0.001)


async def test_whom_a_contact_was_transferred_to_has_not_transferred_it(
    database: Database, tmp_path: Path
) -> None:
    ledger = Ledger(database, gather=0.0, spill=tmp_path)
    ledger.start(now=BEGAN)
    ledger.append(event(0, "c1", None, "contact.opened", ani="+34600111222", dnis="900100"))
    for at, who, queue in ((10.0, "ana", "sales"), (30.0, "ben", "support")):
        taken = {"reservation": f"r-{who}", "agent": who, "queue": queue}
        ledger.append(event(at - 5, "c1", None, "queue.joined", queue=queue, position=1))
        ledger.append(event(at - 2, "c1", None, "reservation.created", **taken))
        ledger.append(event(at - 2, "c1", who, "leg.invited", role="agent", direction="out", agent=who))
        ledger.append(event(at, "c1", who, "leg.answered"))
        ledger.append(event(at, "c1", None, "reservation.ended", result="answered", ring=2.0, **taken))
        ledger.append(event(at, "c1", None, "queue.left", queue=queue, reason="answered", waited=5.0))
        if who == "ana":
            ledger.append(event(at + 10, "c1", None, "transfer.completed", to="queue support"))
        else:
            moved = {"to": "l2", "kind": "replaced"}
            ledger.append(LedgerEvent(BEGAN + at + 10, "c1", "l1", "transfer.completed", moved))
    ledger.append(event(60, "c1", None, "contact.closed", outcome="answered", ended_by="remote"))
    await ledger.flush()
    ledger.close()
    for group, found in ((Group.AGENT, {"ana": 1, "ben": 0}), (Group.QUEUE, {"sales": 1, "support": 0})):
        question = Question(NIGHT, Calendar(MADRID, {}), round((BEGAN + 3600) * 1e6), (group,))
        rows = figures(database, question, ("transfer_rate",)).rows
        assert {row.key[0]: row.figures["transfer_rate"].value for row in rows} == found
        only = Question(
            NIGHT, Calendar(MADRID, {}), round((BEGAN + 3600) * 1e6), (), {group: next(reversed(found))}
        )
        assert [each.counted for each in behind(database, only, "transfer_rate").items] == [False]


async def test_a_caller_sent_on_by_each_of_three_queues_is_one(database: Database, tmp_path: Path) -> None:
    ledger = Ledger(database, gather=0.0, spill=tmp_path)
    ledger.start(now=BEGAN)
    at = 0.0
    for queue, waited, reason in (("a", 30.0, "timeout"), ("b", 20.0, "full"), ("c", 10.0, "answered")):
        ledger.append(event(at, "c1", None, "queue.joined", queue=queue, position=1))
        at += waited
        ledger.append(event(at, "c1", None, "queue.left", queue=queue, reason=reason, waited=waited))
    ledger.append(event(at + 1, "c1", None, "queue.joined", queue="a", position=1))
    await ledger.flush()
    ledger.close()
    question = Question(NIGHT, Calendar(MADRID, {}), round((BEGAN + 3600) * 1e6))
    found = {name: each.value for name, each in figures(database, question).rows[0].figures.items()}
    # Handed back after the answer: a wait of its own, which is not over.
    assert (found["offered"], found["answered"], found["sent_on"], found["waiting"]) == (1, 1, 0, 1)
    assert (found["asa"], found["longest_wait"], found["sl_offered"]) == (60, 60, 0)
