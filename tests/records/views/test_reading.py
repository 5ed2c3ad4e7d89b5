"""What others read of a contact: its record, its call detail records, lists by what is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from records import Ledger
from records.errors import ContactNotFound
from records.ledger.verify import event_count
from records.reader import Reader
from records.views.cdr import COLUMNS, cdr
from records.views.contact_record import contact_record
from records.views.rebuild import rebuild
from records.views.search import Wanted
from records.views.whole import whole_contacts
from tests.records.calls import BEGAN, event, whole_call

if TYPE_CHECKING:
    from pathlib import Path

    from records import LedgerEvent
    from records.database import Database


@pytest.fixture
def reader(database: Database, tmp_path: Path) -> Reader:
    ledger = Ledger(database, gather=0.0, spill=tmp_path / "spill")
    ledger.start(now=BEGAN)
    told: list[LedgerEvent] = [*whole_call("c1"), *whole_call("c2")]
    told.append(event(116.2, "c1", None, "wrap_up.ended", agent="ana", queue="support", seconds=20.0))
    told.append(event(0, "c3", None, "contact.opened", ani="1", dnis="2"))
    told.append(event(9, "c3", None, "contact.closed", outcome="refused", length=90.0))
    for each in told:
        ledger.append(each)
    assert ledger.close() == 0
    return Reader(database)


def test_a_contacts_record_tells_the_whole_call(reader: Reader) -> None:
    record = contact_record(reader.whole("c1"))
    assert (record["contact"], record["client"], record["initiation"]) == ("c1", "bank", "inbound")
    assert record["began"] == "2026-11-21T20:46:40.000Z"
    assert record["menu"]["path"][0]["step"] == "main"
    assert record["menu"]["contained"] is False
    (visit,) = record["queues"]
    assert (visit["queue"], visit["result"], visit["agent"], visit["waited"]) == (
        "support",
        "answered",
        "ana",
        18.2,
    )
    assert [(each["agent"], each["result"], each["rang"]) for each in record["attempts"]] == [
        ("pedro", "no_answer", 15.0),
        ("ana", "answered", 3.14),
    ]
    (agent,) = record["agents"]
    assert (agent["agent"], agent["talked"], agent["held"], agent["holds"], agent["wrapped"]) == (
        "ana",
        50.0,
        10.0,
        1,
        20.0,
    )
    assert record["ending"] == {
        "outcome": "answered",
        "by": "remote",
        "sip_status": 200,
        "q850_cause": 16,
    }
    assert [leg["sip_status"] for leg in record["legs"]] == [200, 487, 200]
    own = [each["seconds"] for each in record["segments"] if each["party"] == "customer"]
    assert sum(own) == pytest.approx(96.213)


def test_call_detail_records_have_asterisks_columns_a_row_for_each_leg(reader: Reader) -> None:
    rows = list(cdr(reader.whole("c1")))
    assert [tuple(row) for row in rows] == [COLUMNS] * 3
    caller, pedro, ana = rows
    assert (caller["src"], caller["dst"], caller["accountcode"]) == ("34600111222", "900100", "bank")
    assert (caller["lastapp"], caller["lastdata"], caller["disposition"]) == ("Queue", "support", "ANSWERED")
    assert (caller["duration"], caller["billsec"], caller["peeraccount"]) == (96, 96, "ana")
    assert caller["dstchannel"] == ana["dstchannel"] == "PJSIP/ana-second-c1"
    assert (pedro["disposition"], pedro["answer"], pedro["billsec"]) == ("NO ANSWER", "", 0)
    assert (ana["dst"], ana["start"], ana["answer"], ana["end"]) == (
        "ana",
        "2026-11-21 20:47:13",
        "2026-11-21 20:47:16",
        "2026-11-21 20:48:16",
    )
    assert {row["linkedid"] for row in rows} == {"c1"}
    assert [row["sequence"] for row in rows] == [1, 2, 3]


def test_many_contacts_are_read_together_in_the_order_that_is_asked_for(reader: Reader) -> None:
    with reader.database.read() as connection:
        found = list(whole_contacts(connection, ["c2", "nobody", "c1"]))
    assert [each.contact["id"] for each in found] == ["c2", "c1"]
    assert [len(each.legs) for each in found] == [3, 3]
    with pytest.raises(ContactNotFound):
        reader.whole("nobody")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(queue="support"), ["c2", "c1"]),
        (Wanted(agent="pedro"), ["c2", "c1"]),
        (Wanted(number="34600"), ["c2", "c1"]),
        (Wanted(outcome="refused"), ["c3"]),
        (Wanted(clients=["bank"]), ["c2", "c1"]),
        (Wanted(since=BEGAN + 1), []),
    ],
)
def test_contacts_are_found_by_what_is_known_of_them(
    reader: Reader, wanted: Wanted, found: list[str]
) -> None:
    assert [row.id for row in reader.search(wanted)] == found


def test_contacts_whose_sums_are_off_are_listed(reader: Reader) -> None:
    assert reader.unbalanced() == [("c3", BEGAN, 81.0)]


def test_rebuilding_tells_how_far_it_is_and_changes_nothing(database: Database, reader: Reader) -> None:
    before = [reader.whole(each) for each in ("c1", "c2", "c3")]
    heard: list[int] = []
    count = rebuild(database, "main", tell=heard.append)
    assert count == event_count(reader.database) == 2 * len(whole_call()) + 3
    assert [reader.whole(each) for each in ("c1", "c2", "c3")] == before
