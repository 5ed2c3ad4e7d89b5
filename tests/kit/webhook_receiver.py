"""Another system that is told of events: it checks signatures as the specification says, and answers as it is told."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiohttp.test_utils import TestServer

if TYPE_CHECKING:
    from typing import Self

PATIENCE = 10.0


class Receiver:
    """Listens on loopback. `answers` are given one after the other, then 204."""

    def __init__(self) -> None:
        self.secret = ""
        self.answers: list[int] = []
        self.headers: dict[str, str] = {}
        self.got: list[tuple[str, list[dict[str, Any]]]] = []
        """Identifier and events of each request that was answered with 2xx."""
        self.asked: list[str] = []
        """Identifiers of all requests."""
        self._changed = asyncio.Event()
        app = web.Application()
        app.router.add_post("/events", self._receive)
        app.router.add_post("/elsewhere", self._refuse)
        self._server = TestServer(app)

    @property
    def url(self) -> str:
        return str(self._server.make_url("/events"))

    @property
    def cursors(self) -> list[int]:
        """Of all events that arrived."""
        return [int(each["cursor"]) for _, events in self.got for each in events]

    async def until(self, *, asked: int = 0, events: int = 0) -> None:
        """Until so much has come."""
        async with asyncio.timeout(PATIENCE):
            while len(self.asked) < asked or len(self.cursors) < events:
                self._changed.clear()
                await self._changed.wait()

    async def _receive(self, request: web.Request) -> web.Response:
        body = await request.read()
        name, stamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        status = self.answers.pop(0) if self.answers else 204
        if self.secret:
            key = base64.b64decode(self.secret.removeprefix("whsec_"))
            signed = hmac.digest(key, f"{name}.{stamp}.".encode() + body, "sha256")
            expected = "v1," + base64.b64encode(signed).decode()
            if expected not in request.headers["webhook-signature"].split():
                status = 401
        self.asked.append(name)
        if 200 <= status < 300:
            found = json.loads(body)
            assert found["schema"] == "1"
            self.got.append((name, found["events"]))
        self._changed.set()
        return web.Response(status=status, headers={"Location": "/elsewhere", **self.headers})

    async def _refuse(self, request: web.Request) -> web.Response:
        raise AssertionError("redirects are not followed")

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()
