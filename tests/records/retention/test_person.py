"""One person: found however the number is written, and kept where a hold says so, contacts or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from records.errors import PersonNotFound, UnderLegalHold
from records.feed import Feed
from records.retention.rules import Rules
from records.views.tables import contact
from tests.records.calls import event
from tests.records.retention.conftest import MASTER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from records.retention.holds import Kind
    from records.retention.person import Person
    from tests.records.retention.conftest import House

NUMBER = "+34600112233"


@pytest.mark.parametrize(("kind", "subject", "whose"), [("client", "sol", None), ("customer", NUMBER, "sol")])
async def test_what_a_held_company_keeps_of_a_person_without_contacts_is_not_erased(
    house: House, kind: Kind, subject: str, whose: str | None
) -> None:
    asked: list[tuple[str | None, bool]] = []

    async def erase(who: Person, client: str | None, dry_run: bool) -> int:  # noqa: FBT001 - see Elsewhere
        asked.append((client, dry_run))
        return int(client in (None, "sol"))

    house.rules["norte"] = Rules()
    keeping = house.keeper(elsewhere={"customers": erase})
    await keeping.hold(kind, subject, reason="court", by="eva", client=whose)
    for client in ("sol", None):
        with pytest.raises(UnderLegalHold):
            await keeping.erase(NUMBER, by="eva", client=client)
    assert all(dry_run for _, dry_run in asked)
    with pytest.raises(PersonNotFound):
        await keeping.erase(NUMBER, by="eva", client="norte")


@pytest.mark.parametrize("kind", ["contact", "customer", "client"])
async def test_another_number_that_a_held_caller_left_for_a_callback_is_not_erased(
    house: House, kind: Kind
) -> None:
    other = "+34600999888"
    await house.call("a", NUMBER)
    callback = {"id": "cb-1", "number": other, "wish": {"client": "sol", "contact": "a"}, "contact": ""}

    async def erase(who: Person, client: str | None, dry_run: bool) -> int:  # noqa: FBT001 - see Elsewhere
        assert dry_run or not lasts
        return int(other in who.spellings)

    async def kept(who: Person, client: str | None) -> Sequence[Mapping[str, object]]:
        return [callback] if other in who.spellings else []

    keeping = house.keeper({"callbacks": erase}, {"callbacks": kept})
    subject = {"contact": "a", "customer": NUMBER, "client": "sol"}[kind]
    lasts = True
    hold = await keeping.hold(kind, subject, reason="court", by="eva")
    with pytest.raises(UnderLegalHold, match=hold.id):
        await keeping.erase(other, by="eva")
    await keeping.release(hold.id, by="eva")
    lasts = False
    assert (await keeping.erase(other, by="eva")).elsewhere == {"callbacks": 1}


@pytest.mark.parametrize("written", ["+34-600-112-233", "+34 (600) 11.22.33", "600 112 233", "0600112233"])
async def test_a_number_is_found_with_separators_and_in_events_of_no_contact(
    house: House, written: str
) -> None:
    await house.call("a", written)
    house.ledger.append(event(1, "", None, "do_not_call.added", number=written, by="eva"))
    assert (await house.keeping.erase(NUMBER, by="ana")).contacts == 1
    with house.database.read() as connection:
        assert connection.execute(select(contact.c.ani)).scalars().all() == [None]
    read = Feed(house.database, MASTER).page(0).events
    (told,) = [each.data for each in read if each.type == "do_not_call.added"]
    assert "number" not in told
