"""Webhooks over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.console.interface import AUTH
from tests.kit.fed_events import fed
from tests.kit.webhook_receiver import Receiver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.console.interface import Api

HOOKS = "/api/v1/webhooks"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as made:
        yield made


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
