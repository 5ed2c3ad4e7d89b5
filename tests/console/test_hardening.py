"""What attackers of an interface try: bodies that grow, slow readers, frames, smuggled requests."""

from __future__ import annotations

import asyncio
import io
import re
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import FormData, WSServerHandshakeError

from console.access import COOKIE, HEADER
from console.api.route import PUBLIC, ROUTES
from console.limits import MOST_UNDER_WAY, Limits, Rates
from console.problem import Refusal
from records.people.roles import AUDITED_READS, Role
from tests.console.interface import AUTH, KEY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.console.interface import Api

NOTED_OTHERWISE = {"note_act", "log_in", "log_out", "accept_invitation"}
"""They write into the audit log themselves, or are the log."""


async def test_every_act_and_every_audited_read_leaves_an_entry_done_or_refused(api: Api) -> None:
    await asyncio.to_thread(api.doorstep.add, "root", Role.ADMINISTRATOR)
    await asyncio.to_thread(api.doorstep.add, "vic", Role.VIEWER, clients=frozenset({"tienda"}))
    app = api.client.app
    assert app is not None
    tried = 0
    for person in ("root", "vic"):
        token = (await api.doorstep.enter(person)).token
        for route in app[ROUTES]:
            is_read = route.method == "GET" and route.permission not in AUDITED_READS
            if is_read or route.permission == PUBLIC or route.name in NOTED_OTHERWISE:
                continue
            path = re.sub(r"{\w+(:.+?)?}", "zz", route.path)
            headers = {"Authorization": f"Bearer {token}"}
            api.doorstep.events.clear()
            body: Mapping[str, Any] | None = {} if route.method in ("POST", "PUT", "PATCH") else None
            async with api.client.request(route.method, path, headers=headers, json=body) as answer:
                await answer.read()
            if answer.status == 404 and "{" in route.path and not api.doorstep.audited:
                continue  # a part of the path that can only be one of some words: no route was met
            (entry,) = [each for each in api.doorstep.audited if each["by"] == person]
            assert str(entry["act"]).startswith(f"{route.method} /"), route.name
            assert (entry["result"] == "done") is (answer.status < 400), route.name
            assert entry["source"] == "127.0.0.1"
            tried += 1
    assert tried > 80


async def test_an_act_that_works_is_noted_with_whom_it_was_done_to(api: Api) -> None:
    await asyncio.to_thread(api.doorstep.add, "root", Role.ADMINISTRATOR)
    headers = {"Authorization": f"Bearer {(await api.doorstep.enter('root')).token}"}
    acts: list[tuple[str, str, Mapping[str, Any] | None]] = [
        ("POST", "people", {"id": "eva", "name": "Eva", "role": "agent"}),
        ("PATCH", "people/eva", {"role": "supervisor"}),
        ("POST", "people/eva/invitation", {}),
        ("POST", "people/eva/disable", None),
        ("POST", "people/eva/enable", None),
        ("DELETE", "people/eva/sessions", None),
        ("POST", "keys", {"name": "board", "permissions": ["figures:read"]}),
        ("POST", "webhooks", {"url": "https://93.184.216.34/x"}),
        ("PUT", "closures/everything", {"reason": "strike"}),
        ("DELETE", "closures/everything", None),
    ]
    for method, path, body in acts:
        api.doorstep.events.clear()
        async with api.client.request(method, f"/api/v1/{path}", headers=headers, json=body) as answer:
            assert answer.status < 300, (path, await answer.text())
        (entry,) = api.doorstep.audited
        assert (entry["by"], entry["result"]) == ("root", "done"), path
        named = path.split("/")[1:2]
        assert set(named) <= set(dict(entry.get("on", {})).values()), path  # type: ignore[call-overload]


async def test_no_answer_is_shown_in_a_frame_or_taken_for_a_page(api: Api) -> None:
    for path in ("/api/v1/health", "/api/v1/docs", "/api/v1/nothing", "/metrics", "/api/v1/agents"):
        async with api.client.get(path, headers=AUTH) as answer:
            told = answer.headers
        assert told["X-Content-Type-Options"] == "nosniff", path
        assert told["X-Frame-Options"] == "DENY", path
        assert "frame-ancestors 'none'" in told["Content-Security-Policy"], path
        assert "Access-Control-Allow-Origin" not in told, path
        assert told["Server"] == "centralita", path


async def test_no_other_site_s_page_uses_a_session(api: Api) -> None:
    await asyncio.to_thread(api.doorstep.add, "root", Role.ADMINISTRATOR)
    cookie = {"Cookie": f"{COOKIE}={(await api.doorstep.enter('root')).token}"}
    for more in ({}, {"Origin": "https://evil.example", HEADER: "1"}, {"Origin": "null", HEADER: "1"}):
        async with api.client.post("/api/v1/events/tickets", headers={**cookie, **more}) as answer:
            assert answer.status == 403
    with pytest.raises(WSServerHandshakeError) as refused:
        await api.client.ws_connect("/api/v1/events", headers={**cookie, "Origin": "https://evil.example"})
    assert refused.value.status == 401
    async with api.client.post("/api/v1/events/tickets", headers={**cookie, HEADER: "1"}) as answer:
        assert answer.status == 201


async def test_a_body_that_grows_when_it_is_unpacked_is_refused(api: Api) -> None:
    bomb = zlib.compress(b'{"person": "' + b"a" * 50_000_000 + b'"}', 9)
    headers = {"Content-Type": "application/json", "Content-Encoding": "deflate"}
    async with api.client.post("/api/v1/login", data=bomb, headers=headers) as answer:
        assert answer.status in (400, 413)


async def test_parts_of_a_form_that_nobody_asked_for_are_not_read_without_end(api: Api) -> None:
    form = FormData()
    form.add_field("other", io.BytesIO(b"x" * (21 * 1024 * 1024)), filename="x.wav")
    form.add_field("file", io.BytesIO(b"x"), filename="x.wav")
    path = "/api/v1/prompts/welcome/recordings/es"
    async with api.client.put(path, data=form, headers=AUTH) as answer:
        assert answer.status == 413


@pytest.mark.parametrize(
    "lines",
    [
        ["Content-Length: 4", "Transfer-Encoding: chunked"],
        ["Content-Length: 4", "Content-Length: 5"],
        ["Transfer-Encoding: xchunked"],
        ["Content-Length: +4"],
        ["Transfer-Encoding : chunked"],
    ],
)
async def test_no_request_is_smuggled_in_another(api: Api, lines: list[str]) -> None:
    port = api.client.port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = [
        "POST /api/v1/events/tickets HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {KEY}",
        *lines,
        "",
        "",
    ]
    writer.write("\r\n".join(head).encode() + b"0\r\n\r\nGET /api/v1/me HTTP/1.1\r\nHost: x\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(65536), 5.0)
    writer.close()
    assert answer.split()[1] == b"400", answer[:200]
    assert answer.count(b"HTTP/1.") == 1
    assert b"the node's key" not in answer


async def test_one_person_takes_not_all_streams(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.events.hub.MOST_OF_ONE", 2)
    await asyncio.to_thread(api.doorstep.add, "eva", Role.ADMINISTRATOR)
    eva = {"Authorization": f"Bearer {(await api.doorstep.enter('eva')).token}"}
    sockets = [await api.client.ws_connect("/api/v1/events", headers=eva) for _ in range(2)]
    with pytest.raises(WSServerHandshakeError) as refused:
        await api.client.ws_connect("/api/v1/events", headers=eva)
    assert refused.value.status == 503
    sockets.append(await api.client.ws_connect("/api/v1/events", headers=AUTH))
    for each in sockets:
        await each.close()


def test_one_who_leaves_all_requests_open_begins_no_more() -> None:
    limits = Limits(Rates)
    begun = [limits.under_way("eva") for _ in range(MOST_UNDER_WAY)]
    for each in begun:
        each.__enter__()
    with pytest.raises(Refusal), limits.under_way("eva"):
        pass
    with limits.under_way("ana"):
        pass
    for each in begun:
        each.__exit__(None, None, None)
    with limits.under_way("eva"):
        pass
    assert not limits._under_way


async def test_who_takes_nothing_of_a_file_is_let_go_and_keeps_no_export_waiting(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.api.files.PATIENCE", 0.05)
    monkeypatch.setattr(
        "console.figures.exports._write_log", lambda *parts: parts[-1].write(b"x" * 40_000_000)
    )
    writers = []
    for _ in range(3):
        reader, writer = await asyncio.open_connection("127.0.0.1", api.client.port, limit=1024)
        head = f"GET /api/v1/exports/queue_log HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n\r\n"
        writer.write(head.encode())
        assert (await asyncio.wait_for(reader.readline(), 5.0)).startswith(b"HTTP/1.1 200")
        writers.append((reader, writer))
    for reader, writer in writers:
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await asyncio.sleep(0.2)
            await asyncio.wait_for(reader.readexactly(40_000_000), 10.0)
        writer.close()
