"""Recordings over HTTP: those of a contact, and the sound of one, in parts where a player asks for them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import web

from console.api.answers import Content
from console.api.files import send_piece
from console.api.model import Name, model_of_table
from console.api.paging import Page, Paged, listed
from console.api.routes import Routes
from console.contacts.contacts import PROBLEMS, found
from console.keys import PLAYING_BACK, READER
from console.problem import Refusal
from records.views import tables
from records.views.detail import details

if TYPE_CHECKING:
    from console.keys import Sound

    RecordingShown = Mapping[str, Any]
else:
    RecordingShown = model_of_table(
        tables.recording, "RecordingShown", "A sound file of a contact: a call, or a message that was left."
    )

routes = Routes("recordings")

PIECE = 256 * 1024
"""Bytes that are read and sent at once."""
MEDIA = ("audio/wav", "audio/ogg")


@routes.get(
    "/api/v1/contacts/{contact}/recordings",
    permission="contacts:read",
    answer=Page[RecordingShown],
    problems=PROBLEMS,
)
async def list_recordings(request: web.Request, contact: Name, query: Paged) -> Mapping[str, object]:
    """List the recordings of a contact, the first one first; `masked` are spans in seconds."""
    return listed(await _rows(request, contact), query, lambda each: str(each["n"]))


@routes.get(
    "/api/v1/contacts/{contact}/recordings/{number}/audio",
    permission="recordings:hear",
    answer=Content(MEDIA),
    also=(206,),
    problems={
        **PROBLEMS,
        "unknown_recording": 404,
        "recording_gone": 404,
        "recording_closed": 409,
        "no_such_part": 416,
    },
)
async def hear(request: web.Request, contact: Name, number: int) -> web.StreamResponse:
    """Send the sound of a recording, or the part of it that `Range` asks for; sealed ones are opened on the way."""
    row = next((each for each in await _rows(request, contact) if each["n"] == number), None)
    if row is None or row["file"] is None:
        raise Refusal(404, "unknown_recording", f"the contact has no recording {number}")
    sound = await asyncio.to_thread(request.app[PLAYING_BACK], str(row["file"]))
    try:
        return await _send(request, sound)
    finally:
        sound.close()  # at once: whoever hangs up would cancel a thread that has not begun


async def _rows(request: web.Request, contact: str) -> list[dict[str, Any]]:
    known = await found(request, contact)
    return await asyncio.to_thread(details, request.app[READER].database, tables.recording, known.contact.id)


async def _send(request: web.Request, sound: Sound) -> web.StreamResponse:
    start, end = _part(request, sound.size)
    first = await asyncio.to_thread(sound.read, start, min(end, start + PIECE))
    response = web.StreamResponse(status=206 if "Range" in request.headers else 200)
    response.content_type = sound.media
    response.content_length = end - start
    response.headers.update({"Accept-Ranges": "bytes", "Cache-Control": "no-store"})
    if response.status == 206:
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{sound.size}"
    await response.prepare(request)
    await send_piece(request, response, first)
    for at in range(start + PIECE, end, PIECE):
        await send_piece(request, response, await asyncio.to_thread(sound.read, at, min(end, at + PIECE)))
    await response.write_eof()
    return response


def _part(request: web.Request, size: int) -> tuple[int, int]:
    """From where to before where (RFC 9110 s.14.2), the whole unless asked. Raises Refusal for what is not there."""
    beyond = Refusal(
        416,
        "no_such_part",
        f"Range: the sound has {size} bytes",
        headers={"Content-Range": f"bytes */{size}"},
    )
    try:
        asked = request.http_range
    except ValueError:
        raise beyond from None
    start, end, _ = asked.indices(size)
    if "Range" in request.headers and start >= end:
        raise beyond
    return start, end
