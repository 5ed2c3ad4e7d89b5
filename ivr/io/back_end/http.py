"""A client company's system reached by HTTP: signed JSON, one path for each action (docs/back-end.md).

Asked again is only what changes nothing, or what never went out. Nothing of a request or an answer is ever logged.
"""

from __future__ import annotations

import asyncio
import os
import random
from typing import TYPE_CHECKING, NamedTuple

import aiohttp
import structlog
from yarl import URL

from ivr.answers import LONGEST_ANSWER, QUERY, Answer, NoAnswer, read_answer
from ivr.breaker import Breaker, BreakerState
from ivr.io.back_end.question import Question
from ivr.io.back_end.request_body import request_body, wipe
from ivr.io.back_end.signature import (
    IDEMPOTENCY_HEADER,
    KEY_HEADER,
    NONCE_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
    key_number,
    signature,
)

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping
    from types import SimpleNamespace

    from ivr.io.back_end.settings import HttpSettings
    from ivr.io.back_end.traced import Traces

log = structlog.get_logger()

SAFE = frozenset({"account.balance", "account.movements", "customer.find", QUERY})
"""Changes nothing, and counts nothing, however often it is asked."""
TRIES = 3
BACK_OFF = 0.2
"""Seconds before the second try, twice as many before the third; each shortened by up to half by chance."""
CONNECTIONS = 64
KEEP_ALIVE = 15.0
"""Seconds that an idle connection is kept: shorter than any server's, so that none closes it under a question."""
_CONFIGURATION = frozenset({401, 403, 404, 405})
"""Statuses that say that our side is set up wrongly: key, clock, address."""


def path_of(action: str) -> str:
    """`/v1/card/activate`."""
    return "/v1/" + action.replace(".", "/")


class _Tried(NamedTuple):
    outcome: Answer | NoAnswer
    is_broken: bool
    """Whether this speaks against the back end."""


class HttpBackEnd:
    """One system of one client company."""

    def __init__(
        self,
        client: str,
        settings: HttpSettings,
        tls: ssl.SSLContext | None,
        wall: Callable[[], float],
        traces: Traces | None = None,
    ) -> None:
        """Connects when it is first asked."""
        self._traces = traces
        self.breaker = Breaker(settings.breaker)
        self._client = client
        self._settings = settings
        self._base = URL(settings.url.rstrip("/"))
        self._tls = tls
        self._wall = wall
        self._key_number = key_number(settings.key)
        self._session: aiohttp.ClientSession | None = None
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed = False

    @property
    def place(self) -> str:
        """Its address."""
        return f"http {self._base}"

    async def ask(self, question: Question, *, within: float) -> Answer | NoAnswer:
        """See Connector. Never raises but CancelledError."""
        body = request_body(question)
        if body is None or self._closed:
            return NoAnswer(reached=False)
        self._under_way += 1
        self._idle.clear()
        try:
            return await self._traced(question, body, within)
        finally:
            wipe(body)
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    async def query(self, question: Question, *, within: float) -> Answer | NoAnswer:
        """See Connector."""
        asked = Question(
            QUERY, question.key, question.client, question.contact, fields={"charge": question.key}
        )
        return await self.ask(asked, within=within)

    async def close(self) -> None:
        """Once nothing is under way, which the timeouts see to."""
        self._closed = True
        await self._idle.wait()
        if self._session is not None:
            await self._session.close()

    async def _traced(self, question: Question, body: bytearray, within: float) -> Answer | NoAnswer:
        traced = self._traces.begin(question.contact, question.action) if self._traces is not None else None
        if traced is None:
            return await self._ask(question, body, within, {})
        outcome: Answer | NoAnswer | None = None
        try:
            outcome = await self._ask(question, body, within, traced.headers)
            return outcome
        finally:
            traced.end(answered=isinstance(outcome, Answer))

    async def _ask(
        self, question: Question, body: bytearray, within: float, more: Mapping[str, str]
    ) -> Answer | NoAnswer:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within
        outcome: Answer | NoAnswer = NoAnswer(reached=False)
        for number in range(TRIES):
            if number:
                pause = BACK_OFF * 2 ** (number - 1) * random.uniform(0.5, 1.0)
                if loop.time() + pause >= deadline:
                    break
                await asyncio.sleep(pause)
            if loop.time() >= deadline or not self.breaker.lets_through(now=loop.time()):
                break
            outcome = await self._try(question, body, deadline, more)
            if isinstance(outcome, Answer) or outcome.refused:
                break
            if outcome.reached and question.action not in SAFE:
                break
        return outcome

    async def _try(
        self, question: Question, body: bytearray, deadline: float, more: Mapping[str, str]
    ) -> Answer | NoAnswer:
        """Once, with the breaker's leave: it is told what came of it."""
        loop = asyncio.get_running_loop()
        before = self.breaker.state
        try:
            tried = await self._send(question, body, deadline, more)
        except BaseException:
            self.breaker.gave_up(now=loop.time())
            raise
        if tried.is_broken:
            self.breaker.failed(now=loop.time())
        else:
            self.breaker.answered(now=loop.time())
        self._tell(before)
        return tried.outcome

    def _tell(self, before: BreakerState) -> None:
        after = self.breaker.state
        if before is BreakerState.CLOSED and after is BreakerState.OPEN:
            self._log("back_end_left_alone")
        elif before is not BreakerState.CLOSED and after is BreakerState.CLOSED:
            self._log("back_end_answers_again")

    async def _send(
        self, question: Question, body: bytearray, deadline: float, more: Mapping[str, str]
    ) -> _Tried:
        left = max(deadline - asyncio.get_running_loop().time(), 0.001)  # 0 would be for ever
        url = self._base.joinpath(path_of(question.action).lstrip("/"))
        request = _Request()
        try:
            async with self._opened().post(
                url,
                data=body,
                headers={**more, **self._headers(url.raw_path, question.key, body)},
                timeout=aiohttp.ClientTimeout(total=left, sock_connect=self._settings.connect_timeout),
                allow_redirects=False,
                trace_request_ctx=request,
            ) as response:
                return await self._read(question.action, response)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            # The name of the error only: its text could quote what was sent or answered.
            self._log("back_end_unreachable", action=question.action, error=type(error).__name__)
            return _Tried(NoAnswer(reached=request.went_out), is_broken=True)

    async def _read(self, action: str, response: aiohttp.ClientResponse) -> _Tried:
        status = response.status
        if status != 200:
            event = "back_end_refuses_us" if status in _CONFIGURATION else "back_end_failed"
            self._log(event, action=action, status=status)
            refused = 400 <= status < 500 and status not in (408, 409, 425, 429)
            return _Tried(NoAnswer(reached=True, refused=refused), is_broken=not 400 <= status < 500)
        answer = None
        plain = response.headers.get("Content-Encoding", "identity") == "identity"
        if plain and response.content_type == "application/json":
            answer = read_answer(action, await _body(response))
        if answer is None:
            self._log("back_end_answer_refused", action=action)
            return _Tried(NoAnswer(reached=True), is_broken=True)
        return _Tried(answer, is_broken=False)

    def _headers(self, path: str, idempotency: str, body: bytearray) -> dict[str, str]:
        time, nonce = str(int(self._wall())), os.urandom(16).hex()
        signed = signature(
            self._settings.key, path=path, time=time, nonce=nonce, idempotency=idempotency, body=body
        )
        return {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "User-Agent": "centralita",
            IDEMPOTENCY_HEADER: idempotency,
            KEY_HEADER: self._key_number,
            TIME_HEADER: time,
            NONCE_HEADER: nonce,
            SIGNATURE_HEADER: signed,
        }

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            tracing = aiohttp.TraceConfig()
            tracing.on_connection_create_end.append(_goes_out)
            tracing.on_connection_reuseconn.append(_goes_out)
            connector = aiohttp.TCPConnector(
                limit=CONNECTIONS, ssl=self._tls or True, keepalive_timeout=KEEP_ALIVE
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trace_configs=[tracing],
                trust_env=False,
            )
        return self._session

    def _log(self, event: str, **data: object) -> None:
        log.warning(event, client=self._client, url=str(self._base), **data)


class _Request:
    """What came of one request as far as the wire."""

    __slots__ = ("went_out",)

    def __init__(self) -> None:
        self.went_out = False


async def _goes_out(session: aiohttp.ClientSession, context: SimpleNamespace, what: object) -> None:
    """There is a connection: from here on nobody knows what of the request arrives."""
    context.trace_request_ctx.went_out = True


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """As much as an answer may have, and one octet more where there is more."""
    body = bytearray()
    async for piece in response.content.iter_chunked(4096):
        body += piece
        if len(body) > LONGEST_ANSWER:
            break
    return bytes(body[: LONGEST_ANSWER + 1])
