"""Webhooks over HTTP."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from records.people.principal import NODE
from records.people.roles import Role
from tests.console.interface import AUTH
from tests.kit.fed_events import fed

if TYPE_CHECKING:
    from tests.console.interface import Api
    from tests.kit.webhook_receiver import Receiver

HOOKS = "/api/v1/webhooks"


async def add(api: Api, receiver: Receiver, **said: object) -> str:
    status, found = await api.ask("POST", HOOKS, json={"url": receiver.url, **said})
    assert status == 201, found
    receiver.secret = found["secret"]
    return str(found["webhook"]["id"])


async def test_a_webhook_is_made_and_its_secret_shown_once(api: Api, receiver: Receiver) -> None:
    which = await add(api, receiver, types=["queue.*"], clients=["acme"], about="the wallboard")
    _, shown = await api.ask("GET", f"{HOOKS}/{which}")
    assert shown["types"] == ["queue.*"]
    assert (shown["cursor"], shown["paused"], shown["dead"], shown["made_by"]) == ("5", None, 0, "node")
    _, listed = await api.ask("GET", HOOKS)
    assert listed == {"items": [shown], "next": None}
    assert receiver.secret not in str(listed)


async def test_what_happens_is_delivered(api: Api, receiver: Receiver) -> None:
    which = await add(api, receiver, after="3")
    api.events.add(fed(6))
    api.hub.ring()
    await receiver.until(events=3)
    assert receiver.cursors == [4, 5, 6]
    _, sent = await api.ask("POST", f"{HOOKS}/{which}/test")
    assert (sent["delivered"], sent["status"], sent["words"]) == (True, 204, "it answered 204")


async def test_it_is_changed_paused_resumed_rotated_and_removed(api: Api, receiver: Receiver) -> None:
    which = await add(api, receiver)
    _, found = await api.ask("PUT", f"{HOOKS}/{which}", json={"url": receiver.url, "batch": 7})
    assert found["batch"] == 7
    _, found = await api.ask("POST", f"{HOOKS}/{which}/pause")
    assert found["paused"] == "somebody paused it: node"
    _, found = await api.ask("POST", f"{HOOKS}/{which}/resume")
    assert found["paused"] is None
    _, found = await api.ask("POST", f"{HOOKS}/{which}/rotate")
    assert found["secret"] != receiver.secret
    assert await api.ask("GET", f"{HOOKS}/{which}/dead") == (200, {"items": [], "next": None})
    assert await api.ask("POST", f"{HOOKS}/{which}/replay", json={}) == (200, {"delivered": 0, "left": 0})
    async with api.client.delete(f"{HOOKS}/{which}", headers=AUTH) as answer:
        assert answer.status == 204
    assert await api.problem("GET", f"{HOOKS}/{which}") == (404, "webhook_unknown")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"url": "https://10.0.0.1/"}, "address_refused"),
        ({"url": "https://example.com/", "types": ["no.type"]}, "unknown_type"),
        ({"url": "https://example.com/", "clients": ["nobody"]}, "webhook_refused"),
        ({"url": "https://example.com/", "clients": []}, "invalid_body"),
        ({"url": "https://example.com/", "batch": 0}, "invalid_body"),
        ({"url": "https://example.com/", "after": "99"}, "cursor_unknown"),
        ({"types": []}, "invalid_body"),
    ],
)
async def test_what_can_be_no_webhook_is_refused(api: Api, body: dict[str, object], code: str) -> None:
    assert await api.problem("POST", HOOKS, json=body) == (422, code)


@pytest.mark.parametrize("act", ["pause", "resume", "rotate", "test"])
async def test_one_that_is_not_there_is_not_found(api: Api, act: str) -> None:
    assert await api.problem("POST", f"{HOOKS}/wh_none/{act}") == (404, "webhook_unknown")


async def test_a_webhook_stops_at_once_when_its_maker_is_disabled(api: Api, receiver: Receiver) -> None:
    people = api.doorstep
    await asyncio.to_thread(people.add, "eva", Role.ADMINISTRATOR)
    headers = {"Authorization": f"Bearer {(await people.enter('eva')).token}"}
    async with api.client.post(HOOKS, json={"url": receiver.url}, headers=headers) as answer:
        which = (await answer.json())["webhook"]["id"]
    await asyncio.to_thread(people.door.directory.disable, "eva", now=people.now)
    for _ in range(300):
        _, shown = await api.ask("GET", f"{HOOKS}/{which}")
        if shown["paused"] is not None:
            break
        await asyncio.sleep(0.01)
    assert shown["paused"].startswith("eva, who answers for it")
    api.events.add(fed(6))
    api.hub.ring()
    assert ("audit.act", "owner_may_not") in [(kind, data.get("code")) for kind, data in api.told]
    assert await api.problem("POST", f"{HOOKS}/{which}/resume") == (409, "owner_may_not")
    status, shown = await api.ask("PUT", f"{HOOKS}/{which}", json={"url": receiver.url})
    assert (status, shown["made_by"]) == (200, "node")
    assert (await api.ask("POST", f"{HOOKS}/{which}/resume"))[0] == 200


async def test_who_may_not_read_events_has_no_webhook(api: Api, receiver: Receiver) -> None:
    people = api.doorstep
    token, key = await asyncio.to_thread(
        people.door.keys.make, NODE, "crm", ["webhooks:write"], now=people.now
    )
    headers = {"Authorization": f"Bearer {token}"}
    async with api.client.post(HOOKS, json={"url": receiver.url}, headers=headers) as answer:
        assert answer.status == 403
    token, key = await asyncio.to_thread(
        people.door.keys.make, NODE, "crm", ["webhooks:write", "events:read"], now=people.now
    )
    headers = {"Authorization": f"Bearer {token}"}
    async with api.client.post(
        HOOKS, json={"url": receiver.url, "personal": True}, headers=headers
    ) as answer:
        assert answer.status == 403
    async with api.client.post(HOOKS, json={"url": receiver.url}, headers=headers) as answer:
        which = (await answer.json())["webhook"]["id"]
    await asyncio.to_thread(people.door.keys.revoke, key.id, now=people.now)
    for _ in range(300):
        _, shown = await api.ask("GET", f"{HOOKS}/{which}")
        if shown["paused"] is not None:
            break
        await asyncio.sleep(0.01)
    assert shown["paused"].startswith(f"key:{key.id}, who answers for it")
