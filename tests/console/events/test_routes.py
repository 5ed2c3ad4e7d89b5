"""Events over HTTP: pages, WebSocket, server-sent events, tickets."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import WSMsgType, WSServerHandshakeError

from base.secret import Secret
from records.people.principal import NODE
from records.people.roles import Role
from tests.console.interface import AUTH, KEY
from tests.kit.doorstep import PASSWORD
from tests.kit.fed_events import fed

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import ClientWebSocketResponse

    from tests.console.interface import Api

EVENTS = "/api/v1/events"
SOON = 5.0


async def messages(socket: ClientWebSocketResponse, count: int) -> list[dict[str, Any]]:
    return [json.loads(await socket.receive_str(timeout=SOON)) for _ in range(count)]


async def test_events_are_read_page_by_page(api: Api) -> None:
    status, first = await api.ask("GET", f"{EVENTS}?after=0&limit=2")
    assert status == 200
    assert [each["cursor"] for each in first["items"]] == ["1", "2"]
    _, second = await api.ask("GET", f"{EVENTS}?after={first['next']}")
    assert [each["cursor"] for each in second["items"]] == ["3", "4", "5"]
    _, third = await api.ask("GET", f"{EVENTS}?after={second['next']}")
    assert third == {"items": [], "next": "5"}


async def test_one_request_looks_through_so_much_and_says_where_to_go_on(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.events.routes.MOST_READ", 2)
    api.events.add(*(fed(n) for n in range(6, 30)), fed(30, "leg.ringing"))
    found: list[dict[str, Any]] = []
    after, asked = "0", 0
    while not found:
        _, page = await api.ask("GET", f"{EVENTS}?after={after}&types=leg.*")
        found, after, asked = page["items"], page["next"], asked + 1
    assert ([each["cursor"] for each in found], after, asked) == (["30"], "30", 5)


async def test_without_a_cursor_it_begins_now(api: Api) -> None:
    assert await api.ask("GET", EVENTS) == (200, {"items": [], "next": "5"})


async def test_only_what_is_asked_for_is_answered(api: Api) -> None:
    api.events.add(fed(6, "leg.ringing"), fed(7, client="other"), fed(8, queue=None, data={}))
    _, found = await api.ask("GET", f"{EVENTS}?after=0&types=leg.*&types=contact.*")
    assert [each["cursor"] for each in found["items"]] == ["6"]
    assert found["next"] == "8"
    _, found = await api.ask("GET", f"{EVENTS}?after=5&client=other")
    assert [each["cursor"] for each in found["items"]] == ["7"]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("after=99", 422, "cursor_unknown"),
        ("after=x", 422, "invalid_query"),
        ("after=-1", 422, "invalid_query"),
        ("types=no.type", 422, "unknown_type"),
        ("limit=0", 422, "invalid_query"),
        ("unknown=1", 422, "invalid_query"),
    ],
)
async def test_what_cannot_be_asked_is_refused(api: Api, query: str, status: int, code: str) -> None:
    assert await api.problem("GET", f"{EVENTS}?{query}") == (status, code)


async def test_a_cursor_that_is_too_old_is_told_so(api: Api) -> None:
    api.events.oldest = 4
    assert await api.problem("GET", f"{EVENTS}?after=2") == (410, "cursor_gone")


async def test_a_socket_replays_and_goes_on(api: Api) -> None:
    async with api.client.ws_connect(f"{EVENTS}?after=3", headers=AUTH) as socket:
        assert [each["cursor"] for each in await messages(socket, 2)] == ["4", "5"]
        api.events.add(fed(6), fed(7))
        api.hub.ring()
        assert [each["cursor"] for each in await messages(socket, 2)] == ["6", "7"]
    await gone(api)


async def gone(api: Api) -> None:
    """Until nobody follows any more."""
    for _ in range(1_000):
        if not api.hub.count:
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"{api.hub.count} follow still")


async def test_a_socket_needs_a_key_or_a_ticket(api: Api) -> None:
    for query, headers in (("", {}), ("?ticket=none", {}), ("", {"Authorization": "Bearer wrong"})):
        with pytest.raises(WSServerHandshakeError) as told:
            await api.client.ws_connect(f"{EVENTS}{query}", headers=headers)
        assert told.value.status == 401


async def test_a_ticket_opens_one_stream_once(api: Api) -> None:
    status, made = await api.ask("POST", f"{EVENTS}/tickets")
    assert (status, made["expires_in"]) == (201, 30.0)
    assert KEY not in json.dumps(made)
    async with api.client.ws_connect(f"{EVENTS}?after=4&ticket={made['ticket']}") as socket:
        assert [each["cursor"] for each in await messages(socket, 1)] == ["5"]
    with pytest.raises(WSServerHandshakeError):
        await api.client.ws_connect(f"{EVENTS}?ticket={made['ticket']}")


async def test_a_ticket_grows_old(api: Api) -> None:
    from datetime import timedelta

    _, made = await api.ask("POST", f"{EVENTS}/tickets")
    api.moment += timedelta(seconds=30)
    with pytest.raises(WSServerHandshakeError):
        await api.client.ws_connect(f"{EVENTS}?ticket={made['ticket']}")


async def test_a_socket_that_is_too_slow_is_closed_with_where_to_go_on(api: Api) -> None:
    async with api.client.ws_connect(f"{EVENTS}?after=5", headers=AUTH) as socket:
        for _ in range(200):
            if api.hub.count and api.events.reads >= 1:
                break
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.05)
        # More than may wait for one, in one go.
        api.events.limit = 1_000
        api.events.add(*(fed(n) for n in range(6, 80)))
        api.hub.ring()
        found = await socket.receive(timeout=SOON)
        assert found.type is WSMsgType.CLOSE
        assert (found.data, found.extra) == (4008, "resume from cursor 5")
    async with api.client.ws_connect(f"{EVENTS}?after=5", headers=AUTH) as socket:
        assert [each["cursor"] for each in await messages(socket, 74)] == [str(n) for n in range(6, 80)]


async def cut_by(api: Api, token: str, act: Callable[[], object], *, is_socket: bool) -> None:
    """Follow with a token, let something be done, and be let go without anything being asked by the clock."""
    headers, bell = {"Authorization": f"Bearer {token}"}, api.doorstep.door.bell
    others = len(bell)  # webhooks hear it as well
    if is_socket:
        async with api.client.ws_connect(f"{EVENTS}?after=4", headers=headers) as socket:
            await messages(socket, 1)
            await asyncio.to_thread(act)
            found = await socket.receive(timeout=SOON)
            assert (found.type, found.data) == (WSMsgType.CLOSE, 4003)
    else:
        headers["Accept"] = "text/event-stream"
        async with api.client.get(f"{EVENTS}?after=4", headers=headers) as answer:
            await asyncio.wait_for(answer.content.readuntil(b"}}\n\n"), SOON)
            await asyncio.to_thread(act)
            assert b"event: end\ndata: 4003" in await asyncio.wait_for(answer.read(), SOON)
    await gone(api)
    assert len(bell) == others


@pytest.mark.parametrize("is_socket", [True, False])
async def test_a_stream_is_cut_at_once_when_its_owner_changes(
    api: Api, monkeypatch: pytest.MonkeyPatch, *, is_socket: bool
) -> None:
    monkeypatch.setattr("console.events.watch.AGAIN", 3600.0)
    people, door = api.doorstep, api.doorstep.door
    await asyncio.to_thread(people.add, "eva", Role.ADMINISTRATOR)
    await asyncio.to_thread(people.add, "other", Role.ADMINISTRATOR)
    acts: list[Callable[[], object]] = [
        lambda: door.directory.edit("eva", {"role": Role.SUPERVISOR}),
        lambda: door.directory.edit("eva", {"clients": frozenset({"acme"})}),
        lambda: door.sessions.end_all("eva", now=people.now),
        lambda: door.proofs.set_password("eva", people.passwords.hash_now(Secret(PASSWORD)), now=people.now),
        lambda: door.directory.disable("eva", now=people.now),
    ]
    for act in acts:
        await cut_by(api, (await people.enter("eva")).token, act, is_socket=is_socket)
    token, key = await asyncio.to_thread(door.keys.make, NODE, "board", ["events:read"], now=people.now)
    await cut_by(api, token, lambda: door.keys.revoke(key.id, now=people.now), is_socket=is_socket)


async def test_what_changes_for_others_cuts_no_stream(api: Api) -> None:
    people = api.doorstep
    for each in ("eva", "other"):
        await asyncio.to_thread(people.add, each, Role.ADMINISTRATOR)
    headers = {"Authorization": f"Bearer {(await people.enter('eva')).token}"}
    async with api.client.ws_connect(f"{EVENTS}?after=4", headers=headers) as socket:
        await messages(socket, 1)
        await asyncio.to_thread(people.door.directory.disable, "other", now=people.now)
        api.events.add(fed(6))
        api.hub.ring()
        assert [each["cursor"] for each in await messages(socket, 1)] == ["6"]


async def test_a_ticket_opens_nothing_once_its_owner_may_not(api: Api) -> None:
    people = api.doorstep
    await asyncio.to_thread(people.add, "eva", Role.ADMINISTRATOR)
    headers = {"Authorization": f"Bearer {(await people.enter('eva')).token}"}
    async with api.client.post(f"{EVENTS}/tickets", headers=headers) as answer:
        ticket = (await answer.json())["ticket"]
    await asyncio.to_thread(people.door.directory.disable, "eva", now=people.now)
    for path in (f"{EVENTS}?after=0&ticket={ticket}", f"{EVENTS}?ticket={ticket}"):
        async with api.client.get(path) as answer:
            assert answer.status == 401


async def test_what_rings_no_bell_here_is_found_by_asking(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.events.watch.AGAIN", 0.01)
    async with api.client.ws_connect(EVENTS, headers=AUTH) as socket:
        api.is_allowed = False
        found = await socket.receive(timeout=SOON)
        assert (found.type, found.data) == (WSMsgType.CLOSE, 4003)


async def test_a_node_that_stops_says_so_with_the_cursor(api: Api) -> None:
    async with api.client.ws_connect(f"{EVENTS}?after=4", headers=AUTH) as socket:
        await messages(socket, 1)
        await api.hub.close()
        found = await socket.receive(timeout=SOON)
        assert (found.type, found.data, found.extra) == (WSMsgType.CLOSE, 1001, "resume from cursor 5")
    assert await api.problem("GET", EVENTS, headers={"Accept": "text/event-stream"}) == (503, "stopping")


async def test_only_so_many_follow(api: Api) -> None:
    sockets = [await api.client.ws_connect(EVENTS, headers=AUTH) for _ in range(3)]
    with pytest.raises(WSServerHandshakeError) as told:
        await api.client.ws_connect(EVENTS, headers=AUTH)
    assert told.value.status == 503
    for each in sockets:
        await each.close()
    await gone(api)


async def test_server_sent_events_have_the_cursor_as_their_id(api: Api) -> None:
    headers = {**AUTH, "Accept": "text/event-stream", "Last-Event-ID": "4"}
    async with api.client.get(EVENTS, headers=headers) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        text = await asyncio.wait_for(answer.content.readuntil(b"}}\n\n"), SOON)
        assert text.startswith(b"retry: 2000\n\nid: 5\nevent: queue.joined\ndata: {")
        api.events.add(fed(6))
        api.hub.ring()
        text = await asyncio.wait_for(answer.content.readuntil(b"}}\n\n"), SOON)
        assert json.loads(text.split(b"data: ")[1])["cursor"] == "6"
    await gone(api)


async def test_the_schema_is_served_to_everybody(api: Api) -> None:
    async with api.client.get(f"{EVENTS}/schema") as answer:
        found = await answer.json()
    assert answer.status == 200
    assert found["properties"]["schema"] == {"const": "1"}
    assert {"queue.joined", "leg.ended"} <= {each["properties"]["type"]["const"] for each in found["oneOf"]}
