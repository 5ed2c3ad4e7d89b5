"""Names in queries that mean nothing: refused, where empty lists and zeros would be taken for answers.

Only for who sees everything: to others, what they may not see and what is not there are the same.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from console.access import PRINCIPAL
from console.api.mistakes import invalid, pointer
from console.keys import OPENING, READER, WORK
from console.problem import Mistake
from records.errors import NameUnknown
from records.views.naming import KINDS, refuse_unknown
from routing.names import names_in

if TYPE_CHECKING:
    from aiohttp import web
    from pydantic import BaseModel


async def refuse_unknown_names(request: web.Request, query: BaseModel) -> None:
    """Raises Refusal for a client, queue, agent, team, language or reason that nothing has."""
    principal = request.get(PRINCIPAL)
    asked = {kind: name for kind in KINDS if isinstance(name := getattr(query, kind, None), str) and name}
    if not asked or principal is None or principal.clients is not None or principal.teams is not None:
        return
    configured = names_in(request.app[WORK].routing(), request.app[OPENING].clients())
    try:
        await asyncio.to_thread(refuse_unknown, request.app[READER].database, asked, configured)
    except NameUnknown as error:
        raise invalid("query", [Mistake(pointer("query", error.kind), str(error))]) from None
