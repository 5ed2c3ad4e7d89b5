"""Callers whom the last run of this node left behind: those who call again soon find their old place, or go first.

Whoever was cut off by the node's own end goes first; whoever had given up just before has the place that the queue
keeps. What is known is what the ledger tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError

from records.errors import StoreUnavailable
from records.ledger.recovery import INTERRUPTED
from routing.queues.returning import KeptPlace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from records.reader import ContactRow, Reader
    from routing.queues.returning import Returning

log = structlog.get_logger()

CUT_OFF = 600.0
"""Seconds from the start that those are waited for who were cut off."""
_EARLIEST = 3 * 3600.0
"""Calls that began longer ago are not looked at."""
_MOST = 2_000
_ABANDONED = "abandoned"


class LeftBehind(NamedTuple):
    """One caller. Times are Unix time."""

    client: str
    queue: str
    number: str
    joined: float
    gone: float
    is_cut_off: bool


def left_behind(reader: Reader, *, now: float) -> list[LeftBehind]:
    """Read them; blocks. A ledger that cannot be read has none."""
    try:
        return list(_read(reader, now))
    except (StoreUnavailable, SQLAlchemyError) as error:
        log.error("returning_callers_unknown", error=type(error).__name__)
        return []


def _read(reader: Reader, now: float) -> Iterator[LeftBehind]:
    for row in reader.contacts(_MOST, since=now - _EARLIEST):
        if row.queue is None or not row.ani or row.ended_at is None:
            continue
        if row.outcome not in (INTERRUPTED, _ABANDONED) or row.ended_at < now - _EARLIEST:
            continue
        if _is_withheld(reader, row):
            continue
        joined = max(row.started_at, row.ended_at - row.waited - row.talked)
        yield LeftBehind(
            row.client or "", row.queue, row.ani, joined, row.ended_at, row.outcome == INTERRUPTED
        )


def _is_withheld(reader: Reader, row: ContactRow) -> bool:
    if not row.ani or not row.ani.removeprefix("+").isdigit():
        return True
    opened = next((each.data for each in reader.events(row.id) if each.type == "contact.opened"), {})
    return bool(opened.get("private"))


def remember(
    returning: Returning,
    callers: list[LeftBehind],
    keeps: Callable[[str], float],
    *,
    wall: float,
    now: float,
) -> None:
    """Keep their places. `keeps` gives for how long a queue does; `wall` is Unix time, `now` the distributor's."""
    for each in callers:
        until = wall + CUT_OFF if each.is_cut_off else each.gone + keeps(each.queue)
        place = KeptPlace(now - (wall - each.joined), now + (until - wall), each.is_cut_off)
        returning.keep(each.client, each.queue, each.number, place, now=now)
