"""The audit log in the ledger: chained, filtered, paged, without what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.event import LedgerEvent
from records.ledger.ledger import Ledger
from records.people import audit
from records.people.audit import REFUSED, AuditFilter, AuditLog, Deed
from records.people.principal import NODE

if TYPE_CHECKING:
    from pathlib import Path

    from records.database import Database


def _written(database: Database, folder: Path, deeds: list[Deed]) -> AuditLog:
    ledger = Ledger(database, spill=folder / "spill", gather=0.0)
    ledger.start(now=0.0)
    for n, deed in enumerate(deeds):
        ledger.append(LedgerEvent(1000.0 + n, "", None, audit.ACT, deed.data()))
        ledger.append(
            LedgerEvent(1000.5 + n, "", None, "agent.status", {"agent": "ana", "status": "available"})
        )
    assert ledger.close() == 0
    return AuditLog(database)


def test_entries_are_read_back_newest_first_page_by_page_and_nothing_else(
    database: Database, tmp_path: Path
) -> None:
    deeds = [
        Deed(f"p{n % 3}", "agent", f"act {n}", on={"agent": f"a{n}"}, source="192.0.2.1") for n in range(10)
    ]
    log = _written(database, tmp_path, deeds)
    first = log.entries(limit=4)
    assert [each.act for each in first] == ["act 9", "act 8", "act 7", "act 6"]
    rest = log.entries(before=first[-1].id)
    assert [each.act for each in rest] == [f"act {n}" for n in range(5, -1, -1)]
    assert (rest[-1].by, rest[-1].on, rest[-1].source, rest[-1].ts) == (
        "p0",
        {"agent": "a0"},
        "192.0.2.1",
        1000.0,
    )


def test_they_are_found_by_who_what_on_what_result_and_when(database: Database, tmp_path: Path) -> None:
    log = _written(
        database,
        tmp_path,
        [
            Deed.of(NODE, "people add", person="eva"),
            Deed("eva", "supervisor", "login", REFUSED, code="wrong_login"),
            Deed("eva", "supervisor", "PUT /api/v1/agents/{agent}/status", on={"agent": "ana"}),
        ],
    )

    def acts(wanted: AuditFilter) -> list[str]:
        return [each.act for each in log.entries(wanted)]

    assert acts(AuditFilter(by="node")) == ["people add"]
    assert acts(AuditFilter(act="LOGIN")) == ["login"]
    assert acts(AuditFilter(on="ana")) == ["PUT /api/v1/agents/{agent}/status"]
    assert acts(AuditFilter(result=REFUSED)) == ["login"]
    assert acts(AuditFilter(since=1001.0, until=1002.0)) == ["login"]
    assert acts(AuditFilter(by="eva", act="login", until=1001.0)) == []


def test_what_somebody_calls_himself_is_one_line_and_not_long() -> None:
    data = Deed("a\nb\x1b[31m" + "x" * 500, "agent", "login").data()
    assert str(data["by"]).isprintable()
    assert len(str(data["by"])) == 200
