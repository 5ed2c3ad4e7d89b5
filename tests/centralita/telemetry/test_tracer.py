"""What a collector gets of a node."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from centralita.telemetry.identity import trace_of
from centralita.telemetry.opening import endpoint_of, open_tracer
from centralita.telemetry.tracer import Tracer
from records import Ledger
from records.event import LedgerEvent
from routing.centre import Centre
from tests.centralita.telemetry.test_spans import CALL, committed
from tests.kit.collector import Collector, attributes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    async with Collector() as made:
        yield made


def tracer(url: str) -> Tracer:
    return Tracer(url, share=1.0, headers={"x-key": "k"}, node="n1", version="1")


async def test_a_collector_gets_the_trace_of_a_contact(collector: Collector) -> None:
    made = tracer(collector.url)
    made.start()
    made.take(committed())
    request = made.begin("c1", "card.activate")
    assert request is not None
    request.end(answered=False)
    await made.close()
    await collector.until(8)
    assert {span.trace_id for span in collector.spans} == {trace_of("c1").to_bytes(16, "big")}
    asked = next(span for span in collector.spans if span.name == "back_end")
    assert request.headers["traceparent"].split("-")[2] == asked.span_id.hex()
    assert attributes(asked) == {"centralita.action": "card.activate"}
    root = next(span for span in collector.spans if not span.parent_span_id)
    assert asked.parent_span_id == root.span_id
    assert attributes(root)["centralita.outcome"] == "answered"
    assert collector.headers[0]["x-key"] == "k"
    assert collector.resource["service.name"] == "centralita"
    assert collector.resource["service.instance.id"] == "n1"


async def test_a_collector_that_is_away_costs_the_loop_nothing() -> None:
    made = tracer("http://127.0.0.1:9/v1/traces")
    made.start()
    events = committed()
    began = time.thread_time()
    for _ in range(1_000):
        made.take(events)
    assert time.thread_time() - began < 0.1
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.ensure_future(tick())
    await made.close()
    ticking.cancel()
    assert ticks > 1


async def test_the_last_contact_before_a_stop_is_traced_from_the_ledger(
    collector: Collector, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    await asyncio.to_thread(ledger.start)
    centre = Centre.model_validate({"telemetry": {"endpoint": collector.url}})
    async with AsyncExitStack() as resources:
        assert open_tracer(centre, ledger, resources) is not None
        for at, leg, kind, data in CALL:
            ledger.append(LedgerEvent(100.0 + at, "c1", leg, kind, data))
    await collector.until(7)
    assert {span.name for span in collector.spans} >= {"contact", "leg", "menu", "queue", "talk"}
    await asyncio.to_thread(ledger.close)


def test_where_traces_go_is_said_by_the_file_or_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert endpoint_of(Centre()) is None
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/")
    assert endpoint_of(Centre()) == "http://collector:4318/v1/traces"
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://other:4318/x")
    assert endpoint_of(Centre()) == "http://other:4318/x"
    centre = Centre.model_validate({"telemetry": {"endpoint": "http://mine:4318/v1/traces"}})
    assert endpoint_of(centre) == "http://mine:4318/v1/traces"


async def test_a_node_without_a_collector_loads_nothing_of_it(tmp_path: Path) -> None:
    code = "import centralita.node, sys; print(any(n.startswith('opentelemetry') for n in sys.modules))"
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await running.communicate()
    assert out.strip() == b"False", err.decode()
    async with AsyncExitStack() as resources:
        assert open_tracer(Centre(), Ledger(tmp_path / "ledger.sqlite"), resources) is None
