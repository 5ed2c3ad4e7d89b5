"""Opening hours over HTTP: which there are, how each stands at a moment, and what the next days bring."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from base.document import suggest
from console.acts import told
from console.api.mistakes import invalid
from console.api.model import Line, Model, Name
from console.api.paging import Page, Paged, listed
from console.api.routes import Routes
from console.api.scope import sees
from console.hours.closures import ClosureShown
from console.hours.closures import shown as shown_closure
from console.keys import OPENING
from console.problem import Mistake, Refusal
from routing.hours.calendar import Opening
from routing.hours.moments import read_moment
from routing.hours.opening import closure_of, next_opening, opening

if TYPE_CHECKING:
    from datetime import date, datetime

    from console.hours.desk import OpeningDesk
    from routing.hours.calendar import OpeningHours

routes = Routes("opening hours")
_DAYS = 7
"""How many are shown ahead."""


class PlaceShown(Model):
    """A place with opening hours; moments are by its own clock."""

    id: str
    client: str | None
    timezone: str
    at: str
    """The moment that is told of."""
    state: Opening
    next_change: str | None
    """Null where none is in sight."""
    next_opening: str | None
    closure: ClosureShown | None
    """The emergency that closes it."""


class Day(Model):
    """One day of a place."""

    day: str
    state: Opening
    spans: tuple[str, ...]
    """When it is open."""
    holiday: str | None


class PlaceAhead(PlaceShown):
    """A place with the days that follow."""

    days: tuple[Day, ...]


class Moment(Model):
    """Which moment is asked about."""

    at: Line | None = None
    """"2026-12-24 15:00" in the place's own time; now unless given."""


def shown(hours: OpeningHours, desk: OpeningDesk, *, now: datetime) -> dict[str, object]:
    """How a place stands, as JSON."""
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


def _seen(request: web.Request) -> Mapping[str, OpeningHours]:
    every = request.app[OPENING].hours()
    return {name: each for name, each in every.items() if sees(request, each.timetable.client)}


@routes.get("/api/v1/hours", permission="hours:read", answer=Page[PlaceShown])
async def list_hours(request: web.Request, query: Paged) -> Mapping[str, object]:
    """List all places in the order of the file, at this moment."""
    desk = request.app[OPENING]
    now = desk.board.now()
    found = [shown(each, desk, now=now) for each in _seen(request).values()]
    return listed(found, query, lambda each: str(each["id"]))


@routes.get(
    "/api/v1/hours/{name}", permission="hours:read", answer=PlaceAhead, problems={"unknown_hours": 404}
)
async def one_place(request: web.Request, name: Name, query: Moment) -> Mapping[str, object]:
    """Show one place, now or at another moment, with its next seven days."""
    desk, known = request.app[OPENING], _seen(request)
    hours = known.get(name)
    if hours is None:
        detail = f"no hours are called {name}; {suggest(name, known) or 'hours.yaml has none'}"
        raise Refusal(404, "unknown_hours", detail)
    zone = hours.timetable.zone
    moment = now = desk.board.now()
    if query.at is not None:
        try:
            moment = read_moment(query.at, zone, now=now)
        except ValueError as error:
            raise invalid("query", [Mistake("/query/at", str(error))]) from None
    today = moment.astimezone(zone).date()
    days = [_day(hours, today + timedelta(days=each)) for each in range(_DAYS)]
    return {**shown(hours, desk, now=moment), "days": days}
