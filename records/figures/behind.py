"""The contacts behind a figure, page by page: who was counted, and out of whom."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, literal, not_, or_, select, tuple_

from base.compact import compact
from records.errors import CursorUnknown
from records.figures.catalogue import DEFINITIONS
from records.figures.measures import MEASURES, ROWS, Source, Sum
from records.moments import unix

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Subquery

    from records.database import Database
    from records.figures.measures import Measure
    from records.figures.question import Question

_LARGEST = 2**63


class Part(Enum):
    """Which of the contacts behind a figure."""

    ALL = "all"
    """All that it is about: those it is divided by."""
    COUNTED = "counted"
    """Those above the line."""
    REST = "rest"
    """Those that it is divided by, and that are not above the line: not in time, not kept, not contained."""


@dataclass(frozen=True, slots=True)
class Behind:
    """One contact, as often as it counts."""

    contact: str
    at: float
    """When, in Unix seconds: as the figure reckons it."""
    value: float | None
    """Seconds, where the figure is made of seconds."""
    counted: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Some of them, and where to go on."""

    items: tuple[Behind, ...]
    next: str | None


def behind(
    database: Database,
    question: Question,
    name: str,
    *,
    part: Part = Part.ALL,
    limit: int = 100,
    after: str | None = None,
) -> Page:
    """One page, in order of time; of the longest waits, the longest first. `question.by` plays no part.

    Raises CursorUnknown, StoreUnavailable, LedgerMissing.
    """
    definition = DEFINITIONS[name]
    counted = MEASURES[definition.counted]
    rows = ROWS[counted.source](question)
    in_counted = counted.where(rows, question)
    in_all = MEASURES[definition.of].where(rows, question) if definition.of else in_counted
    wanted = {
        Part.ALL: or_(in_all, in_counted),
        Part.COUNTED: in_counted,
        Part.REST: and_(in_all, not_(in_counted)),
    }
    picked = [*question.picked(rows), wanted[part]]
    value = counted.value(rows, question) if counted.value is not None else literal(None)
    if counted.source is Source.SPANS and part is not Part.REST:
        value = case((in_counted, value), else_=0.0)  # the seconds above the line, not all it is divided by
    lines = _lines(rows, counted, picked, value, in_counted)
    number = int if counted.source is Source.WAITS else str
    key = -lines.c.value if counted.sum is Sum.MOST else lines.c.at
    query = select(lines, key.label("key")).order_by(key, lines.c.contact, lines.c.n).limit(limit + 1)
    if after is not None:
        query = query.where(tuple_(key, lines.c.contact, lines.c.n) > tuple(_read(after, number)))
    with database.read() as connection:
        found = connection.execute(query).all()
    items = tuple(
        Behind(
            row.contact,
            unix(row.at),
            None if row.value is None else float(row.value),
            bool(row.counted),
        )
        for row in found[:limit]
    )
    last = found[limit - 1] if len(found) > limit else None
    return Page(items, None if last is None else _written([last.key, last.contact, last.n]))


def _lines(
    rows: Subquery,
    measure: Measure,
    picked: list[ColumnElement[bool]],
    value: ColumnElement[Any],
    counted: ColumnElement[bool],
) -> Subquery:
    is_counted = case((counted, 1), else_=0).label("counted")
    if measure.source is not Source.SPANS:
        columns = (rows.c.contact, rows.c.n, rows.c.at, value.label("value"), is_counted)
        return select(*columns).where(*picked).subquery("lines")
    # Of agents' time, the contacts that they were busy with: each once, however often they held it.
    return (
        select(
            rows.c.contact,
            literal("").label("n"),
            func.min(rows.c.at).label("at"),
            func.sum(value).label("value"),
            func.max(is_counted).label("counted"),
        )
        .where(*picked, rows.c.contact.is_not(None))
        .group_by(rows.c.contact)
        .subquery("lines")
    )


def _written(key: list[Any]) -> str:
    raw = compact(key).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _read(cursor: str, number: type) -> list[Any]:
    """When (or how long), which contact, and which of its lines. Raises CursorUnknown."""
    try:
        raw = base64.b64decode(
            cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True
        )
        found: Any = json.loads(raw)
    except (ValueError, binascii.Error, RecursionError):
        found = None
    if not (
        isinstance(found, list)
        and list(map(type, found[1:])) == [str, number]
        and type(found[0]) in (int, float)
        and all(abs(each) < _LARGEST for each in found if not isinstance(each, str))
    ):
        raise CursorUnknown("this is no cursor that we gave; begin without one")
    return found
