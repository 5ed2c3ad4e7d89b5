"""A webhook is told what whoever answers for it may see at the moment of each request, and nothing after that."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from console.webhooks.desk import Wanted
from console.webhooks.owner import OwnerMayNot
from records.people.principal import NODE
from tests.kit.webhook_house import add

if TYPE_CHECKING:
    from records.people.principal import Principal
    from tests.kit.webhook_house import House
    from tests.kit.webhook_receiver import Receiver


async def test_what_the_owner_may_not_see_any_more_is_not_told(house: House, receiver: Receiver) -> None:
    which = await add(house, receiver, personal=True)
    house.owner = replace(NODE, clients=frozenset({"acme"}), permissions=NODE.permissions - {"contacts:read"})
    data = {"ani": "+34600111222", "trunk": "carrier"}
    house.happen(4, client="other")
    house.happen(5, kind="contact.opened", data=data)
    house.happen(6, client=None, contact=None, kind="agent.state", agent="ana")
    house.happen(7)
    await receiver.until(events=2)
    assert receiver.cursors == [5, 7]
    assert "600111222" not in str(receiver.got)
    assert house.desk.find(which).standing.paused is None


async def test_what_was_taken_already_is_looked_through_before_each_request(
    house: House, receiver: Receiver
) -> None:
    which = await add(house, receiver)
    receiver.answers = [503]
    house.happen(4, client="other")
    house.happen(5)
    await receiver.until(asked=1)
    house.owner = replace(NODE, clients=frozenset({"acme"}))
    before = len(receiver.cursors)
    await house.later(which, 3600.0)
    await receiver.until(asked=2)
    assert 4 not in receiver.cursors[before:]


@pytest.mark.parametrize(
    "owner",
    [
        None,
        replace(NODE, permissions=NODE.permissions - {"events:read"}),
        replace(NODE, permissions=NODE.permissions - {"webhooks:write"}),
        replace(NODE, clients=frozenset({"other"})),
    ],
)
async def test_a_webhook_stops_with_the_rights_of_who_answers_for_it(
    house: House, receiver: Receiver, owner: Principal | None
) -> None:
    which = await add(house, receiver, clients=("acme",))
    house.owner = owner
    house.happen(4)
    for _ in range(500):
        if len(house.told) == 3:
            break
        await asyncio.sleep(0.01)
    assert "who changes it answers for it" in (house.desk.find(which).standing.paused or "")
    assert receiver.got == []
    assert [kind for kind, _ in house.told] == ["webhook.added", "webhook.paused", "audit.act"]
    assert house.told[-1][1]["on"] == {"webhook": which}
    for act in (house.desk.resume(which, "leo"), house.desk.replay(which)):
        with pytest.raises(OwnerMayNot):
            await act
    house.owner = NODE
    changed = await house.desk.change(which, Wanted(receiver.url, clients=("acme",)), "leo")
    assert changed.made_by == "leo"
    await house.desk.resume(which, "leo")
    await receiver.until(events=1)
    assert receiver.cursors == [4]
