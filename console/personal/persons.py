"""Rights of one person over HTTP: everything that is kept of a number as a file, and its erasure.

The number is sent in the body, so that it stands in no address and in no log of a proxy.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Annotated

from aiohttp import web
from pydantic import Field

from console.acts import Deed
from console.api.answers import Content
from console.api.files import send_file
from console.api.model import Line, model_of
from console.api.routes import Routes
from console.api.scope import sees, who_acts
from console.audit import tells_of
from console.keys import KEEPING
from console.problem import Refusal
from records.people.audit import end_of
from records.retention.told import Erased

routes = Routes("personal data")

_Number = Annotated[Line, Field(examples=["+34600111222"])]
ZIP = "application/zip"


class Wish(Deed):
    """Whose data."""

    number: _Number
    client: Line | None = None
    """What one client company has of the person; all of it unless given."""


class Erasing(Wish):
    """What is sent to erase."""

    dry_run: bool = False
    """Only count."""


ErasedShown = model_of(Erased, "ErasedShown")


@routes.post(
    "/api/v1/persons/erase",
    permission="personal:erase",
    answer=ErasedShown,
    problems={"under_legal_hold": 409, "person_not_found": 404, "not_kept": 503, "store_unavailable": 503},
)
async def erase_person(request: web.Request, body: Erasing) -> Erased:
    """Erase a person: keys are destroyed, columns cleared, recordings deleted. It cannot be undone.

    Nothing is erased where a part of it is under legal hold.
    """
    by = who_acts(request, body.by)
    tells_of(request, number=end_of(body.number))
    _refuse_foreign(request, body.client)
    keeping = request.app[KEEPING]
    return await keeping.erase(body.number, by=by, client=body.client, dry_run=body.dry_run)


@routes.post(
    "/api/v1/persons/export",
    permission="personal:export",
    answer=Content((ZIP,)),
    problems={"person_not_found": 404, "store_unavailable": 503},
)
async def export_person(request: web.Request, body: Wish) -> web.StreamResponse:
    """Give everything that is kept of a person as a zip: JSON, a page, a table, recordings."""
    by = who_acts(request, body.by)
    tells_of(request, number=end_of(body.number))
    _refuse_foreign(request, body.client)
    folder = await asyncio.to_thread(tempfile.TemporaryDirectory)
    try:
        path = Path(folder.name) / "person.zip"
        await request.app[KEEPING].export(body.number, path, by=by, client=body.client, now=time.time())
        with await asyncio.to_thread(path.open, "rb") as file:
            return await send_file(request, file, "person.zip", ZIP)
    finally:
        folder.cleanup()  # at once: whoever hangs up would cancel a thread that has not begun


def _refuse_foreign(request: web.Request, client: str | None) -> None:
    """Raises Refusal for who may not see what is asked for."""
    if not sees(request, client):
        raise Refusal(403, "forbidden", "client: say whose; you do not decide for all companies")
