"""Customers are found by number and reference, merged, and never changed by two at once."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from records.cases import tables
from records.cases.errors import ChangedMeanwhile, CustomerNotFound, CustomerTaken, NotMergeable
from records.views import tables as views
from tests.records.cases.desk import BEGAN, NUMBER, Desk, kinds

SECOND = "+34600999888"


def contact(desk: Desk, name: str, ani: str, client: str = "bank") -> None:
    row = {"id": name, "client": client, "ani": ani, "started_at": round(BEGAN * 1e6), "agents": ""}
    with desk.database.write() as connection:
        connection.execute(insert(views.contact).values(**row, waited=0, talked=0, last_n=1, last_ts=0))


def test_a_customer_is_found_by_number_by_reference_and_by_id(desk: Desk) -> None:
    ana, told = desk.customers.add(
        "bank", "eva", name="Ana", numbers=[NUMBER, SECOND], references=["C-17", "old 4"]
    )
    assert kinds(told) == ["customer.added"]
    for wanted in (ana.id, NUMBER, SECOND, "C-17", "old 4"):
        assert desk.customers.find(wanted) == [ana]
    assert (ana.numbers, ana.references) == ((NUMBER, SECOND), ("C-17", "old 4"))
    assert desk.customers.find("C-1") == []


def test_two_client_companies_know_one_number_apart(desk: Desk) -> None:
    ana, _ = desk.customers.add("bank", "eva", name="Ana", numbers=[NUMBER])
    other, _ = desk.customers.add("shop", "eva", name="A. Ruiz", numbers=[NUMBER])
    assert {each.id for each in desk.customers.find(NUMBER)} == {ana.id, other.id}
    assert desk.customers.find(NUMBER, clients={"shop"}) == [other]
    assert desk.customers.find(ana.id, clients={"shop"}) == []
    with pytest.raises(CustomerNotFound):
        desk.customers.get(ana.id, clients=frozenset())


def test_what_is_another_customers_is_refused_and_nothing_is_half_done(desk: Desk) -> None:
    ana, _ = desk.customers.add("bank", "eva", numbers=[NUMBER])
    with pytest.raises(CustomerTaken, match=ana.id):
        desk.customers.add("bank", "eva", name="Bea", numbers=[SECOND, NUMBER])
    assert desk.count("customer") == 1
    assert desk.customers.find(SECOND) == []
    assert desk.count("case_event") == 1


def test_who_changes_what_somebody_else_has_changed_is_refused(desk: Desk) -> None:
    ana, _ = desk.customers.add("bank", "eva", name="Ana", numbers=[NUMBER])
    changed, told = desk.customers.edit(ana.id, 1, "eva", name="Ana Ruiz", numbers=[SECOND])
    assert (changed.name, changed.numbers, changed.version) == ("Ana Ruiz", (SECOND,), 2)
    assert told[0].data == {"changed": ["name", "numbers"]}
    with pytest.raises(ChangedMeanwhile):
        desk.customers.edit(ana.id, 1, "jan", name="Anna")
    assert desk.customers.find(SECOND)[0].name == "Ana Ruiz"
    assert desk.customers.find(NUMBER) == []


def test_two_become_one_with_all_that_both_had(desk: Desk) -> None:
    ana, _ = desk.customers.add("bank", "eva", name="Ana", notes="likes mornings", numbers=[NUMBER])
    again, _ = desk.customers.add(
        "bank", "eva", notes="moved", language="es", numbers=[SECOND], references=["C-17"]
    )
    case, _ = desk.cases.open("bank", "eva", customer=again.id)
    desk.notes.on_customer(again.id, "bank", "called twice", "eva")
    contact(desk, "c1", SECOND)
    desk.customers.link([("c1", "bank", SECOND)])
    one, told = desk.customers.merge(ana.id, again.id, "eva")
    assert (one.name, one.notes, one.language) == ("Ana", "likes mornings\nmoved", "es")
    assert (one.numbers, one.references) == ((NUMBER, SECOND), ("C-17",))
    found = desk.customers.get(again.id)
    assert (found.customer.id, found.cases, found.contacts) == (ana.id, (case.id,), ("c1",))
    assert [each.text for each in desk.finder.notes(customer=ana.id)] == ["called twice"]
    assert kinds(told) == ["customer.merged"] * 2
    third, _ = desk.customers.add("bank", "eva", references=["C-18"])
    desk.customers.merge(third.id, ana.id, "eva")
    assert [each.id for each in desk.customers.find(again.id)] == [third.id], "who was merged twice is found"
    assert [each.id for each in desk.customers.page()] == [third.id]


def test_customers_of_two_companies_and_one_with_itself_are_not_merged(desk: Desk) -> None:
    ana, _ = desk.customers.add("bank", "eva")
    other, _ = desk.customers.add("shop", "eva")
    with pytest.raises(NotMergeable, match="shop's"):
        desk.customers.merge(ana.id, other.id, "eva")
    with pytest.raises(NotMergeable):
        desk.customers.merge(ana.id, ana.id, "eva")
    with pytest.raises(CustomerNotFound):
        desk.customers.merge(ana.id, "nobody", "eva")


def test_contacts_are_linked_by_their_number_and_once(desk: Desk) -> None:
    ana, _ = desk.customers.add("bank", "eva", numbers=[NUMBER])
    come = [("c1", "bank", NUMBER), ("c2", "shop", NUMBER), ("c3", "bank", SECOND), ("c4", "bank", NUMBER)]
    assert desk.customers.link(come) == 2
    assert desk.customers.link(come) == 0
    assert desk.customers.get(ana.id).contacts == ("c4", "c1")


def test_earlier_contacts_from_a_number_are_a_customers_who_gets_it(desk: Desk) -> None:
    contact(desk, "c1", NUMBER)
    contact(desk, "c2", NUMBER, "shop")
    ana, _ = desk.customers.add("bank", "eva", numbers=[NUMBER])
    assert desk.customers.get(ana.id).contacts == ("c1",)


def test_pages_of_customers_follow_one_another(desk: Desk) -> None:
    made = [desk.customers.add("bank", "eva")[0].id for _ in range(5)]
    first = desk.customers.page(limit=2)
    rest = desk.customers.page(after=first[-1].id, limit=10)
    assert [each.id for each in (*first, *rest)] == made


def test_all_personal_columns_are_told(desk: Desk) -> None:
    names = {f"{column.table.name}.{column.name}" for column in tables.PERSONAL}
    assert names == {
        "customer.name",
        "customer.notes",
        "customer_number.number",
        "customer_reference.reference",
        "customer_case.title",
        "customer_case.follow_up_note",
        "note.text",
    }
