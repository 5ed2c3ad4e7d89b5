"""How it goes with those who are told of events: streams and webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from centralita.metrics.in_use import counter, gauge
from records.moments import unix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prometheus_client import Metric

    from console.events.hub import Hub
    from console.webhooks.desk import WebhookDesk


class ToldInUse:
    """Asked each time."""

    def __init__(self, hub: Hub, webhooks: WebhookDesk, clock: Callable[[], float]) -> None:
        """`clock` tells Unix time."""
        self._hub, self._webhooks, self._clock = hub, webhooks, clock

    def families(self) -> Iterator[Metric]:
        """Webhooks by their id: there are few."""
        yield gauge("event_followers", "Streams and webhooks that follow events", self._hub.count)
        yield counter("event_followers_behind", "How often one was too slow", self._hub.fell_behind)
        lag = GaugeMetricFamily(
            "centralita_webhook_lag_events", "Events after the last that a webhook has", labels=["webhook"]
        )
        failing = GaugeMetricFamily(
            "centralita_webhook_failing_seconds",
            "How long nothing has arrived that should",
            labels=["webhook"],
        )
        paused = GaugeMetricFamily(
            "centralita_webhook_paused", "1 while nothing is delivered", labels=["webhook"]
        )
        dead = GaugeMetricFamily(
            "centralita_webhook_dead_letters", "Deliveries that were given up", labels=["webhook"]
        )
        requests = CounterMetricFamily(
            "centralita_webhook_requests", "Requests to webhooks, by result", labels=["webhook", "result"]
        )
        now = self._clock()
        for each in self._webhooks.all():
            standing, label = each.standing, [each.id]
            since = standing.failing_since
            lag.add_metric(label, max(self._hub.seen - standing.cursor, 0))
            failing.add_metric(label, 0.0 if since is None else max(now - unix(since), 0.0))
            paused.add_metric(label, 0 if standing.paused is None else 1)
            dead.add_metric(label, self._webhooks.dead_count(each.id))
            delivered, failed = self._webhooks.counts(each.id)
            requests.add_metric([each.id, "delivered"], delivered)
            requests.add_metric([each.id, "failed"], failed)
        yield from (lag, failing, paused, dead, requests)
