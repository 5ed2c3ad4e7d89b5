"""The report on card data over HTTP, without the search of all that is stored: that is the command's."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

from aiohttp import web
from pydantic import Field

from console.api.model import Model
from console.api.routes import Routes
from console.api.scope import sees_all
from console.keys import LEDGER, READER
from console.problem import Refusal
from records.card_scan import finds
from records.pci.report import PciReport, make_report

routes = Routes("personal data")

Moment = Annotated[float, Field(ge=0, lt=1e11, allow_inf_nan=False)]
"""Unix seconds."""
_USUAL = 30 * 86_400.0


class Span(Model):
    """Of which time."""

    since: Moment | None = None
    """Calls that began then or later; 30 days before `until` unless given."""
    until: Moment | None = None
    """Calls that began before then; now unless given."""


@routes.get(
    "/api/v1/pci-report",
    permission="records:verify",
    answer=PciReport,
    problems={"store_unavailable": 503, "ledger_missing": 503},
)
async def pci_report(request: web.Request, query: Span) -> PciReport:
    """Tell secure spans and whether recordings were masked in them, transactions by result, and who listened."""
    if not sees_all(request):
        raise Refusal(403, "forbidden", "the report is about all client companies")
    now = time.time()
    until = now if query.until is None else query.until
    since = until - _USUAL if query.since is None else query.since
    database = request.app[READER].database
    report = await asyncio.to_thread(make_report, database, since=since, until=until, now=now)
    report.masked_since_start = dict(finds.by_door()) | {"ledger": request.app[LEDGER].health().masked}
    return report
