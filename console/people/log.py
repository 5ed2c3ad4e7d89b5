"""The audit log over HTTP: read by those who may, added to by commands on the node itself."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from aiohttp import web
from pydantic import AwareDatetime, Field

from console.access import PRINCIPAL, address_of
from console.api.model import Line, Model
from console.api.paging import Page, Paged, after, page
from console.api.routes import Routes
from console.api.scope import refuse_unless_all
from console.audit import SELF_NOTED
from console.keys import AUDIT, LEDGER, PEOPLE
from console.people.shown import AuditShown, entry_of
from console.problem import Refusal
from records.people.audit import AuditFilter, Deed
from records.people.principal import NODE_ID

routes = Routes("people")


class AuditAsked(Paged):
    """Which entries."""

    by: Line | None = None
    """Whose."""
    act: Line | None = None
    """Part of what was done, such as `keys` or `login`."""
    result: Literal["done", "refused", "failed"] | None = None
    on: Line | None = None
    """What or whom it was about."""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class Noted(Model):
    """What somebody did with a command on the node itself."""

    by: Line
    act: Line
    result: Literal["done", "refused", "failed"] = "done"
    on: Annotated[dict[Annotated[str, Field(pattern="^[a-z_]{1,30}$")], Line], Field(max_length=20)] = {}  # noqa: RUF012 - pydantic copies it


@routes.get("/api/v1/audit", permission="audit:read", answer=Page[AuditShown])
async def list_audit(request: web.Request, query: AuditAsked) -> object:
    """List who did what, the newest first."""
    refuse_unless_all(request)
    await request.app[LEDGER].flush()
    key = after(query, int)
    wanted = AuditFilter(
        query.by,
        query.act,
        query.result,
        query.on,
        query.since.timestamp() if query.since is not None else None,
        query.until.timestamp() if query.until is not None else None,
    )
    found = await asyncio.to_thread(
        request.app[AUDIT].entries, wanted, before=key[0] if key else None, limit=query.limit + 1
    )
    return page([entry_of(each) for each in found], query, lambda each: (each.id,))


@routes.post("/api/v1/audit", permission="people:write", answer=Noted, status=201)
async def note_act(request: web.Request, body: Noted) -> Noted:
    """Note what a command did that worked without the node; for the node's own key only."""
    principal = request[PRINCIPAL]
    if principal.id != NODE_ID:
        raise Refusal(403, "forbidden", "only commands on the node itself write into the audit log")
    request[SELF_NOTED] = True
    deed = Deed(
        principal.behind(body.by), principal.role.value, body.act, body.result, body.on, address_of(request)
    )
    request.app[PEOPLE].note(deed)
    await request.app[LEDGER].flush()
    return body
