"""Legal holds over HTTP, and the deletion of what is kept too long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from aiohttp import web
from pydantic import Field

from console.acts import Deed
from console.api.model import Line, Model, Name, model_of
from console.api.paging import Page, Paged, listed
from console.api.routes import Routes
from console.api.scope import sees_all, who_acts
from console.audit import tells_of
from console.keys import KEEPING
from console.problem import Refusal
from records.retention.told import Applied

if TYPE_CHECKING:
    from records.retention.holds import Hold

routes = Routes("personal data")

Moment = Annotated[float, Field(ge=0, lt=1e11, allow_inf_nan=False)]
"""Unix seconds."""


class Holding(Deed):
    """What is sent to hold something."""

    kind: Literal["contact", "customer", "client"]
    subject: Line
    """A contact's id, a customer's number, or a client company's id."""
    reason: Line
    until: Moment | None = None
    """When it ends by itself."""
    client: Line | None = None
    """Of a customer: only what this client company has."""


class HoldShown(Model):
    """What is neither deleted nor erased."""

    id: str
    kind: str
    label: str
    """The contact's or client company's id; of a customer the end of the number."""
    client: str | None
    reason: str
    made_by: str
    made_at: float
    until: float | None
    released_by: str | None
    released_at: float | None
    lasts: bool


class HoldsAsked(Paged):
    """Which holds."""

    past: bool = False
    """Those too that hold no more."""


class Running(Deed):
    """What is sent to delete what is kept too long."""

    dry_run: bool = False
    """Only count."""


if TYPE_CHECKING:
    AppliedShown = Applied
else:
    AppliedShown = model_of(Applied, "AppliedShown")


class Ran(Model):
    """A run over all client companies whose days are limited."""

    applied: tuple[AppliedShown, ...]


@routes.get("/api/v1/holds", permission="personal:erase", answer=Page[HoldShown])
async def list_holds(request: web.Request, query: HoldsAsked) -> Mapping[str, object]:
    """List what is held, newest first."""
    _refuse_part(request)
    now = time.time()
    found = await asyncio.to_thread(request.app[KEEPING].holds.all)
    kept = [shown(each, now) for each in found if query.past or each.lasts(now=now)]
    return listed(kept, query, lambda each: str(each["id"]))


@routes.post(
    "/api/v1/holds",
    permission="personal:erase",
    answer=HoldShown,
    status=201,
    problems={"hold_of_nothing": 422},
)
async def add_hold(request: web.Request, body: Holding) -> Mapping[str, object]:
    """Hold a contact, a customer or all of a client company: it is neither deleted nor erased meanwhile."""
    by = who_acts(request, body.by)
    _refuse_part(request)
    hold = await request.app[KEEPING].hold(
        body.kind, body.subject, reason=body.reason, by=by, until=body.until, client=body.client
    )
    tells_of(request, hold=hold.id)
    return shown(hold, time.time())


@routes.delete(
    "/api/v1/holds/{hold}", permission="personal:erase", answer=HoldShown, problems={"hold_not_found": 404}
)
async def release_hold(request: web.Request, hold: Name, query: Deed) -> Mapping[str, object]:
    """Hold it no more; the next deletion takes what is due of it."""
    by = who_acts(request, query.by)
    _refuse_part(request)
    return shown(await request.app[KEEPING].release(hold, by=by), time.time())


@routes.post("/api/v1/retention/run", permission="personal:erase", answer=Ran)
async def run_retention(request: web.Request, body: Running) -> Mapping[str, list[Applied]]:
    """Delete what is kept too long now, as is done each day; or count it."""
    who_acts(request, body.by)
    _refuse_part(request)
    return {"applied": await request.app[KEEPING].run(dry_run=body.dry_run)}


def shown(hold: Hold, now: float) -> dict[str, object]:
    """A hold as JSON."""
    names = HoldShown.model_fields.keys() - {"lasts"}
    return {name: getattr(hold, name) for name in names} | {"lasts": hold.lasts(now=now)}


def _refuse_part(request: web.Request) -> None:
    """Raises Refusal for who sees a part of the house only."""
    if not sees_all(request):
        raise Refusal(403, "forbidden", "holds and deletion are for those who see all client companies")
