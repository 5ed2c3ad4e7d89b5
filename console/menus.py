"""Menu sets over HTTP: what is live, who published what, publish, roll back, cancel what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from aiohttp import web
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from base.errors import CentralitaError
from console.acts import printable
from console.keys import MENUS
from console.problem import problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from console.keys import Shown

routes = web.RouteTableDef()

_Text = Annotated[str, Field(max_length=500), AfterValidator(printable)]
_Version = Annotated[str, Field(pattern=r"^[0-9a-f]{4,64}$")]


class Asked(BaseModel):
    """What is to become live."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["publish", "rollback"]
    version: _Version
    """Of the draft that was looked at; for a rollback the beginning of an earlier version's name is enough."""
    instead_of: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None
    """The version that was live when it was decided; none for the first."""
    who: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(printable)]
    note: _Text = ""
    effective_at: Annotated[float, Field(gt=0, lt=1e11, allow_inf_nan=False)] | None = None
    """Unix seconds; at once unless given."""


@routes.get("/api/v1/menus")
async def list_menus(request: web.Request) -> web.Response:
    """Every menu set: what is live, what waits, whether the draft is another."""
    return await _told(lambda: _listed(request.app[MENUS].sets()))


@routes.get("/api/v1/menus/{set}/publications")
async def history(request: web.Request) -> web.Response:
    """Every decision about a menu set, the newest first."""
    return await _told(lambda: _published(request.app[MENUS].history(request.match_info["set"])))


@routes.post("/api/v1/menus/{set}/publications")
async def publish(request: web.Request) -> web.Response:
    """Publish the draft, or roll back to an earlier version."""
    try:
        asked = Asked.model_validate_json(await request.read())
    except ValidationError as error:
        return problem(422, "invalid_publication", _what(error))
    return await _told(lambda: request.app[MENUS].put(request.match_info["set"], asked), status=201)


@routes.delete("/api/v1/menus/{set}/publications/pending")
async def cancel(request: web.Request) -> web.Response:
    """Do not publish what waits for its time."""
    return await _told(lambda: request.app[MENUS].cancel_pending(request.match_info["set"]))


async def _listed(found: Awaitable[Sequence[Shown]]) -> Shown:
    return {"menus": list(await found)}


async def _published(found: Awaitable[Sequence[Shown]]) -> Shown:
    return {"publications": list(await found)}


async def _told(ask: Callable[[], Awaitable[Shown]], *, status: int = 200) -> web.Response:
    try:
        return web.json_response(dict(await ask()), status=status)
    except CentralitaError as error:
        return problem(_STATUS.get(error.code, 500), error.code, str(error))


_STATUS = {
    "unknown_menu": 404,
    "unknown_version": 404,
    "publication_refused": 409,
    "document_error": 409,
    "prompt_missing": 409,
    "versions_broken": 503,
}


def _what(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(each) for each in first["loc"]) or "the body"
    return f"{place}: {first['msg']}"
