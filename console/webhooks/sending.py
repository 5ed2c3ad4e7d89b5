"""One request to a webhook: no redirects, no proxies, certificates checked, short patience, little read."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

import aiohttp

from base.errors import CentralitaError
from console.webhooks.addresses import CarefulResolver, ClearResolver, check_url
from console.webhooks.signature import headers

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from base.secret import Secret
    from console.webhooks.addresses import Network

TIMEOUT = aiohttp.ClientTimeout(total=15.0, sock_connect=5.0)
CONNECTIONS = 64
_LONGEST_ANSWER = 4_096
_LATER = frozenset({408, 409, 425, 429})
_GONE = 410
_LONGEST_WAIT = 3_600.0


class Result(Enum):
    """What came of a request."""

    DELIVERED = auto()
    LATER = auto()
    """Not there, or not well: the same may arrive later."""
    REFUSED = auto()
    """It answered that it does not want this."""
    GONE = auto()
    """It wants nothing any more (410)."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One request and its end."""

    result: Result
    words: str
    """For people; quotes nothing of the answer."""
    status: int | None
    seconds: float
    wait: float | None = None
    """Seconds that the receiver asks for."""


class Sender:
    """The requests of all webhooks."""

    def __init__(self, networks: Callable[[], Collection[Network]]) -> None:
        """Connects when it first sends; `networks` are private ones that are allowed now."""
        self.networks = networks
        self._sessions: dict[str, aiohttp.ClientSession] = {}

    async def send(
        self, url: str, message: str, body: bytes, secrets: Iterable[Secret], *, now: float
    ) -> Sent:
        """Send a body. Never raises but CancelledError."""
        began = time.monotonic()
        try:
            check_url(url, self.networks())
            return await self._post(
                url, {**_HEADERS, **headers(secrets, message, body, now=now)}, body, began
            )
        except CentralitaError as error:
            return _failed(str(error), began)
        except TimeoutError:
            return _failed("no answer in time", began)
        except aiohttp.ClientConnectorCertificateError:
            return _failed("its certificate is not good", began)
        except aiohttp.ClientConnectorDNSError:
            return _failed("its name is unknown", began)
        except aiohttp.ClientConnectorError as error:
            return _failed(f"no connection: {error.os_error.strerror or type(error).__name__}", began)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return _failed(f"no answer: {type(error).__name__}", began)

    async def close(self) -> None:
        """Let go of the connections."""
        for each in self._sessions.values():
            await each.close()
        self._sessions.clear()

    async def _post(self, url: str, headers: dict[str, str], body: bytes, began: float) -> Sent:
        session = self._session(url.partition(":")[0])
        async with session.post(
            url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False
        ) as response:
            await response.content.read(_LONGEST_ANSWER)
            seconds = time.monotonic() - began
            return Sent(
                _result(response.status),
                f"it answered {response.status}",
                response.status,
                seconds,
                _wait(response.headers.get("Retry-After")),
            )

    def _session(self, scheme: str) -> aiohttp.ClientSession:
        found = self._sessions.get(scheme)
        if found is None:
            resolver = (ClearResolver if scheme == "http" else CarefulResolver)(self.networks)
            # Looked up for each connection: an answer of a minute ago says nothing of where a name leads now.
            connector = aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False, limit=CONNECTIONS)
            found = self._sessions[scheme] = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                auto_decompress=False,
            )
        return found


_HEADERS = {"Content-Type": "application/json", "User-Agent": "centralita", "Accept-Encoding": "identity"}


def _failed(words: str, began: float) -> Sent:
    return Sent(Result.LATER, words, None, time.monotonic() - began)


def _result(status: int) -> Result:
    if 200 <= status < 300:
        return Result.DELIVERED
    if status == _GONE:
        return Result.GONE
    if status >= 500 or status in _LATER:
        return Result.LATER
    return Result.REFUSED


def _wait(value: str | None) -> float | None:
    """Seconds of Retry-After; dates are passed over."""
    if value is None or not value.isascii() or not value.isdigit() or len(value) > 6:
        return None
    return min(float(value), _LONGEST_WAIT)


async def wait_for(event: asyncio.Event, seconds: float | None) -> None:
    """Until the event, or so many seconds."""
    try:
        async with asyncio.timeout(seconds):  # wait_for can lose a cancellation
            await event.wait()
    except TimeoutError:
        return
