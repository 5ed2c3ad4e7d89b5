"""Contacts over HTTP: the newest, and one with its timeline. Reads run beside the loop, never on it."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from typing import TYPE_CHECKING

from aiohttp import web

from base.errors import CentralitaError
from console.keys import LEDGER, READER
from console.problem import Refusal, problem
from records.timeline.decisions import stays

if TYPE_CHECKING:
    from records.reader import ContactTimeline

routes = web.RouteTableDef()
_MOST = 1000
_NUMBER = re.compile(r"[0-9]{1,4}")


@routes.get("/api/v1/contacts")
async def list_contacts(request: web.Request) -> web.Response:
    """The newest contacts; `limit` (1-1000, default 50) and `client` narrow them."""
    limit = request.query.get("limit", "50")
    if not _NUMBER.fullmatch(limit) or not 1 <= int(limit) <= _MOST:
        return problem(422, "invalid_query", f"limit is a number from 1 to {_MOST}")
    await request.app[LEDGER].flush()
    rows = await asyncio.to_thread(
        request.app[READER].contacts, limit=int(limit), client=request.query.get("client")
    )
    return web.json_response({"contacts": [dataclasses.asdict(row) for row in rows]})


@routes.get("/api/v1/contacts/{contact}")
async def one_contact(request: web.Request) -> web.Response:
    """One contact with its legs and events."""
    return web.json_response(dataclasses.asdict(await _found(request)))


@routes.get("/api/v1/contacts/{contact}/why")
async def why(request: web.Request) -> web.Response:
    """Why it got its agents, or none: each stay in a queue with its decisions."""
    found = await _found(request)
    told = {"contact": found.contact.id, "stays": [dataclasses.asdict(stay) for stay in stays(found)]}
    return web.json_response(told)


async def _found(request: web.Request) -> ContactTimeline:
    """The contact of the path, with what was noted until now. Raises Refusal."""
    await request.app[LEDGER].flush()
    try:
        return await asyncio.to_thread(request.app[READER].contact, request.match_info["contact"])
    except CentralitaError as error:
        raise Refusal(404, error.code, str(error)) from None
