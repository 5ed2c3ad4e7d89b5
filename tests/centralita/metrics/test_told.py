"""Figures of those who are told of events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from centralita.metrics.page import MetricsPage
from centralita.metrics.told import ToldInUse
from tests.console.webhooks.conftest import house, receiver  # noqa: F401 - fixtures
from tests.console.webhooks.test_desk import settle
from tests.kit.metric_names import families, lint, value
from tests.kit.webhook_house import add

if TYPE_CHECKING:
    from tests.kit.webhook_house import House
    from tests.kit.webhook_receiver import Receiver


async def test_a_webhook_that_fails_is_seen(house: House, receiver: Receiver) -> None:  # noqa: F811
    which = await add(house, receiver)
    receiver.answers = [500]
    house.happen(4, 5)
    await settle(house, which, tries=1)
    house.now += 10
    page = MetricsPage()
    page.add(ToldInUse(house.hub, house.desk, lambda: house.now))
    found = families((await page.text()).decode())
    assert list(lint(found)) == []
    assert value(found, "centralita_webhook_lag_events", webhook=which) == 2
    assert value(found, "centralita_webhook_failing_seconds", webhook=which) == 10
    assert value(found, "centralita_webhook_paused", webhook=which) == 0
    assert value(found, "centralita_webhook_dead_letters", webhook=which) == 0
    assert value(found, "centralita_webhook_requests_total", webhook=which, result="failed") == 1
    assert value(found, "centralita_event_followers") == 1
