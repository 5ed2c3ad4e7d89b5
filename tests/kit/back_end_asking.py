"""Questions to a client company's system as tests ask them, and servers that always say the same."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from aiohttp import web

from base.secret import Secret
from ivr.io.back_end.http import HttpBackEnd
from ivr.io.back_end.question import Question
from tests.kit.back_end_floor import BIRTH, CLIENT, MASTERCARD, VISA, Clock, http

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.kit.back_end_floor import Fault, Handler


@asynccontextmanager
async def reached(url: str, **changes: Any) -> AsyncIterator[HttpBackEnd]:
    tls = changes.pop("tls", None)
    made = HttpBackEnd(CLIENT, http(url, **changes), tls, Clock())
    try:
        yield made
    finally:
        await made.close()


def question(action: str = "card.activate", key: str = "c1:1", **texts: str) -> Question:
    fields: dict[str, Secret | str] = {"card": Secret(VISA), "birth": Secret(BIRTH), **texts}
    if action in ("account.balance", "customer.find"):
        fields = dict(texts)
    return Question(action, key, CLIENT, "c1", "+34600000001", "A", "c-1", fields)


def charge(key: str = "c1:1") -> Question:
    fields = {"card": Secret(MASTERCARD), "cvv": Secret("737"), "expiry": Secret("1240")}
    return Question(
        "payment.charge", key, CLIENT, "c1", fields=fields | {"amount": "1250", "currency": "EUR"}
    )


def always(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Fault:
    async def fault(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await answer(request)

    return fault


def says(body: object, **options: Any) -> Fault:
    async def answer(request: web.Request) -> web.StreamResponse:
        text = body if isinstance(body, (str, bytes)) else json.dumps(body)
        raw = text.encode() if isinstance(text, str) else text
        return web.Response(body=raw, **({"content_type": "application/json"} | options))

    return always(answer)
