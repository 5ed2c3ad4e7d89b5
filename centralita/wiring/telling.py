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
from console.webhooks.owner import Owners
from records.people.principal import NODE

if TYPE_CHECKING:
    from centralita.present import Present
    from centralita.wiring.floor import Floor
    from centralita.wiring.ground import Ground
    from centralita.wiring.interface import Vital
    from centralita.wiring.network import Network
    from centralita.wiring.serving import Serving
    from records.people.door import Door as PeopleDoor
    from records.people.principal import Principal


async def open_telling(
    ground: Ground, network: Network, floor: Floor, serving: Serving, node: Vital, people: PeopleDoor
) -> Telling:
    """Begin to measure; what happened until now was counted already."""
    kept, present, page, resources = ground.kept, ground.present, ground.metrics, ground.resources
    distribution, dispatcher = floor.distribution, serving.dispatcher
    core = distribution.core
    page.add(
        Build(),
        CallsInUse(lambda: dispatcher.contact_count, network.exchange.legs, node.counters),
        QueuesInUse(lambda: core.queues(now=distribution.now()), core.agents),
        DoorInUse(network.door, network.trunk_list),
        LedgerInUse(kept.ledger.health),
    )
    page.lag.start()
    resources.callback(page.lag.stop)
    hub = Hub(kept.reader.feed())
    resources.callback(kept.ledger.watch_committed(hub.ring))
    webhooks = WebhookDesk(
        kept.reader.database,
        hub,
        ground.options.state / WEBHOOK_SECRETS_FILE,
        networks=lambda: present.now().centre.webhooks.networks,
        clients=lambda: _companies(present),
        clock=time.time,
        tell=lambda kind, data: ground.journal("", None, kind, data),
        owners=Owners(people.standing, lambda agent: _team(present, agent)),
        bell=people.bell,
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
        node.checks,
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
