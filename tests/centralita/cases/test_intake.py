"""What callers leave becomes cases, once, whatever happens in between; contacts find their customers by number."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from centralita.cases.intake import Intake
from centralita.journal import Journal
from records.cases.finding import Wanted
from records.cases.history import untold
from records.cases.states import CaseState
from records.database import Database
from records.errors import StoreUnavailable
from records.ledger.ledger import Ledger
from records.reader import Reader
from tests.kit.cases import case_desk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from records.cases.case import Case

NUMBER, DIALLED = "+34600111222", "600111222"


class Centre:
    """A ledger, a desk and the ear."""

    def __init__(self, folder: Path) -> None:
        self.database = Database.of(folder / "ledger.sqlite")
        self.ledger = Ledger(self.database, gather=0.0)
        self.ledger.start()
        self.journal = Journal(self.ledger)
        self.reader = Reader(self.database)
        self.desk, self.teller = case_desk(self.database, self.ledger, self.journal, lambda: 1_795_000_000.0)
        self.intake = Intake(self.desk, self.teller, self.reader, self.ledger.flush)

    def begin(self) -> None:
        self.journal.watch(self.intake.hear)
        self.intake.start()
        self.teller.start()

    def visit(self, contact: str, client: str = "banco", ani: str = DIALLED) -> None:
        self.journal(contact, None, "contact.opened", {"ani": ani, "dnis": "900"})
        self.journal(contact, None, "contact.routed", {"client": client, "language": "es"})
        self.journal(contact, None, "tracking.given", {"number": f"2170000000{contact[-1]}"})

    async def cases(self, **wanted: object) -> list[Case]:
        return await asyncio.to_thread(self.desk.finder.cases, Wanted(**wanted))  # type: ignore[arg-type]

    async def until_cases(self, count: int) -> list[Case]:
        for _ in range(500):
            found = await self.cases()
            if len(found) >= count:
                return found
            await asyncio.sleep(0.01)
        raise AssertionError(f"{len(found)} cases, not {count}")

    async def close(self) -> None:
        await self.intake.close()
        await self.teller.close()
        await asyncio.to_thread(self.ledger.close)
        self.database.close()


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[Centre]:
    made = Centre(tmp_path)
    yield made
    await made.close()


CASE = {"client": "banco", "kind": "address", "reference": "C00017", "sent": "yes", "postcode": "28013"}


async def test_a_case_of_a_menu_becomes_a_row_with_its_customer(centre: Centre) -> None:
    centre.begin()
    centre.visit("c1")
    centre.journal("c1", None, "case.opened", CASE)
    (case,) = await centre.until_cases(1)
    assert (case.kind, case.client, case.reason, case.reference, case.opened_by) == (
        "case",
        "banco",
        "address",
        "C00017",
        "system",
    )
    assert (case.language, case.tracking) == ("es", "21700000001")
    (customer,) = await asyncio.to_thread(centre.desk.customers.find, NUMBER)
    assert case.customer == customer.id
    found = await asyncio.to_thread(centre.desk.finder.case, "C00017")
    assert found.contacts == ("c1",)
    await centre.ledger.flush()
    assert "case.filed" in [each.type for each in centre.reader.contact("c1").events]


async def test_what_a_person_opens_is_not_opened_again(centre: Centre) -> None:
    centre.begin()
    case = await centre.desk.open("banco", "eva", contact="c1", reference="C1")
    await centre.ledger.flush()
    centre.visit("c2")
    centre.journal("c2", None, "case.opened", {**CASE, "reference": "C2"})
    for _ in range(500):
        found = {each.reference: each.id for each in await centre.cases()}
        if "C2" in found:
            break
        await asyncio.sleep(0.01)
    assert (found["C1"], len(await centre.cases())) == (case.id, 2)


async def test_a_message_waits_for_an_owner_and_belongs_to_its_case(centre: Centre) -> None:
    centre.begin()
    for name in ("c1", "c2", "c3"):
        centre.visit(name)
        told = {"mailbox": "changes", "seconds": 6.0, "recording": f"{name}.wav"}
        centre.journal(name, None, "message.recorded", told)
    centre.journal("c2", None, "menu.message", {"step": "m", "result": "again", "recording": "c2.wav"})
    centre.journal("c3", None, "menu.message", {"step": "m", "result": "kept", "recording": "c3.wav"})
    centre.journal("c3", None, "case.opened", {**CASE, "message": "c3.wav"})
    await centre.until_cases(3)
    for _ in range(200):
        if not centre.intake._left:
            break
        await asyncio.sleep(0.01)
    found = {each.kind: each for each in await centre.cases(without_owner=True, states=(CaseState.OPEN,))}
    assert (found["message"].reason, found["case"].reference) == ("changes", "C00017")
    (void,) = await centre.cases(states=(CaseState.CLOSED,))
    assert void.kind == "message"


async def test_contacts_are_linked_to_whom_the_number_belongs(centre: Centre) -> None:
    centre.begin()
    ana, _ = await asyncio.to_thread(centre.desk.customers.add, "banco", "eva", numbers=[NUMBER])
    for name, client, ani in (
        ("c1", "banco", DIALLED),
        ("c2", "tienda", DIALLED),
        ("c3", "banco", "anonymous"),
        ("c4", "banco", NUMBER),
    ):
        centre.visit(name, client, ani)
    for _ in range(500):
        contacts = (await asyncio.to_thread(centre.desk.customers.get, ana.id)).contacts
        if len(contacts) == 2:
            break
        await asyncio.sleep(0.01)
    assert contacts == ("c4", "c1")


async def test_what_was_left_before_a_crash_is_taken_at_the_next_start_and_once(centre: Centre) -> None:
    centre.visit("c1")
    centre.journal("c1", None, "message.recorded", {"mailbox": "changes", "recording": "a.wav"})
    centre.visit("c2")
    centre.journal("c2", None, "case.opened", CASE)
    await centre.ledger.flush()
    centre.begin()
    found = await centre.until_cases(2)
    assert {each.kind for each in found} == {"message", "case"}
    again = Intake(centre.desk, centre.teller, centre.reader, centre.ledger.flush)
    again.start()
    for _ in range(20):
        await asyncio.sleep(0.01)
    await again.close()
    assert len(await centre.cases()) == 2


async def test_what_the_ledger_was_not_told_before_a_crash_it_is_told_after(centre: Centre) -> None:
    case, _ = await asyncio.to_thread(centre.desk.cases.open, "banco", "eva")
    await asyncio.to_thread(centre.ledger.health)
    centre.teller.start()
    for _ in range(500):
        if not await asyncio.to_thread(untold, centre.database, 2e9):
            break
        await asyncio.sleep(0.01)
    (event,) = [each for each in centre.reader.node_events() if each.type == "case.opened"]
    assert event.data["case"] == case.id


async def test_while_the_database_is_away_it_waits(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("centralita.cases.intake._PATIENCE", 0.01)
    fails = iter([True, True])
    link = centre.desk.customers.link

    def away(contacts: object) -> int:
        if next(fails, False):
            raise StoreUnavailable("gone")
        return link(contacts)  # type: ignore[arg-type]

    monkeypatch.setattr(centre.desk.customers, "link", away)
    centre.begin()
    centre.visit("c1")
    centre.journal("c1", None, "case.opened", CASE)
    (case,) = await centre.until_cases(1)
    assert case.reference == "C00017"


async def test_what_cannot_be_taken_is_left_out_and_the_rest_is(centre: Centre) -> None:
    centre.begin()
    centre.visit("c1")
    centre.journal("c1", None, "case.opened", {**CASE, "client": None, "reference": "x\0\ud800"})
    centre.visit("c2")
    centre.journal("c2", None, "case.opened", CASE)
    assert {each.reference for each in await centre.until_cases(2)} == {"x\ufffd?", "C00017"}
