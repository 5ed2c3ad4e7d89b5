"""Transactions over the example server on loopback: real connections, faults put in between, a wall clock to move."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from aiohttp import web

from base.secret import Secret
from examples.back_end.server import COMPANY, Company, make_app
from ivr.breaker import BreakerSettings
from ivr.io.back_end.settings import ClientSettings, HttpSettings
from ivr.io.back_end.transactions import Transactions

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Mapping
    from pathlib import Path

    from ivr.events import BackEndReplied

VISA, MASTERCARD = "4111111111111111", "5555555555554444"
BIRTH, OTHER_BIRTH = "19800201", "19800202"
KEY = bytes(range(32))
CLIENT = "banco_sol"
NOW = 1_795_000_000.0

if TYPE_CHECKING:
    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
    Fault = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]


class Clock:
    """The wall clock of a test."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@dataclass
class Server:
    """The example server, or any application, on a port of loopback."""

    app: web.Application
    tls: ssl.SSLContext | None = None
    port: int = 0
    _runner: web.AppRunner | None = None
    fault: Fault | None = None
    """Stands between the wire and the application."""
    requests: list[str] = field(default_factory=list)

    @classmethod
    def example(cls, clock: Callable[[], float], **options: Any) -> Server:
        made = cls(make_app(KEY, clock), **options)

        @web.middleware
        async def between(request: web.Request, handler: Handler) -> web.StreamResponse:
            made.requests.append(request.path)
            if made.fault is not None:
                return await made.fault(request, handler)
            return await handler(request)

        made.app.middlewares.insert(0, between)
        return made

    @property
    def company(self) -> Company:
        return self.app[COMPANY]

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=self.tls, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None


def http(url: str, **changes: Any) -> HttpSettings:
    """Settings with timeouts of a test."""
    given = HttpSettings(url, KEY, timeout=1.0, connect_timeout=0.5, breaker=BreakerSettings(1000))
    return replace(given, **changes)


class Floor:
    """Transactions of one client company; `records` is what its contacts' records were given."""

    def __init__(self, folder: Path, clock: Clock, settings: ClientSettings | None = None) -> None:
        self.folder = folder
        self.clock = clock
        self.settings = {CLIENT: settings or ClientSettings()}
        self.records: list[tuple[str, str, dict[str, object]]] = []
        self.transactions = Transactions(folder, self._record, wall=clock)

    def _record(self, contact: str, kind: str, data: Mapping[str, object], /) -> None:
        self.records.append((contact, kind, dict(data)))

    def kinds(self) -> list[str]:
        return [kind for _, kind, _ in self.records]

    async def __aenter__(self) -> Floor:
        await self.transactions.start(self.settings)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.transactions.close()

    async def ask(
        self,
        action: str,
        *,
        contact: str = "c1",
        caller: str = "+34600000001",
        request: int = 1,
        client: str = CLIENT,
        attestation: str | None = None,
        number: str | None = None,
        secrets: Mapping[str, str] | None = None,
        **texts: str,
    ) -> BackEndReplied:
        fields: dict[str, Secret | str] = {name: Secret(value) for name, value in (secrets or {}).items()}
        return await self.transactions.ask(
            action,
            fields | texts,
            client=client,
            contact=contact,
            caller=caller,
            request=request,
            attestation=attestation,
            number=number,
        )

    async def activate(self, card: str = VISA, birth: str = BIRTH, **more: Any) -> str:
        return (await self.ask("card.activate", secrets={"card": card, "birth": birth}, **more)).result

    async def verify(self, card: str = VISA, birth: str = BIRTH, **more: Any) -> str:
        return (await self.ask("identity.verify", secrets={"card": card, "birth": birth}, **more)).result

    async def charge(
        self, card: str = MASTERCARD, amount: int = 1250, cvv: str = "737", **more: Any
    ) -> BackEndReplied:
        given = {"card": card, "expiry": "1240", "cvv": cvv}
        return await self.ask("payment.charge", secrets=given, amount=str(amount), currency="EUR", **more)
