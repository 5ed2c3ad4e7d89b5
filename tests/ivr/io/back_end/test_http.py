"""A client company's system over real HTTP: signed, bounded in time, asked again only where safe, and not believed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from ivr.answers import LONGEST_ANSWER, Answer, NoAnswer
from ivr.breaker import BreakerSettings, BreakerState
from ivr.io.back_end.http import HttpBackEnd
from ivr.io.back_end.question import Question
from ivr.io.back_end.signature import signature
from tests.kit.back_end_asking import always, charge, question, reached, says
from tests.kit.back_end_floor import CLIENT, KEY, NOW, VISA, Clock, Server, http

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.kit.back_end_floor import Fault, Handler

ANSWER = {"result": "ok", "facts": {"last4": "1111"}, "customer": "c-1"}


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server.example(Clock())
    await made.start()
    yield made
    await made.stop()


async def test_a_question_is_understood_by_a_server_that_knows_the_page_only(server: Server) -> None:
    async with reached(server.url) as system:
        assert await system.ask(question(), within=2) == Answer("ok", {}, "c-1")
        assert await system.ask(question("identity.verify", "c1:2"), within=2) == Answer("ok", customer="c-1")
        assert (await balance(system)).facts == {"balance": "125040 EUR", "due": "31050 EUR"}
        assert await system.ask(question("customer.find"), within=2) == Answer(
            "found", {"segment": "standard", "due": "31050 EUR"}
        )


async def balance(system: HttpBackEnd) -> Answer:
    found = await system.ask(question("account.balance"), within=2)
    assert isinstance(found, Answer)
    return found


async def test_the_base_url_may_have_a_path_which_is_signed_too() -> None:
    async def verify(request: web.Request) -> web.StreamResponse:
        told = {name: request.headers[f"Centralita-{name.title()}"] for name in ("time", "nonce")}
        idempotency, body = request.headers["Idempotency-Key"], await request.read()
        expected = signature(KEY, path="/ivr/v1/card/activate", idempotency=idempotency, body=body, **told)
        assert request.headers["Centralita-Signature"] == expected
        return web.json_response(ANSWER)

    app = web.Application()
    app.add_routes([web.post("/ivr/v1/card/activate", verify)])
    server = Server(app)
    await server.start()
    async with reached(server.url + "/ivr/") as system:
        assert await system.ask(question(), within=2) == Answer("ok", {"last4": "1111"}, "c-1")
    await server.stop()


async def test_a_question_that_comes_twice_is_carried_out_once(server: Server) -> None:
    async with reached(server.url) as system:
        first = await system.ask(charge(), within=2)
        again = await system.ask(charge(), within=2)
        assert isinstance(first, Answer)
        assert first == again
        assert first.token is not None
        assert server.company.charges == [("c1:1", 1250)]


async def test_another_question_under_the_same_key_is_refused(server: Server) -> None:
    async with reached(server.url) as system:
        await system.ask(charge(), within=2)
        other = Question("payment.charge", "c1:1", CLIENT, "c1", fields={**charge().fields, "amount": "9999"})
        assert await system.ask(other, within=2) == NoAnswer(reached=True)
        assert server.company.charges == [("c1:1", 1250)]


@pytest.mark.parametrize(
    ("changes", "wall"),
    [({"key": bytes(32)}, NOW), ({}, NOW - 3600)],
    ids=["another key", "a clock that is an hour slow"],
)
async def test_what_is_set_up_wrongly_is_told_as_such(
    server: Server, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], wall: float
) -> None:
    system = HttpBackEnd(CLIENT, http(server.url, **changes), None, Clock(wall))
    assert await system.ask(question(), within=2) == NoAnswer(reached=True, refused=True)
    await system.close()
    told = capsys.readouterr().out
    assert "back_end_refuses_us" in told
    assert "status=401" in told
    assert system.breaker.state is BreakerState.CLOSED


async def test_a_request_that_is_heard_by_another_cannot_be_sent_again(server: Server) -> None:
    heard: list[tuple[dict[str, str], bytes]] = []

    async def listen(request: web.Request, handler: Handler) -> web.StreamResponse:
        heard.append((dict(request.headers), await request.read()))
        return await handler(request)

    server.fault = listen
    async with reached(server.url) as system:
        await system.ask(question("account.balance"), within=2)
    headers, body = heard[0]
    status, _ = await _post(server, "/v1/account/balance", headers, body)
    assert status == 401
    forged = headers | {"Centralita-Nonce": "0" * 32}
    assert (await _post(server, "/v1/account/balance", forged, body))[0] == 401
    assert (await _post(server, "/v1/account/movements", headers, body))[0] == 401


async def _post(server: Server, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    writer.write("\r\n".join([*lines, "Connection: close", "", ""]).encode() + body)
    status = int((await reader.readline()).split()[1])
    rest = await reader.read()
    writer.close()
    return status, rest


UNSOUND: dict[str, Fault] = {
    "garbage": says("<html>maintenance</html>", content_type="text/html"),
    "html as json": says("<html>"),
    "no object": says([]),
    "a number for a word": says({"result": 1}),
    "a fact that is a number": says({"result": "ok", "facts": {"last4": 1111}}),
    "a word nobody knows": says({"result": "melted"}),
    "a word of another action": says({"result": "approved"}),
    "a fact of another action": says({"result": "ok", "facts": {"balance": "1 EUR"}}),
    "a fact in another form": says({"result": "ok", "facts": {"last4": "11111"}}),
    "a key more": says({"result": "ok", "note": "hello"}),
    "a card number": says({"result": "ok", "customer": VISA}),
    "a card number as a key": says({"result": "ok", "facts": {VISA: "1111"}}),
    "a card number in an escape": says('{"result": "ok", "customer": "\\u0034111111111111111"}'),
    "huge": says('{"result": "ok", "customer": "' + "x" * LONGEST_ANSWER * 4 + '"}'),
    "deep": says("[" * 10_000),
    "not UTF-8": says(b'{"result": "ok\xff"}'),
    "compressed": says(b"\x1f\x8b\x08\x00", headers={"Content-Encoding": "gzip"}),
    "nothing": says(b""),
}


@pytest.mark.parametrize("fault", UNSOUND.values(), ids=UNSOUND.keys())
async def test_an_answer_with_anything_in_it_that_should_not_be_is_none(
    server: Server, fault: Fault, capsys: pytest.CaptureFixture[str]
) -> None:
    server.fault = fault
    async with reached(server.url) as system:
        assert await system.ask(question(), within=2) == NoAnswer(reached=True)
    told = capsys.readouterr().out
    assert "back_end_answer_refused" in told
    assert VISA not in told
    assert "hello" not in told
    assert len(server.requests) == 1, "what changes something is not asked again"


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_server_that_fails_may_have_acted(server: Server, status: int) -> None:
    server.fault = says(ANSWER, status=status)
    async with reached(server.url) as system:
        assert await system.ask(question(), within=2) == NoAnswer(reached=True)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_nobody_is_sent_elsewhere(server: Server, status: int) -> None:
    server.fault = says("", status=status, headers={"Location": f"http://127.0.0.1:{server.port}/other"})
    async with reached(server.url) as system:
        assert await system.ask(question(), within=2) == NoAnswer(reached=True)
    assert server.requests == ["/v1/card/activate"]


async def test_a_look_up_is_asked_again(server: Server) -> None:
    async def twice(request: web.Request, handler: Handler) -> web.StreamResponse:
        return web.Response(status=500) if len(server.requests) < 3 else await handler(request)

    server.fault = twice
    async with reached(server.url) as system:
        assert (await balance(system)).result == "ok"
    assert len(server.requests) == 3


async def test_a_server_that_hangs_is_left_in_time(server: Server) -> None:
    let_go = asyncio.Event()

    async def hang(request: web.Request) -> web.StreamResponse:
        await let_go.wait()
        return web.Response()

    server.fault = always(hang)
    loop = asyncio.get_running_loop()
    async with reached(server.url) as system:
        began = loop.time()
        assert await system.ask(question(), within=0.2) == NoAnswer(reached=True)
        assert await system.ask(question("account.balance"), within=0.2) == NoAnswer(reached=True)
        assert loop.time() - began < 1
    let_go.set()


async def test_a_server_that_drips_is_left_in_time(server: Server) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.02)

    server.fault = always(drip)
    async with reached(server.url) as system:
        assert await system.ask(question(), within=0.3) == NoAnswer(reached=True)


class Line:
    """A TCP port that does what a test says with each connection."""

    def __init__(
        self, serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
    ) -> None:
        self.connections = 0
        self._serve = serve
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> str:
        self._server = await asyncio.start_server(self._one, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aexit__(self, *error: object) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self._serve(reader, writer)
        finally:
            writer.transport.abort()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
BROKEN = {
    "before a word": b"",
    "in the head": HEAD[:20],
    "in the body": HEAD + b'{"result": "ok"',
    "no HTTP at all": b"220 mail.example ESMTP\r\n",
    "a head without end": b"HTTP/1.1 200 OK\r\n" + b"X-Junk: " + b"x" * 100_000 + b"\r\n",
    "a length that lies": b"HTTP/1.1 200 OK\r\nContent-Length: minus\r\n\r\n",
}


@pytest.mark.parametrize("words", BROKEN.values(), ids=BROKEN.keys())
async def test_a_connection_that_breaks_after_the_question_may_have_carried_it(words: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(words)
        await writer.drain()

    line = Line(serve)
    async with line as url, reached(url) as system:
        assert await system.ask(question(), within=2) == NoAnswer(reached=True)
        assert line.connections == 1


async def test_nobody_there_was_never_asked_and_is_tried_again(server: Server) -> None:
    await server.stop()
    async with reached(server.url) as system:
        task = asyncio.get_running_loop().create_task(system.ask(charge(), within=3))
        await asyncio.sleep(0.05)
        await server.start()
        found = await task
        assert isinstance(found, Answer)
        assert found.result == "approved"
    assert len(server.company.charges) == 1


async def test_nobody_there_at_all_was_never_asked(server: Server) -> None:
    await server.stop()
    async with reached(server.url) as system:
        assert await system.ask(charge(), within=2) == NoAnswer(reached=False)


async def test_the_breaker_spares_a_server_that_fails_and_finds_it_again(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.fault = says("", status=500)
    async with reached(server.url, breaker=BreakerSettings(failures=2, pause=0.05)) as system:
        for _ in range(5):
            await system.ask(question(), within=2)
        assert len(server.requests) == 2
        assert await system.ask(charge(), within=2) == NoAnswer(reached=False)
        server.fault = None
        await asyncio.sleep(0.06)
        assert (await balance(system)).result == "ok"
        assert system.breaker.state is BreakerState.CLOSED
    told = capsys.readouterr().out
    assert told.count("back_end_left_alone") == 1
    assert told.count("back_end_answers_again") == 1


async def test_a_question_that_is_broken_off_is_no_failure_of_the_server(server: Server) -> None:
    came = asyncio.Event()

    async def hang(request: web.Request) -> web.StreamResponse:
        came.set()
        await asyncio.Event().wait()
        return web.Response()

    server.fault = always(hang)
    async with reached(server.url, breaker=BreakerSettings(failures=1)) as system:
        task = asyncio.get_running_loop().create_task(system.ask(question(), within=30))
        await came.wait()
        task.cancel()
        await asyncio.wait([task])
        assert system.breaker.state is BreakerState.CLOSED


async def test_closing_waits_for_what_is_under_way(server: Server) -> None:
    system = HttpBackEnd(CLIENT, http(server.url), None, Clock())
    task = asyncio.get_running_loop().create_task(system.ask(question(), within=2))
    await asyncio.sleep(0)
    await system.close()
    assert task.done()
    assert isinstance(task.result(), Answer)
    assert await system.ask(question(), within=2) == NoAnswer(reached=False)


class _Noted:
    """Traces that note what they are told."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, str]] = []
        self.ended: list[bool] = []
        self.headers = {"traceparent": "00-abc-def-01"}

    def begin(self, contact: str, action: str) -> _Noted:
        self.begun.append((contact, action))
        return self

    def end(self, *, answered: bool) -> None:
        self.ended.append(answered)


async def test_a_request_of_a_traced_contact_tells_its_trace(server: Server) -> None:
    heard: list[str] = []

    async def listen(request: web.Request, handler: Handler) -> web.StreamResponse:
        heard.append(request.headers.get("traceparent", ""))
        return await handler(request)

    server.fault = listen
    noted = _Noted()
    system = HttpBackEnd(CLIENT, http(server.url), None, Clock(), noted)
    assert isinstance(await system.ask(question(), within=2), Answer)
    await system.close()
    assert heard == ["00-abc-def-01"]
    assert noted.begun == [(question().contact, question().action)]
    assert noted.ended == [True]
