"""Prompts over HTTP: who says what in which language, and recordings by people, brought in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from aiohttp import web

from console.api.model import Model, Name
from console.api.paging import Page, Paged, listed
from console.api.routes import Routes
from console.api.scope import refuse_unless_all
from console.keys import PROMPTS

routes = Routes("prompts")

LARGEST = 20 * 1024 * 1024
"""Bytes of a recording."""


class Said(Model):
    """A prompt in one language."""

    source: Literal["recording", "voice", "recording+voice", "sound"]
    seconds: float
    """Of its fixed parts; what stands in slots comes on top."""
    is_estimate: bool
    """Whether some of it has not been made yet."""


class PromptShown(Model):
    """A prompt in every language."""

    id: str
    said: dict[str, Said]
    """By language."""
    missing: tuple[str, ...]
    """Languages with prompts that lack this one."""


class Replacing(Model):
    """Whether an earlier recording may go."""

    replace: bool = False


class RecordingKept(Model):
    """A recording that was kept; calls hear it from the next reload on."""

    prompt: str
    language: str
    file: str
    kind: str
    rate: int
    channels: int
    seconds: float
    heard: float
    """Seconds without silence."""
    peak: float
    """Decibels of full scale, of the loudest sample."""
    loudness: float
    """Decibels of full scale, of the words."""
    warnings: tuple[str, ...]


@routes.get(
    "/api/v1/prompts",
    permission="menus:read",
    answer=Page[PromptShown],
    problems={"document_error": 409},
)
async def list_prompts(request: web.Request, query: Paged) -> Mapping[str, object]:
    """List the prompts: who says each in which language, and for how many seconds."""
    refuse_unless_all(request)
    return listed(await request.app[PROMPTS].listed(), query, lambda each: str(each["id"]))


@routes.put(
    "/api/v1/prompts/{prompt}/recordings/{language}",
    permission="prompts:write",
    answer=RecordingKept,
    largest=LARGEST,
    problems={"unknown_prompt": 404, "prompt_there": 409, "bad_recording": 422, "document_error": 409},
)
async def upload_recording(
    request: web.Request, prompt: Name, language: Name, query: Replacing, file: bytes
) -> Mapping[str, object]:
    """Bring in a recording of a prompt: wav, mp3, ogg, flac or m4a, 20 MB at most.

    It is checked as `centralita prompts import` does, and kept with the files that administrators edit.
    """
    refuse_unless_all(request)
    return await request.app[PROMPTS].bring_in(file, language, prompt, replace=query.replace)
