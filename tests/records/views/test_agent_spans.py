from __future__ import annotations

from typing import TYPE_CHECKING

from records import Ledger, LedgerEvent
from records.views import tables
from tests.records.calls import BEGAN, event
from tests.records.views.folding import folded

if TYPE_CHECKING:
    from pathlib import Path

    from records.database import Database


def status(offset: float, word: str, agent: str = "ana", reason: str | None = None) -> LedgerEvent:
    return event(offset, "", None, "agent.status", agent=agent, status=word, reason=reason)


def state(offset: float, word: str, agent: str = "ana", **about: str) -> LedgerEvent:
    return LedgerEvent(BEGAN + offset, "", None, "agent.state", {"agent": agent, "state": word, **about})


def spans(*events: LedgerEvent) -> list[tuple[object, ...]]:
    rows = sorted(folded(events).of(tables.agent_span), key=lambda row: row["n"] or 0)
    return [
        (row["status"], row["reason"], row["state"], row["contact"], row["client"], _lasted(row))
        for row in rows
    ]


def _lasted(row: dict[str, str | int | float | None]) -> float | None:
    began, ended = row["began_at"], row["ended_at"]
    assert isinstance(began, int)
    return None if ended is None else (float(ended) - began) / 1e6


def test_each_change_of_status_or_state_begins_a_span() -> None:
    assert spans(
        status(0, "available"),
        state(0.0001, "idle"),
        state(60, "talking", contact="c1", queue="support"),
        status(90, "not_ready", reason="lunch"),
        state(100, "idle"),
    ) == [
        ("available", None, "idle", None, None, 60.0),
        ("available", None, "talking", "c1", None, 30.0),
        ("not_ready", "lunch", "talking", "c1", None, 10.0),
        ("not_ready", "lunch", "idle", None, None, None),
    ]


def test_the_client_is_that_of_the_contact_that_the_agent_is_busy_with() -> None:
    opened = event(0, "c1", None, "contact.opened", client="bank")
    assert spans(opened, state(1, "talking", contact="c1"))[0][4] == "bank"


def test_a_clock_that_is_set_back_makes_no_span_negative() -> None:
    assert [each[-1] for each in spans(state(60, "talking"), state(-3000, "idle"), state(90, "ringing"))] == [
        30.0,
        None,
    ]


def test_while_no_server_runs_nothing_is_known_of_an_agent(database: Database, tmp_path: Path) -> None:
    for began, told in (
        (BEGAN, [status(0, "available"), state(1, "idle"), state(1, "idle", agent="eva")]),
        (BEGAN + 600, []),
        (BEGAN + 900, [state(905, "idle")]),
    ):
        ledger = Ledger(database, gather=0.0, spill=tmp_path / "spill")
        ledger.start(now=began)
        for each in told:
            ledger.append(each)
        assert ledger.close() == 0
    with database.read() as connection:
        query = tables.agent_span.select().where(tables.agent_span.c.agent == "ana")
        rows = connection.execute(query.order_by(tables.agent_span.c.n)).mappings().all()
    assert [((row["began_at"] / 1e6) - BEGAN, row["status"], row["state"]) for row in rows] == [
        (0.0, "available", None),
        (1.0, None, None),
        (905.0, None, "idle"),
    ]
