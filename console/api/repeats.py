"""Requests that are sent twice, because the first answer was lost, and must be done once: `Idempotency-Key`.

Answers are remembered while the node runs, for a day at most; refusals are not, so that a request can be mended.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from console.problem import Refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

HEADER = "Idempotency-Key"
REPEATED = "Idempotency-Replayed"
FORM = r"^[\x21-\x7e]{1,128}$"
LASTS = 86400.0
"""Seconds for which an answer is remembered."""
MOST = 10_000
"""Answers that are remembered; the oldest are forgotten first."""

_Name = tuple[str, str, str]
"""Who asks, what for, under which key."""


@dataclass(frozen=True, slots=True)
class _Once:
    """One request: what was asked, and the answer once it is there."""

    body: str
    answer: asyncio.Future[tuple[int, bytes]]
    at: float


class Repeats:
    """What was answered under which key."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with none."""
        self._clock = clock
        self._kept: OrderedDict[_Name, _Once] = OrderedDict()

    async def once(
        self, request: web.Request, who: str, what: str, answer: Callable[[], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """The answer to a request, which was given already if its key was here. Raises Refusal."""
        key = request.headers.get(HEADER)
        if key is None:
            return await answer()
        if re.match(FORM, key) is None:
            raise Refusal(400, "invalid_key", f"{HEADER}: 1 to 128 visible characters of ASCII")
        self._forget()
        asked = hashlib.sha256(await request.read()).hexdigest()
        name = (who, f"{what} {request.path}", key)
        kept = self._kept.get(name)
        if kept is not None:
            return await self._again(kept, asked)
        first = asyncio.get_running_loop().create_future()
        self._kept[name] = _Once(asked, first, self._clock())
        try:
            made = await answer()
        except BaseException:
            del self._kept[name]
            first.cancel()
            raise
        body = made.body if isinstance(made, web.Response) and isinstance(made.body, bytes) else b""
        first.set_result((made.status, body))
        return made

    async def _again(self, kept: _Once, asked: str) -> web.Response:
        if kept.body != asked:
            raise Refusal(422, "key_of_another", f"{HEADER}: was sent with another body before")
        if not kept.answer.done():
            raise Refusal(409, "in_progress", "the first of these requests is not answered yet")
        status, body = kept.answer.result()
        return web.Response(
            status=status, body=body, content_type="application/json", headers={REPEATED: "true"}
        )

    def _forget(self) -> None:
        oldest = self._clock() - LASTS
        while self._kept:
            name, first = next(iter(self._kept.items()))
            if len(self._kept) < MOST and first.at > oldest:
                return
            del self._kept[name]


REPEATS = web.AppKey("repeats", Repeats)
