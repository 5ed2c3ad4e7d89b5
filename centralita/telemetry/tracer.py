"""Sends spans to a collector (OTLP over HTTP) from threads of its own; the event loop only puts things into queues."""

from __future__ import annotations

import asyncio
import itertools
import os
import threading
import time
from queue import SimpleQueue
from typing import TYPE_CHECKING

import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from centralita.telemetry.identity import is_traced, span_of, trace_of, traceparent
from centralita.telemetry.spans import NANOSECONDS, ROOT, Span, SpanFold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from records.event import Committed

log = structlog.get_logger()

TIMEOUT = 5.0
"""Seconds that the collector has to answer."""
LAST_WORDS = 5.0
"""Seconds that are waited for it at a stop."""
EVERY = 2_000
"""Milliseconds between two requests."""
WAITING = 8_192
"""Spans that wait for a collector that is away; later ones are lost."""
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)
_SCOPE = InstrumentationScope("centralita")


class Tracer:
    """From `start` to `close`. `take` and `begin` are for the event loop and cost next to nothing there."""

    def __init__(
        self, endpoint: str, *, share: float, headers: Mapping[str, str], node: str, version: str
    ) -> None:
        """Nothing is sent before `start`."""
        self._share = share
        self._resource = Resource.create(
            {"service.name": "centralita", "service.version": version, "service.instance.id": node}
        )
        exporter = OTLPSpanExporter(endpoint=endpoint, headers=dict(headers) or None, timeout=TIMEOUT)
        self._processor = BatchSpanProcessor(
            exporter, max_queue_size=WAITING, schedule_delay_millis=EVERY, max_export_batch_size=512
        )
        self._queue: SimpleQueue[Sequence[Committed] | Span | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="traces", daemon=True)
        self._numbers = itertools.count(1)

    def start(self) -> None:
        """Take what comes."""
        self._thread.start()

    def take(self, committed: Sequence[Committed]) -> None:
        """Events that were committed; see Ledger.watch_committed."""
        self._queue.put(committed)

    def begin(self, contact: str, action: str) -> Request | None:
        """See ivr.io.back_end.traced.Traces."""
        trace = trace_of(contact)
        if not is_traced(trace, self._share):
            return None
        return Request(self._queue, trace, contact, action, next(self._numbers))

    async def close(self) -> None:
        """Send what waits, for as long as that may take."""
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join, LAST_WORDS)
        await asyncio.to_thread(self._processor.force_flush, round(LAST_WORDS * 1000))
        closing = threading.Thread(target=self._processor.shutdown, name="traces-end", daemon=True)
        closing.start()
        await asyncio.to_thread(closing.join, LAST_WORDS)

    def _run(self) -> None:
        fold = SpanFold(self._send, self._share)
        while (found := self._queue.get()) is not None:
            if isinstance(found, Span):
                self._send(found)
                continue
            for event in found:
                fold.take(event)

    def _send(self, span: Span) -> None:
        context = SpanContext(span.trace, span.id, is_remote=False, trace_flags=_SAMPLED)
        parent = (
            None
            if span.parent is None
            else SpanContext(span.trace, span.parent, is_remote=False, trace_flags=_SAMPLED)
        )
        self._processor.on_end(
            ReadableSpan(
                span.name,
                context,
                parent,
                self._resource,
                dict(span.attributes),
                kind=SpanKind.CLIENT if span.is_request else SpanKind.INTERNAL,
                status=Status(StatusCode.ERROR if span.is_failure else StatusCode.UNSET),
                start_time=span.began,
                end_time=span.ended,
                instrumentation_scope=_SCOPE,
            )
        )


class Request:
    """A request to a client company's system."""

    __slots__ = ("_action", "_began", "_id", "_parent", "_queue", "_trace", "headers")

    def __init__(
        self,
        queue: SimpleQueue[Sequence[Committed] | Span | None],
        trace: int,
        contact: str,
        action: str,
        n: int,
    ) -> None:
        """It begins now."""
        self._queue, self._trace, self._action = queue, trace, action
        self._parent = span_of(contact, ROOT)
        self._id = span_of(contact, f"request {os.getpid()} {n}")
        self._began = time.time()
        self.headers = {"traceparent": traceparent(trace, self._id)}

    def end(self, *, answered: bool) -> None:
        """It is over."""
        began, ended = round(self._began * NANOSECONDS), round(time.time() * NANOSECONDS)
        self._queue.put(
            Span(
                self._trace,
                self._id,
                self._parent,
                "back_end",
                began,
                max(ended, began),
                {"centralita.action": self._action},
                is_failure=not answered,
                is_request=True,
            )
        )
