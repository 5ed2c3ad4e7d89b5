"""Whether a node traces, and where to: centre.yaml, else the environment as OpenTelemetry names it."""

from __future__ import annotations

import asyncio
import contextlib
import os
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from base.errors import CentralitaError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AsyncExitStack

    from centralita.telemetry.tracer import Tracer
    from records.ledger.ledger import Ledger
    from routing.centre import Centre

LAST_COMMIT = 3.0
"""Seconds that are waited at a stop for the last events to be committed."""
BASE = "OTEL_EXPORTER_OTLP_ENDPOINT"
WHOLE = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"


def endpoint_of(centre: Centre) -> str | None:
    """Where traces go; None where nobody asks for them."""
    if centre.telemetry.endpoint is not None:
        return centre.telemetry.endpoint
    if found := os.environ.get(WHOLE):
        return found
    base = os.environ.get(BASE)
    return f"{base.rstrip('/')}/v1/traces" if base else None


def open_tracer(centre: Centre, ledger: Ledger, resources: AsyncExitStack) -> Tracer | None:
    """Begin to trace; a node that does not has nothing of it in memory."""
    endpoint = endpoint_of(centre)
    if endpoint is None or not centre.telemetry.share:
        return None
    from centralita.telemetry.tracer import Tracer

    try:
        known = version("centralita")
    except PackageNotFoundError:
        known = "unknown"
    tracer = Tracer(
        endpoint,
        share=centre.telemetry.share,
        headers=centre.telemetry.headers,
        node=centre.node,
        version=known,
    )
    tracer.start()
    resources.push_async_callback(_close, tracer, ledger, ledger.watch_committed(tracer.take))
    return tracer


async def _close(tracer: Tracer, ledger: Ledger, stop: Callable[[], None]) -> None:
    """The last contacts are traced too, once they are committed."""
    with contextlib.suppress(CentralitaError, TimeoutError):
        async with asyncio.timeout(LAST_COMMIT):
            await ledger.flush()
    stop()
    await tracer.close()
