"""Opening hours over HTTP: which there are, how each stands at a moment, and what the next days bring."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from base.document import suggest
from console.acts import told
from console.closures import shown as shown_closure
from console.keys import OPENING
from console.problem import Refusal
from routing.hours.calendar import Opening
from routing.hours.moments import read_moment
from routing.hours.opening import closure_of, next_opening, opening

if TYPE_CHECKING:
    from datetime import date, datetime

    from console.opening import OpeningDesk
    from routing.hours.calendar import OpeningHours

routes = web.RouteTableDef()
_DAYS = 7
"""How many are shown ahead."""


def shown(hours: OpeningHours, desk: OpeningDesk, *, now: datetime) -> dict[str, object]:
    """How a place stands, as JSON; moments are by its own clock."""
    table, switches = hours.timetable, desk.board.switches
    closure = closure_of(hours, switches, now=now)
    change = hours.next_change(now) if closure is None else closure.until
    return {
        "id": table.id,
        "client": table.client,
        "timezone": table.zone.key,
        "at": told(now.astimezone(table.zone)),
        "state": opening(hours, switches, now=now),
        "next_change": told(change.astimezone(table.zone)) if change is not None else None,
        "next_opening": told(next_opening(hours, switches, now=now)),
        "closure": shown_closure(closure) if closure is not None else None,
    }


def _day(hours: OpeningHours, day: date) -> dict[str, object]:
    plan = hours.plan(day)
    state = Opening.OPEN if plan.spans else plan.otherwise
    return {
        "day": day.isoformat(),
        "state": state,
        "spans": [str(each) for each in plan.spans],
        "holiday": plan.name or None,
    }


@routes.get("/api/v1/hours")
async def list_hours(request: web.Request) -> web.Response:
    """All places in the order of the file, at this moment."""
    desk = request.app[OPENING]
    now = desk.board.now()
    return web.json_response({"hours": [shown(each, desk, now=now) for each in desk.hours().values()]})


@routes.get("/api/v1/hours/{name}")
async def one_place(request: web.Request) -> web.Response:
    """One place, now or `at` another moment, with its next seven days."""
    desk, name = request.app[OPENING], request.match_info["name"]
    hours = desk.hours().get(name)
    if hours is None:
        detail = f"no hours are called {name}; {suggest(name, desk.hours()) or 'hours.yaml has none'}"
        raise Refusal(404, "unknown_hours", detail)
    zone = hours.timetable.zone
    moment = now = desk.board.now()
    if "at" in request.query:
        try:
            moment = read_moment(request.query["at"], zone, now=now)
        except ValueError as error:
            raise Refusal(422, "invalid_query", f"at: {error}") from None
    today = moment.astimezone(zone).date()
    days = [_day(hours, today + timedelta(days=each)) for each in range(_DAYS)]
    return web.json_response({**shown(hours, desk, now=moment), "days": days})
