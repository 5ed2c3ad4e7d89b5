"""What other systems read and are told of a node, put together: figures, readiness."""

from __future__ import annotations

from typing import TYPE_CHECKING

from centralita.metrics.in_use import Build, CallsInUse, DoorInUse, LedgerInUse, QueuesInUse
from console.telling import Telling

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AsyncExitStack

    from calls.exchange import Exchange
    from centralita.dispatcher import Dispatcher
    from centralita.metrics.page import MetricsPage
    from centralita.opening import Kept
    from centralita.present import Present
    from console.node.door import Door
    from console.telling import Check
    from routing.io.distribution import Distribution
    from routing.numbers.inbound import Route


async def open_telling(
    page: MetricsPage,
    present: Present,
    kept: Kept,
    resources: AsyncExitStack,
    *,
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
    return Telling(page.text, lambda: present.now().centre.metrics.is_open, checks)
