"""Whose a case may be: a person who works with the centre, or an agent."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from base.document import suggest
from console.api.scope import may, scope, sees_agent
from console.keys import PEOPLE, WORK
from console.problem import Refusal

if TYPE_CHECKING:
    from aiohttp import web


async def refuse_unknown_owner(request: web.Request, owner: str | None) -> None:
    """Raises Refusal where a case would be somebody's who is not there, with names that the asker may see."""
    agents = request.app[WORK].routing().agents
    if owner is None or owner in agents:
        return
    directory = request.app[PEOPLE].directory
    person = await asyncio.to_thread(directory.find, owner)
    if person is not None and person.is_active:
        return
    seen = {each for each in agents if sees_agent(request, each)}
    if may(request, "people:read"):
        people = await asyncio.to_thread(directory.all, clients=scope(request))
        seen |= {each.id for each in people if each.is_active}
    words = f"owner: no person or agent is called {owner}; {suggest(owner, seen)}"
    raise Refusal(404, "unknown_owner", words.removesuffix("; "))
