"""Deleting what is kept too long, and erasing one person."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from records.errors import ContactNotFound, HoldOfNothing, PersonNotFound, UnderLegalHold
from records.people.audit import ACT, AuditLog, Deed
from records.reader import Reader
from records.retention.rules import Rules
from records.schema import contact_key
from records.views.rebuild import rebuild
from records.views.tables import contact, leg
from tests.records.calls import BEGAN, event
from tests.records.retention.conftest import MASTER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from records.database import Database
    from records.retention.holds import Kind
    from tests.records.retention.conftest import House

NUMBER, OTHER = "+34600112233", "+34600445566"


def row(database: Database, wanted: str) -> dict[str, Any]:
    with database.read() as connection:
        return dict(connection.execute(select(contact).where(contact.c.id == wanted)).mappings().one())


def key(database: Database, wanted: str) -> bytes | None:
    with database.read() as connection:
        return connection.execute(select(contact_key.c.key).where(contact_key.c.contact == wanted)).scalar()


def found_in(house: House, texts: Sequence[str]) -> list[str]:
    """Which of these stand in any file of the house, or in any table."""
    path = house.database.path
    if path is not None:
        files = [each for each in path.parent.rglob("*") if each.is_file()]
        whole = b"".join(each.read_bytes() for each in files)
    else:
        with house.database.read() as connection:
            rows = [
                connection.exec_driver_sql(f"SELECT * FROM {name}").all()
                for name in ("contact", "leg", "event", "contact_key", "legal_hold", "retention_mark")
            ]
        whole = repr(rows).encode()
    return [each for each in texts if each.encode() in whole]


def _refuse(self: object, *, missing_ok: bool = False) -> None:
    raise PermissionError(13, os.strerror(13))


async def test_what_is_older_than_the_days_is_erased_and_the_rest_is_as_it_was(house: House) -> None:
    await house.call("old", NUMBER, days_ago=31)
    await house.call("new", NUMBER, days_ago=29)
    (applied,) = await house.keeping.run()
    assert (applied.client, applied.contacts) == ("sol", 1)
    assert row(house.database, "old")["ani"] is None
    assert row(house.database, "old")["client"] == "sol"
    assert row(house.database, "new")["ani"] == NUMBER
    assert key(house.database, "old") is None
    assert key(house.database, "new") is not None
    timeline = Reader(house.database, MASTER).contact("old")
    assert {each.data.get("erased") for each in timeline.events if each.type == "contact.opened"} == {True}
    assert timeline.legs[0].peer is None
    left = next(each for each in timeline.events if each.type == "menu.left")
    assert left.data["destination"] == "number *"
    assert NUMBER not in str(timeline)
    (told,) = house.told("retention.applied")
    assert told["contacts"] == 1
    assert told["days"] == {"personal": 30, "recordings": 10, "messages": 5}


async def test_a_second_run_finds_nothing_and_tells_nothing(house: House) -> None:
    await house.call("old", NUMBER, days_ago=31)
    await house.keeping.run()
    (again,) = await house.keeping.run()
    assert again.is_empty
    assert len(house.told("retention.applied")) == 1
    assert len(house.told("contact.erased")) == 1


async def test_files_are_deleted_each_kind_by_its_own_days_and_the_chain_tells_which(house: House) -> None:
    await house.call("c1", NUMBER, days_ago=11)
    await house.call("c2", NUMBER, days_ago=6)
    files = {
        (contact, kind): house.sound(contact, kind=kind, days_ago=days)
        for contact, days in (("c1", 11), ("c2", 6))
        for kind in ("call", "message")
    }
    (applied,) = await house.keeping.run()
    assert (applied.recordings, applied.messages, applied.contacts) == (1, 2, 0)
    assert [path.exists() for path in files.values()] == [False, False, True, False]
    told = house.told("recording.deleted")
    assert len(told) == 3
    assert all(len(str(each["sha256"])) == 64 and each["by"] == "retention" for each in told)


async def test_an_erased_contact_loses_its_files_as_well(house: House) -> None:
    house.rules["sol"] = Rules(personal=30)
    await house.call("old", NUMBER, days_ago=31)
    path = house.sound("old", days_ago=31)
    (applied,) = await house.keeping.run()
    assert (applied.contacts, applied.recordings) == (1, 1)
    assert not path.exists()


async def test_a_dry_run_counts_and_changes_nothing(house: House) -> None:
    await house.call("old", NUMBER, days_ago=31)
    path = house.sound("old", days_ago=31)
    (applied,) = await house.keeping.run(dry_run=True)
    assert (applied.contacts, applied.recordings) == (1, 1)
    assert path.exists()
    assert row(house.database, "old")["ani"] == NUMBER
    assert house.told("retention.applied") == []


async def test_each_client_company_has_its_own_days_and_without_days_all_is_kept(house: House) -> None:
    house.rules = {
        "sol": Rules(personal=30),
        "norte": Rules(personal=100),
        "luna": Rules(),
        "": Rules(personal=30),
    }
    for client in ("sol", "norte", "luna"):
        await house.call(client, NUMBER, client=client, days_ago=60)
    await house.call("nobodys", NUMBER, client="", days_ago=60)
    applied = await house.keeping.run()
    assert [each.client for each in applied if each.contacts] == ["", "sol"]
    assert [row(house.database, each)["ani"] is None for each in ("sol", "norte", "luna", "nobodys")] == [
        True,
        False,
        False,
        True,
    ]


async def test_a_call_that_goes_on_is_left_alone(house: House) -> None:
    await house.call("long", NUMBER, days_ago=31, over=False)
    (applied,) = await house.keeping.run()
    assert applied.contacts == 0


async def test_a_call_whose_node_was_down_for_long_is_deleted_once_its_end_is_told(house: House) -> None:
    await house.call("lost", NUMBER, days_ago=40, over=False)
    sounds = [house.sound("lost", days_ago=40), house.sound("lost", kind="message", days_ago=40)]
    await house.call("later", OTHER, days_ago=35)
    house.sound("later", days_ago=35)
    house.sound("later", kind="message", days_ago=35)
    (applied,) = await house.keeping.run()
    assert (applied.contacts, applied.recordings, applied.messages) == (1, 1, 1)
    house.ledger.append(event(1, "lost", None, "contact.closed", outcome="lost", ended_by="system"))
    await house.ledger.flush()
    (applied,) = await house.keeping.run()
    assert (applied.contacts, applied.recordings, applied.messages) == (1, 1, 1)
    assert not any(each.exists() for each in sounds)
    assert key(house.database, "lost") is None
    assert row(house.database, "lost")["ani"] is None


async def test_what_is_held_is_kept_until_it_is_released(house: House) -> None:
    for number in range(3):
        await house.call(f"c{number}", NUMBER if number == 1 else OTHER, days_ago=40 - number)
    who = house.keeping.person("600 112 233")
    hold = house.keeping.holds.add(
        "customer", who.subject, label=who.label, reason="court", by="ana", now=house.now
    )
    path = house.sound("c1", days_ago=39)
    (applied,) = await house.keeping.run()
    assert (applied.contacts, applied.held, path.exists()) == (2, 2, True)
    assert row(house.database, "c1")["ani"] == NUMBER
    house.keeping.holds.release(hold.id, by="ana", now=house.now)
    (applied,) = await house.keeping.run()
    assert (applied.contacts, applied.recordings, path.exists()) == (1, 1, False)


async def test_a_hold_whose_day_has_come_holds_no_more(house: House) -> None:
    await house.call("old", NUMBER, days_ago=31)
    house.keeping.holds.add(
        "contact", "old", label="old", reason="court", by="ana", now=BEGAN, until=BEGAN + 10
    )
    (applied,) = await house.keeping.run()
    assert (applied.contacts, applied.held) == (0, 1)
    house.now += 10
    (applied,) = await house.keeping.run()
    assert (applied.contacts, applied.held) == (1, 0)


async def test_a_person_is_erased_however_the_number_is_written(house: House) -> None:
    await house.call("a", NUMBER)
    await house.call("b", "600112233", client="norte")
    await house.call("c", "0034600112233")
    await house.call("d", OTHER)
    path = house.sound("a")
    erased = await house.keeping.erase("+34 600 11 22 33", by="ana")
    assert (erased.number, erased.contacts, erased.recordings, erased.in_progress) == (NUMBER, 3, 1, 0)
    assert not path.exists()
    assert [row(house.database, each)["ani"] for each in "abcd"] == [None, None, None, OTHER]
    (told,) = house.told("person.erased")
    assert told["contacts"] == 3
    assert NUMBER[1:] not in str(told)
    with pytest.raises(PersonNotFound):
        await house.keeping.erase(NUMBER, by="ana")


async def test_after_an_erasure_no_byte_of_the_person_is_left(house: House) -> None:
    await house.call("a", NUMBER)
    await house.call("d", OTHER)
    digits = NUMBER[1:]
    assert found_in(house, [digits]) == [digits]
    await house.keeping.erase(NUMBER, by="ana")
    await house.ledger.flush()
    house.database.wipe_leftovers()
    # The caller's number and address are sealed in the events; the tables of contacts and legs had them in clear.
    assert found_in(house, [digits, OTHER[1:]]) == [OTHER[1:]]


async def test_rebuilding_brings_nothing_back_and_the_open_part_stays(
    house: House, database: Database
) -> None:
    await house.call("a", NUMBER)
    await house.call("d", OTHER)
    await house.keeping.erase(NUMBER, by="ana")
    house.ledger.close()
    rebuild(database, "main", MASTER)
    assert row(database, "a")["ani"] is None
    assert row(database, "a")["outcome"] == "menu"
    assert row(database, "a")["dnis"] == "+34900100200"
    assert row(database, "d")["ani"] == OTHER
    with database.read() as connection:
        peers = dict(connection.execute(select(leg.c.contact, leg.c.peer)).all())
    assert peers == {"a": None, "d": "udp:192.0.2.77:5060"}
    house.ledger.start(now=BEGAN)


async def test_what_comes_after_the_erasure_is_erased_as_it_comes(house: House) -> None:
    await house.call("a", NUMBER)
    await house.keeping.erase(NUMBER, by="ana")
    for each in house.events("a", NUMBER, "sol", 5.0)[:2]:
        house.ledger.append(each)
    await house.ledger.flush()
    assert key(house.database, "a") is None
    opened = [
        each.data for each in Reader(house.database, MASTER).events("a") if each.type == "contact.opened"
    ]
    assert len(opened) == 2
    assert all(each["erased"] and "ani" not in each for each in opened)


async def test_a_person_under_hold_is_not_erased_at_all(house: House) -> None:
    await house.call("a", NUMBER)
    await house.call("b", NUMBER)
    hold = house.keeping.holds.add("contact", "b", label="b", reason="dispute 7", by="ana", now=house.now)
    with pytest.raises(UnderLegalHold, match=f"under legal hold {hold.id}.*dispute 7"):
        await house.keeping.erase(NUMBER, by="eva")
    assert row(house.database, "a")["ani"] == NUMBER
    for kind, subject in (("client", "sol"), ("customer", house.keeping.person(NUMBER).subject)):
        house.keeping.holds.release(hold.id, by="ana", now=house.now)
        hold = house.keeping.holds.add(kind, subject, label="x", reason="court", by="ana", now=house.now)  # type: ignore[arg-type]
        with pytest.raises(UnderLegalHold):
            await house.keeping.erase(NUMBER, by="eva")


async def test_one_client_company_erases_its_own_contacts_only(house: House) -> None:
    await house.call("a", NUMBER)
    await house.call("b", NUMBER, client="norte")
    erased = await house.keeping.erase(NUMBER, by="ana", client="norte")
    assert erased.contacts == 1
    assert row(house.database, "a")["ani"] == NUMBER


async def test_a_call_in_progress_is_told_of_and_erased_later(house: House) -> None:
    await house.call("a", NUMBER)
    await house.call("b", NUMBER, over=False)
    erased = await house.keeping.erase(NUMBER, by="ana")
    assert (erased.contacts, erased.in_progress) == (1, 1)


async def test_a_dry_erasure_counts_only(house: House) -> None:
    await house.call("a", NUMBER)
    path = house.sound("a")
    erased = await house.keeping.erase(NUMBER, by="ana", dry_run=True)
    assert (erased.contacts, erased.recordings) == (1, 1)
    assert path.exists()
    assert house.told("person.erased") == []


async def test_no_row_leads_to_a_file_outside_the_recordings(house: House) -> None:
    await house.call("a", NUMBER)
    outside = house.folder / "precious.txt"
    outside.write_text("keep")
    path = house.sound("a")
    path.unlink()
    path.symlink_to(outside)
    erased = await house.keeping.erase(NUMBER, by="ana")
    assert erased.recordings == 0
    assert outside.read_text() == "keep"


async def test_a_file_that_cannot_be_deleted_is_told_and_tried_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.call("c1", NUMBER, days_ago=11)
    path = house.sound("c1", days_ago=11)

    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.unlink", _refuse)
        (applied,) = await house.keeping.run()
    assert (applied.failed, applied.recordings, path.exists()) == (1, 0, True)
    (applied,) = await house.keeping.run()
    assert (applied.failed, applied.recordings, path.exists()) == (0, 1, False)


async def test_a_call_whose_recording_cannot_be_deleted_is_left_until_it_can_be(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.rules["sol"] = Rules(personal=30)
    await house.call("c1", NUMBER, days_ago=100)
    await house.call("c2", NUMBER, days_ago=99)
    path = house.sound("c1", days_ago=100)

    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.unlink", _refuse)
        erased = await house.keeping.erase(NUMBER, by="ana")
    assert (erased.contacts, erased.recordings, erased.failed, path.exists()) == (1, 0, 1, True)
    assert house.told("person.erased")[-1]["failed"] == 1
    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.unlink", _refuse)
        (applied,) = await house.keeping.run()
    assert (applied.contacts, applied.failed) == (0, 1)
    erased = await house.keeping.erase(NUMBER, by="ana")
    assert (erased.contacts, erased.recordings, erased.failed, path.exists()) == (1, 1, 0, False)


async def test_many_contacts_go_in_batches_and_each_is_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("records.retention.run.BATCH", 7)
    for number in range(30):
        await house.call(f"c{number:02}", NUMBER, days_ago=60 - number / 10)
    seen: list[int] = []
    (applied,) = await house.keeping.run(tell=lambda each: seen.append(each.contacts))
    assert applied.contacts == 30
    assert seen == [7, 14, 21, 28, 30]
    assert len(house.told("contact.erased")) == 30


async def test_the_audit_log_tells_of_a_number_to_who_has_the_key_and_of_none_after_the_erasure(
    house: House,
) -> None:
    await house.call("a", NUMBER)
    house.ledger.append(
        event(0, "", None, ACT, **Deed("eva", "supervisor", "PUT", on={"number": NUMBER}).data())
    )
    await house.ledger.flush()
    assert AuditLog(house.database, MASTER).entries()[0].on == {"number": NUMBER}
    assert AuditLog(house.database).entries()[0].on == {}
    await house.keeping.erase(NUMBER, by="ana")
    entries = AuditLog(house.database, MASTER).entries()
    assert [(each.by, each.on) for each in entries if each.act == "PUT"] == [("eva", {})]


@pytest.mark.parametrize(
    ("kind", "subject", "client"),
    [("client", "soll", None), ("customer", "abc", None), ("customer", "+34600111222", "soll")],
)
async def test_what_names_nothing_is_not_held(
    house: House, kind: Kind, subject: str, client: str | None
) -> None:
    with pytest.raises(HoldOfNothing):
        await house.keeping.hold(kind, subject, reason="court", by="ana", client=client)
    assert house.keeping.holds.all() == []


async def test_a_contact_is_held_by_a_beginning_of_its_id(house: House) -> None:
    await house.call("contact-1", "+34600111222")
    hold = await house.keeping.hold("contact", "contact", reason="court", by="ana")
    assert hold.subject == "contact-1"
    with pytest.raises(ContactNotFound):
        await house.keeping.hold("contact", "nosuch", reason="court", by="ana")
