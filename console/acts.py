"""What is sent with an act of a person: who, why, until when; read strictly, each mistake a problem document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeVar

from pydantic import AfterValidator, Field, ValidationError

from base.document import Part
from console.problem import Refusal
from routing.hours.moments import read_moment

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from aiohttp import web


def printable(value: str) -> str:
    """Text that a table and a log can show on one line."""
    if not value.isprintable():
        raise ValueError("must be one line of printable text")
    return value


Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(printable)]


class Act(Part):
    """Who acts, and why."""

    by: Line
    reason: Annotated[str, Field(max_length=200), AfterValidator(printable)] = ""
    until: Line | None = None


A = TypeVar("A", bound=Part)


async def read_act(model: type[A], request: web.Request) -> A:
    """The body of a request. Raises Refusal."""
    try:
        return model.model_validate_json(await request.read())
    except ValidationError as error:
        found = error.errors(include_url=False)
        words = (f"{'.'.join(map(str, each['loc'])) or 'the body'}: {each['msg']}" for each in found)
        raise Refusal(422, "invalid_body", "; ".join(words)) from None


def read_until(until: str | None, zone: ZoneInfo, *, now: datetime, name: str = "until") -> datetime | None:
    """A moment to come, such as when an act ends by itself. Raises Refusal for what is none, or over already."""
    if until is None:
        return None
    try:
        found = read_moment(until, zone, now=now)
    except ValueError as error:
        raise Refusal(422, "invalid_moment", f"{name}: {error}") from None
    if found <= now:
        raise Refusal(422, "invalid_moment", f"{name}: {until} is over already")
    return found


def who(request: web.Request, otherwise: str = "") -> str:
    """Who ends something: `by` of the query. Raises Refusal where it is not said, and nobody stands in."""
    by = request.query.get("by", otherwise)
    if not 0 < len(by) <= 200 or not by.isprintable():
        raise Refusal(422, "invalid_query", "by says who does it: ?by=NAME")
    return by


def told(moment: datetime | None) -> str | None:
    """A moment as JSON."""
    return None if moment is None else moment.isoformat(timespec="seconds")
