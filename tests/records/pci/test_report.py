"""The report on card data, from a real database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from records import Ledger
from records.errors import StoreUnavailable
from records.pci.report import make_report
from records.pci.scan import Scanned, found_in, rows_in, scan
from records.personal.master_key import MasterKey
from tests.records.calls import BEGAN, event

if TYPE_CHECKING:
    from pathlib import Path

    from records.database import Database

CARD = "4111111111111111"
MASTER = MasterKey(b"m" * 32)
NAMED = {"recording": "c1.wav"}


@pytest.fixture
async def filled(database: Database, tmp_path: Path) -> Database:
    ledger = Ledger(database, spill=tmp_path / "spill", master=MASTER, gather=0.0)
    ledger.start(now=BEGAN)
    for each in (
        event(0, "c1", None, "contact.opened", ani="+34600112233", dnis="900", account=None),
        event(1, "c1", "l1", "recording.started", **NAMED, file="x"),
        event(2, "c1", "l1", "secure.began"),
        event(2, "c1", "l1", "recording.masked", **NAMED, reason="secure span"),
        event(9, "c1", "l1", "secure.ended"),
        event(9.5, "c1", "l1", "transaction.result", action="payment.charge", result="approved"),
        event(11, "c1", "l1", "recording.unmasked", **NAMED),
        event(20, "c1", "l1", "recording.finished", **NAMED, masked=[[0.6, 10.0]]),
        event(20, "c1", None, "contact.closed", outcome="menu", ended_by="caller"),
        event(
            30,
            "",
            None,
            "audit.read",
            by="eva",
            role="supervisor",
            act="GET /api/v1/recordings/{name}",
            on={"name": "c1.wav"},
            result="done",
        ),
        event(
            31, "", None, "audit.read", by="eva", role="supervisor", act="GET /api/v1/exports", result="done"
        ),
    ):
        ledger.append(each)
    await ledger.flush()
    ledger.close()
    return database


async def test_the_report_tells_spans_transactions_and_who_listened(filled: Database) -> None:
    report = make_report(filled, since=BEGAN - 1, until=BEGAN + 100, now=BEGAN + 100)
    assert (report.spans.secure, report.spans.covered, report.spans.mismatches) == (1, 1, [])
    assert report.transactions == {"payment.charge": {"approved": 1}}
    assert [(each.by, each.on) for each in report.listened] == [("eva", "c1.wav")]
    assert report.is_clean
    assert "assessment" in report.caution
    assert {"Python", "OpenSSL", "tables"} <= set(report.versions)


async def test_other_days_are_left_out(filled: Database) -> None:
    report = make_report(filled, since=BEGAN + 50, until=BEGAN + 100, now=BEGAN + 100)
    assert (report.spans.secure, report.transactions, report.listened) == (0, {}, [])


async def test_the_scan_reads_all_tables_and_sealed_parts_and_finds_nothing(filled: Database) -> None:
    done: list[int] = []
    found = scan(filled, MASTER, done=done.append)
    assert (found.found, found.places, found.shut) == (0, [], 0)
    assert found.sealed == 1
    assert sum(done) == found.rows == rows_in(filled)
    assert found.texts > 50
    assert scan(filled, None, done=done.append).shut == 1


async def test_what_got_in_past_all_doors_is_found_and_not_repeated(filled: Database, tmp_path: Path) -> None:
    with filled.write() as connection:
        connection.execute(text(f"UPDATE contact SET outcome = 'card {CARD}'"))
        connection.execute(
            text(f"UPDATE event SET data = '{{\"note\": \"{CARD}\"}}' WHERE type = 'secure.began'")
        )
    log = tmp_path / "node.log"
    log.write_text(f"fine\nsaw 4111 1111 1111 1111 here\n\xff\n{'9' * 5}\n")
    missing = tmp_path / "missing.log"
    found = scan(filled, MASTER, [log, missing], done=lambda _: None)
    assert found.found == 3
    places = {each.where: each.row for each in found.places}
    assert places["contact.outcome"] == "c1"
    assert places[str(log)] == "line 2"
    assert set(places) == {"contact.outcome", "event.data", str(log)}
    assert (found.files, found.lines, len(found.unreadable)) == (1, 4, 1)
    assert CARD not in repr(found)


def test_numbers_in_json_are_moments_and_texts_in_it_are_not() -> None:
    assert found_in('{"at": 1763817600123458}') == 0
    assert found_in(f'{{"at": 1, "x": ["{CARD}"]}}') == 1
    assert found_in(f"[{CARD}") == 1


async def test_a_database_that_is_away_is_told(tmp_path: Path) -> None:
    from records.database import Database as Where
    from records.errors import LedgerMissing

    with pytest.raises((StoreUnavailable, LedgerMissing)):
        make_report(Where.of(tmp_path / "none.sqlite"), since=0, until=1, now=1)


def test_a_log_that_could_not_be_read_is_no_clean_report(database: Database) -> None:
    report = make_report(database, since=BEGAN, until=BEGAN + 1, now=BEGAN)
    assert report.is_clean
    report.scanned = Scanned(unreadable=["/var/log/nosuch: No such file or directory"])
    assert not report.is_clean
