"""Cases are opened, changed and moved by one at a time; their history only grows, and the ledger hears all of it."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import update

from records.cases import tables
from records.cases.case import Urgency
from records.cases.errors import CaseAmbiguous, CaseNotFound, ChangedMeanwhile, NotInThisState
from records.cases.finding import OPEN, Wanted
from records.cases.history import mark_told, untold
from records.cases.numbering import read, spoken
from records.cases.states import CaseState
from records.errors import ContactNotFound
from tests.records.cases.desk import BEGAN, DAY, NUMBER, Desk, kinds
from tests.records.cases.test_customers import contact


def test_a_case_finds_its_customer_by_number_and_makes_one_where_there_is_none(desk: Desk) -> None:
    case, told = desk.cases.open("bank", "eva", number=NUMBER, contact="c1", title="A card", reason="card")
    assert read(case.id) == case.id
    assert (case.state, case.urgency, case.version) == (CaseState.OPEN, Urgency.NORMAL, 1)
    assert kinds(told) == ["customer.added", "case.opened"]
    assert told[1].told() == {
        "case": case.id,
        "by": "eva",
        "client": "bank",
        "entry": told[1].id,
        "kind": "case",
        "reason": "card",
        "urgency": "normal",
    }, "and no word of the title"
    (customer,) = desk.customers.find(NUMBER)
    again, _ = desk.cases.open("bank", "eva", number=NUMBER)
    assert case.customer == again.customer == customer.id
    assert desk.customers.get(customer.id).cases == tuple(sorted((case.id, again.id)))


def test_it_is_found_by_number_reference_and_tracking_number(desk: Desk) -> None:
    case, _ = desk.cases.open("bank", "eva", reference="C-99", tracking="217000000001")
    for wanted in (case.id, spoken(case.id), "C-99", "217000000001"):
        assert desk.finder.case(wanted).case == case
    for unknown in ("C-98", "000000000", ""):
        with pytest.raises(CaseNotFound):
            desk.finder.case(unknown)
    with pytest.raises(CaseNotFound):
        desk.finder.case(case.id, clients={"shop"})
    desk.cases.open("shop", "eva", reference="C-99")
    with pytest.raises(CaseAmbiguous, match=case.id):
        desk.finder.case("C-99")
    assert desk.finder.case("C-99", clients={"bank"}).case == case


def test_a_change_tells_what_was_and_what_is(desk: Desk) -> None:
    case, _ = desk.cases.open("bank", "eva", title="A card")
    changed, told = desk.cases.edit(
        case.id, 1, "jan", owner="jan", urgency=Urgency.HIGH, title="The card", due_at=BEGAN + DAY
    )
    assert (changed.owner, changed.urgency, changed.due_at, changed.version) == (
        "jan",
        Urgency.HIGH,
        BEGAN + DAY,
        2,
    )
    assert told[0].data == {
        "changes": {"urgency": ["normal", "high"], "owner": [None, "jan"], "due_at": [None, BEGAN + DAY]},
        "rewritten": ["title"],
    }
    with pytest.raises(ChangedMeanwhile, match="version 2"):
        desk.cases.edit(case.id, 1, "eva", owner="eva")
    with pytest.raises(TypeError, match="state"):
        desk.cases.edit(case.id, 2, "eva", state="closed")
    assert desk.finder.case(case.id).case == changed


def test_of_many_who_change_a_case_at_once_one_succeeds(desk: Desk) -> None:
    case, _ = desk.cases.open("bank", "eva")
    done: list[object] = []

    def change(owner: str) -> None:
        try:
            done.append(desk.cases.edit(case.id, 1, owner, owner=owner)[0].owner)
        except ChangedMeanwhile as refused:
            done.append(refused)

    threads = [threading.Thread(target=change, args=(f"agent{number}",)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    (owner,) = [each for each in done if isinstance(each, str)]
    found = desk.finder.case(case.id)
    assert (len(done), found.case.owner, found.case.version) == (8, owner, 2)
    assert len(found.history) == 2


def test_a_case_goes_its_way_and_back(desk: Desk) -> None:
    case, _ = desk.cases.open("bank", "eva")
    way = (CaseState.IN_PROGRESS, CaseState.WAITING_CLIENT, CaseState.RESOLVED, CaseState.CLOSED)
    for to in way:
        desk.now += 60
        case, _ = desk.cases.move(case.id, to, "eva")
    assert (case.state, case.closed_at) == (CaseState.CLOSED, desk.now)
    case, told = desk.cases.move(case.id, CaseState.REOPENED, "jan")
    assert (case.reopened, case.closed_at, kinds(list(told))) == (1, None, ["case.reopened"])
    case, _ = desk.cases.move(case.id, CaseState.IN_PROGRESS, "jan")
    assert kinds(list(desk.finder.case(case.id).history)) == [
        "case.opened",
        "case.moved",
        "case.moved",
        "case.moved",
        "case.closed",
        "case.reopened",
        "case.moved",
    ]


def test_a_move_that_the_state_does_not_allow_is_refused_with_what_it_does(desk: Desk) -> None:
    case, _ = desk.cases.open("bank", "eva")
    with pytest.raises(NotInThisState, match=r"it can become in_progress, .* not reopened"):
        desk.cases.move(case.id, CaseState.REOPENED, "eva")
    with pytest.raises(NotInThisState):
        desk.cases.move(case.id, CaseState.OPEN, "eva")
    with pytest.raises(ChangedMeanwhile):
        desk.cases.move(case.id, CaseState.CLOSED, "eva", version=7)
    assert desk.finder.case(case.id).case == case
    assert desk.count("case_event") == 1


def test_what_comes_from_one_place_stays_one_case(desk: Desk) -> None:
    one, told = desk.cases.open("bank", "menu", origin="c1/7", contact="c1")
    two, nothing = desk.cases.open("bank", "menu", origin="c1/7", contact="c1")
    assert (one, kinds(told), nothing) == (two, ["case.filed"], [])


def test_lists_are_narrowed_and_go_on_page_by_page(desk: Desk) -> None:
    made = []
    for number in range(6):
        desk.now = BEGAN + number // 2
        owner = "eva" if number % 3 == 0 else None
        made.append(desk.cases.open("bank" if number else "shop", "eva", owner=owner)[0])
    desk.cases.move(made[5].id, CaseState.WAITING_CUSTOMER, "eva")
    desk.cases.move(made[4].id, CaseState.CLOSED, "eva")
    first = desk.finder.cases(limit=4)
    rest = desk.finder.cases(after=(first[-1].opened_at, first[-1].id), limit=4)
    assert {each.id for each in (*first, *rest)} == {each.id for each in made}
    assert len(rest) == 2
    ids = [each.id for each in made]

    def found(wanted: Wanted) -> set[str]:
        return {each.id for each in desk.finder.cases(wanted)}

    assert found(Wanted(clients={"shop"})) == {ids[0]}
    assert found(Wanted(clients=frozenset())) == set()
    assert found(Wanted(owner="eva")) == {ids[0], ids[3]}
    assert found(Wanted(without_owner=True, states=OPEN.states)) == {ids[1], ids[2], ids[5]}
    assert found(Wanted(states=[CaseState.WAITING_CUSTOMER])) == {ids[5]}


def test_dates_that_pass_are_told_once(desk: Desk) -> None:
    case, _ = desk.cases.open("bank", "eva", due_at=BEGAN + 10, follow_up_at=BEGAN + 20, owner="eva")
    assert desk.look() == []
    desk.now = BEGAN + 15
    assert desk.finder.cases(Wanted(late_at=desk.now)) != []
    assert desk.look() == ["case.overdue"]
    assert desk.look() == []
    desk.now = BEGAN + 25
    assert desk.look() == ["case.follow_up_due"]
    assert desk.finder.case(case.id).case.version == 1, "who edits meanwhile is not disturbed"
    desk.cases.edit(case.id, 1, "eva", follow_up_at=BEGAN + 40)
    desk.now = BEGAN + 50
    assert desk.look() == ["case.follow_up_due"]
    other, _ = desk.cases.open("bank", "eva", due_at=desk.now + 1)
    desk.cases.move(other.id, CaseState.CLOSED, "eva")
    desk.now += 10
    assert desk.look() == [], "what is closed is not late"


def test_notes_belong_to_case_contact_and_customer(desk: Desk) -> None:
    contact(desk, "c1", NUMBER)
    case, _ = desk.cases.open("bank", "eva", number=NUMBER, contact="c1")
    written, told = desk.notes.on_case(case.id, "Called, no answer", "eva", contact="c1")
    assert told[0].data == {"note": written.id}, "its text is nobody else's business"
    desk.now += 1
    desk.notes.on_contact("c1", "Angry", "jan")
    found = desk.finder.case(case.id)
    assert [(each.text, each.by) for each in found.notes] == [("Called, no answer", "eva")]
    assert found.contacts == ("c1",)
    texts = ["Called, no answer", "Angry"]
    assert [each.text for each in desk.finder.notes(contact="c1")] == texts
    assert [each.text for each in desk.finder.notes(customer=case.customer)] == texts
    assert desk.finder.notes(contact="c1", clients={"shop"}) == []
    with pytest.raises(ContactNotFound):
        desk.notes.on_contact("c2", "Nobody", "jan")


def test_what_the_ledger_was_not_told_is_kept_for_it(desk: Desk) -> None:
    case, told = desk.cases.open("bank", "eva")
    desk.cases.link(case.id, "c9", "eva")
    assert desk.cases.link(case.id, "c9", "eva")[1] == []
    mark_told(desk.database, [told[0].id])
    assert untold(desk.database, BEGAN) == [], "it may be about to be told"
    (left,) = untold(desk.database, BEGAN + 1)
    assert (left.type, left.contact) == ("case.linked", "c9")


def test_a_failure_in_the_middle_leaves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    case, _ = desk.cases.open("bank", "eva")
    monkeypatch.setattr("records.cases.cases.told", lambda row, values: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        desk.cases.edit(case.id, 1, "eva", owner="eva")
    assert desk.finder.case(case.id).case == case
    with desk.database.write() as connection:
        connection.execute(update(tables.case).values(owner="x"))
    assert desk.finder.case(case.id).case.owner == "x"


def test_no_card_number_is_kept_wherever_people_write_one(desk: Desk) -> None:
    card = "4111 1111 1111 1111"
    case, _ = desk.cases.open("bank", "eva", title=f"pays by {card}", number=NUMBER)
    desk.cases.edit(case.id, 1, "eva", follow_up_note=card)
    note, _ = desk.notes.on_case(case.id, f"the card is {card}", "eva")
    customer, _ = desk.customers.add("bank", "eva", notes=card, name="Ana")
    found = desk.finder.case(case.id).case
    for text in (found.title, found.follow_up_note, note.text, customer.notes):
        assert text is not None
        assert text.endswith("1111")
        assert "4111 1111" not in text
