"""Names, notes and cases of a person who is erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from records.cases import tables
from records.errors import PersonNotFound
from records.retention.customers import erase_customers, kept_customers
from records.retention.person import Person
from tests.records.cases.desk import NUMBER, Desk
from tests.records.retention.conftest import MASTER

if TYPE_CHECKING:
    from records.database import Database
    from tests.records.retention.conftest import House

SECOND = "+34600999888"
WHO = Person.of(MASTER, NUMBER, home="34")
SECRETS = ("Ana Ruiz", "likes tea", "C-17", NUMBER, SECOND, "lost her card", "call her sister", "cried")


def fill(desk: Desk) -> str:
    ana, _ = desk.customers.add(
        "bank", "eva", name="Ana Ruiz", notes="likes tea", numbers=[NUMBER, SECOND], references=["C-17"]
    )
    case, _ = desk.cases.open("bank", "eva", customer=ana.id, title="lost her card")
    desk.cases.edit(case.id, case.version, "eva", follow_up_note="call her sister")
    desk.notes.on_case(case.id, "cried", "eva")
    desk.notes.on_customer(ana.id, "bank", "cried", "eva")
    other, _ = desk.customers.add("bank", "eva", name="Bea", numbers=["+34600000001"])
    desk.notes.on_customer(other.id, "bank", "is fine", "eva")
    return ana.id


def written(database: Database) -> str:
    with database.read() as connection:
        return repr(
            [
                connection.execute(select(table)).all()
                for table in tables.customer.metadata.tables.values()
                if table.name
                in (
                    "customer",
                    "customer_number",
                    "customer_reference",
                    "customer_case",
                    "case_event",
                    "note",
                )
            ]
        )


def test_nothing_that_tells_of_the_person_is_left_and_the_case_stays_a_figure(database: Database) -> None:
    desk = Desk(database)
    fill(desk)
    assert [each for each in SECRETS if each not in written(database)] == []
    assert erase_customers(database, WHO, None, dry_run=True) == 1
    assert erase_customers(database, WHO, "shop", dry_run=False) == 0
    assert "Ana Ruiz" in written(database)
    assert erase_customers(database, WHO, "bank", dry_run=False) == 1
    after = written(database)
    assert [each for each in SECRETS if each in after] == []
    assert "Bea" in after
    assert "is fine" in after
    assert desk.count("case") == 1
    assert erase_customers(database, WHO, None, dry_run=False) == 0
    path = database.path
    if path is not None:
        database.wipe_leftovers()
        assert [each for each in SECRETS if each.encode() in path.read_bytes()] == []


def test_those_who_were_merged_go_with_whoever_took_them_over(database: Database) -> None:
    desk = Desk(database)
    ana = fill(desk)
    twin, _ = desk.customers.add("bank", "eva", name="Anna Ruis", numbers=["+34600000002"])
    desk.customers.merge(ana, twin.id, "eva")
    assert erase_customers(database, WHO, None, dry_run=False) == 2
    assert "Anna Ruis" not in written(database)


def test_all_of_it_is_handed_over(database: Database) -> None:
    fill(Desk(database))
    found = kept_customers(database, WHO, None)
    assert [each for each in SECRETS if each not in str(found)] == []
    assert "Bea" not in str(found)
    assert kept_customers(database, WHO, "shop") == []


async def test_a_note_on_a_contact_goes_with_the_contact(house: House) -> None:
    await house.call("a", NUMBER)
    desk = Desk(house.database)
    desk.notes.on_contact("a", "was angry", "eva")
    await house.keeping.erase(NUMBER, by="ana")
    assert "was angry" not in written(house.database)
    with pytest.raises(PersonNotFound):
        await house.keeping.erase(NUMBER, by="ana")
