"""Promised callbacks, kept and broken, as lists and counts; the table is derived from the ledger (records.views)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, desc, func, select, tuple_

from records.moments import stored, unix
from records.narrowing import in_period, matching
from records.views.tables import promise

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement

    from records.database import Database

OPEN, KEPT, LATE = "open", "kept", "late"
BROKEN = ("failed", "expired")
"""Results that break the promise; a cancelled one is neither kept nor broken."""
RESULTS = (OPEN, KEPT, LATE, *BROKEN, "cancelled")


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise. Times are Unix seconds."""

    reference: str
    contact: str | None
    client: str | None
    queue: str | None
    language: str | None
    agent: str | None
    promised_at: float
    earliest: float | None
    latest: float | None
    ended_at: float | None
    result: str
    """open, kept, late (kept after its time), failed, expired, cancelled."""
    kept_in: str | None
    is_broken: bool
    """Failed, expired, late, or open after its time."""


@dataclass(frozen=True, slots=True)
class PromiseCount:
    """How the promises of one client company and queue stand."""

    client: str | None
    queue: str | None
    promised: int
    kept: int
    late: int
    broken: int
    cancelled: int
    open: int
    overdue: int
    """Of the open ones: after their time."""


def promises(
    database: Database,
    now: float,
    *,
    clients: Collection[str] | None = None,
    queue: str | None = None,
    result: str | None = None,
    since: float | None = None,
    until: float | None = None,
    after: tuple[float, str] | None = None,
    limit: int = 100,
) -> list[Promise]:
    """The latest first, promised from `since` to before `until`, from behind (promised_at, reference)."""
    query = select(promise).where(
        *matching(promise, clients, queue=queue), *in_period(promise.c.promised_at, since, until)
    )
    if result is not None:
        query = query.where(promise.c.result.is_(None) if result == OPEN else promise.c.result == result)
    if after is not None:
        place = tuple_(promise.c.promised_at, promise.c.reference)
        query = query.where(place < (stored(after[0]), after[1]))
    query = query.order_by(desc(promise.c.promised_at), desc(promise.c.reference)).limit(limit)
    with database.read() as connection:
        rows = connection.execute(query).mappings().all()
    return [_shaped(dict(row), now) for row in rows]


def counted(
    database: Database,
    now: float,
    *,
    clients: Collection[str] | None = None,
    queue: str | None = None,
    since: float | None = None,
    until: float | None = None,
) -> list[PromiseCount]:
    """How many, by client company and queue."""

    def share(which: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((which, 1), else_=0)), 0)

    is_open = promise.c.result.is_(None)
    query = (
        select(
            promise.c.client,
            promise.c.queue,
            func.count().label("promised"),
            share(promise.c.result.in_((KEPT, LATE))).label("kept"),
            share(promise.c.result == LATE).label("late"),
            share(promise.c.result.in_(BROKEN)).label("broken"),
            share(promise.c.result == "cancelled").label("cancelled"),
            share(is_open).label("open"),
            share(and_(is_open, promise.c.latest < stored(now))).label("overdue"),
        )
        .where(*matching(promise, clients, queue=queue), *in_period(promise.c.promised_at, since, until))
        .group_by(promise.c.client, promise.c.queue)
        .order_by(promise.c.client, promise.c.queue)
    )
    with database.read() as connection:
        return [PromiseCount(**dict(row)) for row in connection.execute(query).mappings()]


def _is_broken(result: str | None, latest: int | None, now: float) -> bool:
    if result is None:
        return latest is not None and latest < stored(now)
    return result in (*BROKEN, LATE)


def _shaped(row: dict[str, Any], now: float) -> Promise:
    is_broken = _is_broken(row["result"], row["latest"], now)
    for name in ("promised_at", "earliest", "latest", "ended_at"):
        row[name] = unix(row[name])
    return Promise(
        **{**row, "contact": row["contact"] or None, "result": row["result"] or OPEN}, is_broken=is_broken
    )
