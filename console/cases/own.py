"""Contacts that something of a client company may be hung on: its own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from console.keys import LEDGER, READER
from records.cases.visits import visit
from records.errors import ContactNotFound

if TYPE_CHECKING:
    from aiohttp import web


async def own_contact(request: web.Request, contact: str, client: str) -> None:
    """Raises ContactNotFound for one that is not there, or not of this client company."""
    await request.app[LEDGER].flush()
    found = await asyncio.to_thread(visit, request.app[READER].database, contact)
    if found is None or found.client != client:
        raise ContactNotFound(f"{client} has no contact {contact!r}")
