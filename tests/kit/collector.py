"""A collector of traces (OTLP over HTTP) that decodes what it is sent."""

from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

if TYPE_CHECKING:
    from typing import Self

    from opentelemetry.proto.trace.v1.trace_pb2 import Span

PATIENCE = 15.0


class Collector:
    """Listens on loopback."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.headers: list[dict[str, str]] = []
        self.resource: dict[str, str] = {}
        self._changed = asyncio.Event()
        app = web.Application(client_max_size=1 << 24)
        app.router.add_post("/v1/traces", self._receive)
        self._server = TestServer(app)

    @property
    def url(self) -> str:
        return str(self._server.make_url("/v1/traces"))

    async def until(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(self.spans) < count:
                self._changed.clear()
                await self._changed.wait()

    async def _receive(self, request: web.Request) -> web.Response:
        body = await request.read()
        if body[:2] == b"\x1f\x8b":
            body = gzip.decompress(body)
        found = ExportTraceServiceRequest.FromString(body)
        for each in found.resource_spans:
            self.resource = {one.key: one.value.string_value for one in each.resource.attributes}
            self.spans += [span for scope in each.scope_spans for span in scope.spans]
        self.headers.append(dict(request.headers))
        self._changed.set()
        return web.Response(
            body=ExportTraceServiceResponse().SerializeToString(), content_type="application/x-protobuf"
        )

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()


def attributes(span: Span) -> dict[str, object]:
    """As plain values."""
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in span.attributes}
