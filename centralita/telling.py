"""What other systems read and are told of a node, put together: figures, readiness, events, webhooks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from centralita.metrics.in_use import Build, CallsInUse, DoorInUse, LedgerInUse, QueuesInUse
from centralita.metrics.told import ToldInUse
from centralita.state import WEBHOOK_SECRETS_FILE
from console.events.hub import Hub
from console.events.tickets import Tickets
from console.telling import Telling
from console.webhooks.desk import WebhookDesk
from records.people.principal import NODE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AsyncExitStack

    from calls.exchange import Exchange
    from centralita.dispatcher import Dispatcher
    from centralita.journal import Journal
    from centralita.metrics.page import MetricsPage
    from centralita.opening import Kept
    from centralita.options import Options
    from centralita.present import Present
    from console.node.door import Door
    from console.telling import Check
    from records.people.door import Door as PeopleDoor
    from records.people.principal import Principal
    from routing.io.distribution import Distribution
    from routing.numbers.inbound import Route


async def open_telling(
    page: MetricsPage,
    options: Options,
    present: Present,
    kept: Kept,
    journal: Journal,
    resources: AsyncExitStack,
    *,
    people: PeopleDoor,
    dispatcher: Dispatcher[Route],
    exchange: Exchange,
    distribution: Distribution,
    door: Door,
    trunks: Callable[[], Sequence[Mapping[str, object]]],
    checks: Callable[[], Sequence[Check]],
    counters: Callable[[], Mapping[str, int]],
) -> Telling:
    """Begin to measure; `page` counts already."""
    core = distribution.core
    page.add(
        Build(),
        CallsInUse(lambda: dispatcher.contact_count, exchange.legs, counters),
        QueuesInUse(lambda: core.queues(now=distribution.now()), core.agents),
        DoorInUse(door, trunks),
        LedgerInUse(kept.ledger.health),
    )
    page.lag.start()
    resources.callback(page.lag.stop)
    hub = Hub(kept.reader.feed())
    resources.callback(kept.ledger.watch_committed(hub.ring))
    webhooks = WebhookDesk(
        kept.reader.database,
        hub,
        options.state / WEBHOOK_SECRETS_FILE,
        networks=lambda: present.now().centre.webhooks.networks,
        clients=lambda: _companies(present),
        clock=time.time,
        tell=lambda kind, data: journal("", None, kind, data),
    )
    await webhooks.open()

    async def still(principal: Principal, token: str) -> bool:
        """As they were when the stream began; whoever has the node's key has it until the node stops."""
        return principal is NODE or await people.principal(token) == principal

    resources.push_async_callback(webhooks.close)
    resources.push_async_callback(hub.close)
    page.add(ToldInUse(hub, webhooks, time.time))
    return Telling(
        page.text,
        lambda: present.now().centre.metrics.is_open,
        checks,
        hub,
        Tickets(time.monotonic),
        webhooks,
        lambda agent: _team(present, agent),
        still,
    )


def _team(present: Present, agent: str) -> str | None:
    settings = present.now().routing.agents.get(agent)
    return settings.team if settings is not None else None


def _companies(present: Present) -> set[str]:
    """Those with a file, and those that only numbers name."""
    found = present.now()
    return {*found.clients, *(each.client for each in found.routing.numbers)}
