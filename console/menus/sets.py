"""Menu sets over HTTP: what is live, who published what, publish, roll back, cancel what waits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Literal, cast

from aiohttp import web
from pydantic import AfterValidator, Field

from console.acts import Deed
from console.api.model import Model, Name, printable
from console.api.paging import Page, Paged, listed
from console.api.routes import Routes
from console.api.scope import sees_all, sees_menu, unhinted, who_acts
from console.keys import MENUS
from console.menus.shown import Changes, Checked, MenuShown, PublicationShown, Published
from ivr.errors import UnknownMenu

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.keys import Menus

routes = Routes("menus")

PROBLEMS = {
    "unknown_menu": 404,
    "unknown_version": 404,
    "publication_refused": 409,
    "document_error": 409,
    "prompt_missing": 409,
    "versions_broken": 503,
}
_Version = Annotated[str, Field(pattern=r"^[0-9a-f]{4,64}$")]


Which = Annotated[str, Field(pattern=r"^(live|draft|[0-9a-f]{4,64})$")]


class Asked(Deed):
    """What is to become live."""

    kind: Literal["publish", "rollback"]
    version: _Version
    """Of the draft that was looked at; for a rollback the beginning of an earlier version's name is enough."""
    instead_of: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None
    """The version that was live when it was decided; null for the first. Another one by now: nothing is done."""
    note: Annotated[str, Field(max_length=500), AfterValidator(printable)] = ""
    effective_at: Annotated[float, Field(gt=0, lt=1e11, allow_inf_nan=False)] | None = None
    """Unix seconds; at once unless given."""


class Compared(Model):
    """Which versions: live, draft, or the beginning of a version's name."""

    before: Which = "live"
    after: Which = "draft"


@routes.get("/api/v1/menus", permission="menus:read", answer=Page[MenuShown], problems=PROBLEMS)
async def list_menus(request: web.Request, query: Paged) -> Mapping[str, object]:
    """List every menu set: what is live, what waits, whether the draft is another."""
    found = [each for each in await request.app[MENUS].sets() if sees_menu(request, str(each["menu"]))]
    return listed(found, query, lambda each: str(each["menu"]))


@routes.get("/api/v1/menus/{menu}/check", permission="menus:read", answer=Checked, problems=PROBLEMS)
async def check_menu(request: web.Request, menu: Name) -> Mapping[str, object]:
    """Check a draft as a publication would: files, what they need, cases."""
    found = await _menus(request, menu).check(menu)
    if sees_all(request):
        return found
    faults = cast("Sequence[Mapping[str, object]]", found["faults"])
    own = [each for each in faults if PurePath(str(each["file"])).stem == menu]
    return {**found, "faults": [{**each, "mend": unhinted(request, str(each["mend"]))} for each in own]}


@routes.get("/api/v1/menus/{menu}/diff", permission="menus:read", answer=Changes, problems=PROBLEMS)
async def diff_menu(request: web.Request, menu: Name, query: Compared) -> Mapping[str, object]:
    """Say in words what changes from one version to another; unless told, from what is live to the draft."""
    found = await _menus(request, menu).diff(menu, query.before, query.after)
    return {"before": query.before, "after": query.after, "changes": found}


@routes.get(
    "/api/v1/menus/{menu}/publications",
    permission="menus:read",
    answer=Page[PublicationShown],
    problems=PROBLEMS,
)
async def list_publications(request: web.Request, menu: Name, query: Paged) -> Mapping[str, object]:
    """List every decision about a menu set, the newest first."""
    found = await _menus(request, menu).history(menu)
    return listed(found, query, lambda each: str(each["id"]))


@routes.post(
    "/api/v1/menus/{menu}/publications",
    permission="menus:publish",
    answer=Published,
    status=201,
    problems=PROBLEMS,
)
async def publish(request: web.Request, menu: Name, body: Asked) -> Mapping[str, object]:
    """Publish the draft, or roll back to an earlier version. Calls in progress keep what they have."""
    return await _menus(request, menu).put(menu, body, who_acts(request, body.by))


@routes.delete(
    "/api/v1/menus/{menu}/publications/pending",
    permission="menus:publish",
    answer=PublicationShown,
    problems=PROBLEMS,
)
async def cancel_publication(request: web.Request, menu: Name, query: Deed) -> Mapping[str, object]:
    """Do not publish what waits for its time."""
    who_acts(request, query.by)
    return await _menus(request, menu).cancel_pending(menu)


def _menus(request: web.Request, menu: str) -> Menus:
    """The menu sets, to do something with one that the asker may see. Raises UnknownMenu."""
    if not sees_menu(request, menu):
        raise UnknownMenu(f"no menu set is called {menu}")
    return request.app[MENUS]
