"""Promises, answers to surveys and missing results, as they come out of a ledger's events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from records import NODE, LedgerEvent
from records.cases.promised import counted, promises
from records.cases.surveyed import answers, means
from records.cases.undisposed import undisposed
from records.database import Database
from records.views import tables
from records.views.rebuild import rebuild
from tests.records.calls import BEGAN, event, whole_call

if TYPE_CHECKING:
    from pathlib import Path

    from records import Ledger


@pytest.fixture
def database(path: Path) -> Database:
    return Database.of(path)


def opened(name: str, client: str, at: float, language: str = "es") -> LedgerEvent:
    return event(at, name, None, "contact.opened", client=client, language=language, ani="+34600111222")


def kept(at: float, home: str, reference: str, contact: str, *, is_late: bool) -> LedgerEvent:
    data = {"reference": reference, "contact": contact, "agent": "ana", "late": is_late}
    return LedgerEvent(BEGAN + at, home, None, "callback.kept", data)


async def keep(ledger: Ledger, *events: LedgerEvent) -> None:
    for each in events:
        ledger.append(each)
    await ledger.flush()


async def test_answers_are_linked_to_contact_agent_and_queue(ledger: Ledger, database: Database) -> None:
    asked = {"least": 1, "most": 5, "step": "rating", "question": "content"}
    await keep(
        ledger,
        opened("c1", "bank", 0.0),
        event(1.0, "c1", None, "survey.began", menu="encuesta", queue="support", agent="ana"),
        event(2.0, "c1", None, "survey.answered", answer=5, language="es", **asked),
        event(3.0, "c1", None, "survey.answered", answer=2, language="es", **{**asked, "question": "solved"}),
        opened("c2", "shop", 4.0, "pl"),
        event(5.0, "c2", None, "survey.answered", answer=3, language="pl", **asked),
        opened("c3", "bank", 6.0),
        event(7.0, "c3", None, "survey.began", menu="encuesta", queue="support", agent="jan"),
        event(8.0, "c3", None, "survey.answered", answer=4, language="es", **asked),
    )
    found = answers(database, clients={"bank"})
    assert [(each.contact, each.n, each.queue, each.agent, each.score) for each in found] == [
        ("c3", 1, "support", "jan", 4),
        ("c1", 2, "support", "ana", 2),
        ("c1", 1, "support", "ana", 5),
    ]
    (own,) = answers(database, clients={"shop"})
    assert (own.queue, own.agent, own.language, own.at) == (None, None, "pl", BEGAN + 5.0)
    after = (found[0].at, found[0].contact, found[0].n)
    assert answers(database, clients={"bank"}, after=after) == found[1:]
    assert answers(database, agent="ana", since=BEGAN + 2.5) == [found[1]]
    by_agent = {(each.group, each.question): each for each in means(database, "agent", clients={"bank"})}
    assert by_agent["ana", "content"].mean == 5.0
    whole = next(each for each in means(database, clients={"bank"}) if each.question == "content")
    assert (whole.answers, whole.mean, whole.content, whole.share) == (2, 4.5, 2, 1.0)
    assert next(each for each in means(database) if each.group == "shop").content == 0


async def test_promises_are_counted_as_kept_late_broken_and_overdue(
    ledger: Ledger, database: Database
) -> None:
    told = []
    for number in range(7):
        told += [
            opened(f"c{number}", "bank", float(number)),
            event(
                number + 0.5,
                f"c{number}",
                None,
                "callback.promised",
                reference=f"R{number}",
                client="bank",
                queue="support",
                earliest=BEGAN + 10,
                latest=BEGAN + 100,
            ),
        ]
    told += [
        kept(20.0, "c0", "R0", "k0", is_late=False),
        kept(120.0, "c1", "R1", "k1", is_late=True),
        event(30.0, "c2", None, "callback.failed", reference="R2", why="busy"),
        event(130.0, "c3", None, "callback.expired", reference="R3", tries=2),
        event(40.0, "c4", None, "callback.cancelled", reference="R4", by="eva"),
    ]
    await keep(ledger, *told)
    (count,) = counted(database, BEGAN + 50)
    assert (count.client, count.queue, count.promised) == ("bank", "support", 7)
    assert (count.kept, count.late, count.broken, count.cancelled, count.open) == (2, 1, 2, 1, 2)
    assert count.overdue == 0
    assert counted(database, BEGAN + 200)[0].overdue == 2
    found = {each.reference: each for each in promises(database, BEGAN + 200)}
    assert {name for name, each in found.items() if each.is_broken} == {"R1", "R2", "R3", "R5", "R6"}
    assert (found["R0"].kept_in, found["R0"].agent, found["R0"].result) == ("k0", "ana", "kept")
    assert (found["R5"].result, found["R5"].ended_at) == ("open", None)
    first = promises(database, BEGAN, limit=3)
    rest = promises(database, BEGAN, after=(first[-1].promised_at, first[-1].reference))
    assert [each.reference for each in (*first, *rest)] == [f"R{number}" for number in range(6, -1, -1)]
    assert [each.reference for each in promises(database, BEGAN, result="open")] == ["R6", "R5"]
    assert promises(database, BEGAN, clients={"shop"}) == []


async def test_contacts_without_their_required_result_are_found(ledger: Ledger, database: Database) -> None:
    told = [*whole_call("c1"), *whole_call("c2")]
    told.append(
        event(200.0, "c1", None, "contact.disposition", agent="ana", code="1", name="solved", by="ana")
    )
    await keep(ledger, *told)
    assert [each.contact for each in undisposed(database, {"bank"})] == ["c2"]
    assert undisposed(database, {"shop"}) == []
    assert undisposed(database, frozenset()) == []


async def test_promises_of_people_are_followed_without_a_contact(
    ledger: Ledger, database: Database, path: Path
) -> None:
    wish = {"client": "bank", "queue": "support", "earliest": BEGAN, "latest": BEGAN + 100}

    async def told(at: float, kind: str, reference: str, **more: object) -> None:
        ledger.append(LedgerEvent(BEGAN + at, NODE, None, kind, {"reference": reference, **more}))
        await ledger.flush()

    for reference in ("P1", "P2", "P3"):
        await told(0.0, "callback.promised", reference, **wish)
    await told(10.0, "callback.kept", "P1", contact="k1", agent="ana", late=False)
    await told(20.0, "callback.failed", "P2", why="busy")
    await told(30.0, "callback.reopened", "P2", by="eva", latest=BEGAN + 300)
    await told(40.0, "callback.kept", "P9", contact="k9")
    found = {each.reference: each for each in promises(database, BEGAN + 200)}
    assert {name: (each.result, each.is_broken) for name, each in found.items()} == {
        "P1": ("kept", False),
        "P2": ("open", False),
        "P3": ("open", True),
    }
    assert (found["P1"].contact, found["P1"].kept_in, found["P2"].latest) == (None, "k1", BEGAN + 300)
    ledger.close()
    rebuild(database, "main")
    assert {each.reference: each for each in promises(database, BEGAN + 200)} == found


async def test_a_contact_names_the_case_that_it_was_about(ledger: Ledger, database: Database) -> None:
    await keep(
        ledger,
        opened("c1", "bank", 0.0),
        event(1.0, "c1", None, "case.opened", reference="C00017"),
        opened("c2", "bank", 2.0),
        event(3.0, "c2", None, "case.opened", reference="C00018"),
        event(4.0, "c2", None, "case.filed", case="123456789", reference="C00018"),
        opened("c3", "bank", 5.0),
        event(6.0, "c3", None, "case.linked", case="123456789", by="eva"),
    )
    table = tables.contact
    with database.read() as connection:
        found = connection.execute(select(table.c.id, table.c.case_id).order_by(table.c.id)).all()
    assert [tuple(row) for row in found] == [("c1", "C00017"), ("c2", "123456789"), ("c3", "123456789")]
