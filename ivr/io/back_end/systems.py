"""The systems of all client companies, made from their settings. A reload replaces those that changed."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr.breaker import BreakerState
from ivr.io.back_end.http import HttpBackEnd
from ivr.io.back_end.settings import HttpSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ivr.io.back_end.question import Connector
    from ivr.io.back_end.sandbox import Sandbox
    from ivr.io.back_end.settings import ClientSettings, SystemSettings
    from ivr.io.back_end.traced import Traces

SANDBOX_TIMEOUT = 6.0
"""Seconds; the sandbox is slow only where a test card says so."""


@dataclass(frozen=True, slots=True)
class System:
    """What one client company is asked by."""

    settings: ClientSettings
    back_end: Connector
    payments: Connector

    @property
    def within(self) -> float:
        """Seconds that an answer of the back end may take."""
        return _timeout(self.settings.back_end)

    @property
    def pay_within(self) -> float:
        """Seconds that a charge may take, with the questions what became of it."""
        return _timeout(self.settings.payments or self.settings.back_end)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Settings with all that had to be read for them."""

    settings: Mapping[str, ClientSettings]
    tls: Mapping[HttpSettings, ssl.SSLContext | None]


class Systems:
    """By client company."""

    def __init__(self, sandbox: Sandbox, wall: Callable[[], float], traces: Traces | None = None) -> None:
        """One sandbox serves all."""
        self._traces = traces
        self._sandbox = sandbox
        self._wall = wall
        self._systems: dict[str, System] = {}
        self._reached: dict[tuple[str, HttpSettings], HttpBackEnd] = {}
        self._closing: set[asyncio.Task[None]] = set()

    async def prepare(self, settings: Mapping[str, ClientSettings]) -> Prepared:
        """Read what TLS needs. Raises OSError and ssl.SSLError."""
        reached = {each for client in settings.values() for each in _reached(client)}
        return await asyncio.to_thread(lambda: Prepared(settings, {each: _tls(each) for each in reached}))

    def adopt(self, prepared: Prepared) -> None:
        """Make what is new, keep what did not change, close what is no longer asked once it is idle."""
        before = self._reached
        self._reached = {
            (client, each): before.get((client, each))
            or HttpBackEnd(client, each, prepared.tls[each], self._wall, self._traces)
            for client, settings in prepared.settings.items()
            for each in _reached(settings)
        }
        self._systems = {
            client: System(
                settings,
                self._made(client, settings.back_end),
                self._made(client, settings.payments or settings.back_end),
            )
            for client, settings in prepared.settings.items()
        }
        for name, old in before.items():
            if name not in self._reached:
                task = asyncio.get_running_loop().create_task(old.close())
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        """Close all."""
        for each in self._reached.values():
            await each.close()
        if self._closing:
            await asyncio.wait(self._closing)

    def of(self, client: str) -> System | None:
        """A client company's."""
        return self._systems.get(client)

    def payments(self, client: str) -> Connector | None:
        """What charges cards for a client company."""
        found = self._systems.get(client)
        return found.payments if found is not None else None

    def open_count(self) -> int:
        """How many systems are left alone after failures."""
        return sum(each.breaker.state is not BreakerState.CLOSED for each in self._reached.values())

    def _made(self, client: str, settings: SystemSettings) -> Connector:
        return self._reached[client, settings] if isinstance(settings, HttpSettings) else self._sandbox


def _reached(settings: ClientSettings) -> Iterable[HttpSettings]:
    found = (settings.back_end, settings.payments)
    return dict.fromkeys(each for each in found if isinstance(each, HttpSettings))


def _timeout(settings: SystemSettings) -> float:
    return settings.timeout if isinstance(settings, HttpSettings) else SANDBOX_TIMEOUT


def _tls(settings: HttpSettings) -> ssl.SSLContext | None:
    if not settings.url.startswith("https:"):
        return None
    return ssl.create_default_context(cadata=settings.ca)
