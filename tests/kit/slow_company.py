"""The example of a client company's system on a thread of its own, slow where a test wants it so."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Self

from examples.back_end.server import CARDS, COMPANY
from tests.kit.back_end_floor import KEY, Server
from tests.kit.server import wait_until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from pathlib import Path

    from aiohttp import web


class SlowCompany:
    """`delays`: amount of a charge -> seconds that it lies unread; `cards` have money."""

    def __init__(self, delays: Mapping[str, float], cards: Iterable[str]) -> None:
        """Not yet to be reached."""
        self._delays = delays
        self._server = Server.example(time.time)
        self._server.fault = self._wait
        self._server.company.cards |= {each: dict(CARDS["5555555555554444"]) for each in cards}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="company", daemon=True)
        self._come: list[str] = []

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._server.start(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._server.stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def url(self) -> str:
        """Where it is reached."""
        return self._server.url

    def charged(self, amount: str) -> int:
        """How often so much was charged."""
        return sum(each == int(amount) for _, each in self._server.app[COMPANY].charges)

    def wait_for_charge(self, amount: str) -> None:
        """Until the question has come, whether it is answered or not."""
        wait_until(lambda: amount in self._come, f"a charge of {amount}", within=40)

    def times_asked(self, amount: str) -> int:
        """How often the charge itself was asked for."""
        return self._come.count(amount)

    async def _wait(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.path.endswith("/charge"):
            amount = str((await request.json())["fields"]["amount"])
            self._come.append(amount)
            await asyncio.sleep(self._delays.get(amount, 0))
        return await handler(request)


def write_key(folder: Path) -> Path:
    """The key that both sides sign with."""
    file = folder / "company.key"
    file.touch(mode=0o600)
    file.write_text(KEY.hex())
    return file
