"""A webhook desk with its hub and a real database, and time that goes only as tests say."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from console.events.hub import Hub
from console.webhooks.desk import Wanted, WebhookDesk
from console.webhooks.owner import Owners
from records.people.principal import NODE
from tests.kit.fed_events import ListedEvents, fed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from records.database import Database
    from records.people.principal import Principal
    from tests.kit.webhook_receiver import Receiver

LOOPBACK = (ip_network("127.0.0.0/8"),)


class House:
    """A desk with its hub, and time that goes only as tests say."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.source = ListedEvents(*(fed(n) for n in range(1, 4)), limit=50)
        self.hub = Hub(self.source)
        self.now = 1_000_000.0
        self.told: list[tuple[str, Mapping[str, object]]] = []
        self.file = folder / "webhook-secrets.yaml"
        self.database = database
        self.owner: Principal | None = NODE
        self.desk = self.make()

    def make(self) -> WebhookDesk:
        return WebhookDesk(
            self.database,
            self.hub,
            self.file,
            networks=lambda: LOOPBACK,
            clients=lambda: {"acme", "other"},
            clock=lambda: self.now,
            tell=lambda kind, data: self.told.append((kind, data)),
            owners=Owners(self.who, lambda agent: None),
        )

    async def who(self, by: str) -> Principal | None:
        """Who made a webhook, as that one stands now."""
        return self.owner

    async def restart(self) -> None:
        """As a node does."""
        await self.desk.close()
        self.desk = self.make()
        await self.desk.open()

    def happen(self, *cursors: int, **said: Any) -> None:
        """Events are committed."""
        self.source.add(*(fed(each, **said) for each in cursors))
        self.hub.ring()

    async def later(self, which: str, seconds: float) -> None:
        """Time goes by."""
        self.now += seconds
        self.desk.hurry(which)


async def add(house: House, receiver: Receiver, **wanted: Any) -> str:
    made, secret = await house.desk.add(Wanted(receiver.url, **wanted), "marta")
    receiver.secret = secret.reveal()
    return made.id
