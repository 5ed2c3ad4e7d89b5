"""Days and half-hours by the clocks of client companies, as spans of UTC that SQL can reckon with.

A clock that changes makes a day of 23 or 25 hours; the hour that comes twice is two hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, case, cast, literal

from records.figures.definition import Group
from records.moments import DAY, MICROSECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any
    from zoneinfo import ZoneInfo

    from sqlalchemy import ColumnElement

WIDTHS = {Group.HALF_HOUR: 1800, Group.HOUR: 3600, Group.DAY: DAY}
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days by some clock, from the first to the last."""

    first: date
    last: date

    def span(self, zone: ZoneInfo) -> tuple[int, int]:
        """From when to before when, in microseconds UTC."""
        return _midnight(self.first, zone), _midnight(self.last + timedelta(days=1), zone)


@dataclass(frozen=True, slots=True)
class Moments:
    """From one moment to before another, in microseconds UTC, whatever the clock."""

    since: int
    until: int

    def span(self, zone: ZoneInfo) -> tuple[int, int]:
        """Itself."""
        del zone
        return self.since, self.until


Period = Days | Moments


@dataclass(frozen=True, slots=True)
class Calendar:
    """Whose clock counts: each client company's own, the centre's for all else."""

    zone: ZoneInfo
    clients: Mapping[str, ZoneInfo]

    def of(self, client: str | None) -> ZoneInfo:
        """A client company's clock."""
        return self.clients.get(client or "", self.zone)

    def strangers(self) -> dict[ZoneInfo, list[str]]:
        """The clients whose clock is not the centre's, by clock."""
        found: dict[ZoneInfo, list[str]] = {}
        for client, zone in sorted(self.clients.items()):
            if zone.key != self.zone.key:
                found.setdefault(zone, []).append(client)
        return found

    def label(self, group: Group, key: object, client: str | None) -> str:
        """A slot as people write it: a day, or the beginning of a half-hour with its distance from UTC."""
        if group is Group.DAY:
            return (date(1970, 1, 1) + timedelta(days=int(str(key)))).isoformat()
        at = datetime.fromtimestamp(int(str(key)) / MICROSECONDS, UTC).astimezone(self.of(client))
        return at.isoformat(timespec="minutes")


def slot(group: Group, at: ColumnElement[Any], zone: ZoneInfo, span: tuple[int, int]) -> ColumnElement[int]:
    """In which slot a moment lies: the number of its day, or the moment at which its half-hour began."""
    width = WIDTHS[group] * MICROSECONDS
    offset = _offset(at, changes(zone, span))
    local = at + offset
    if group is Group.DAY:
        return cast(local // literal(width, BigInteger), BigInteger)
    return at - local % width


def slots(group: Group, zone: ZoneInfo, span: tuple[int, int]) -> list[tuple[int, int]]:
    """All slots of a span that begins with a day, from when to before when, in microseconds."""
    since, until = span
    if group is not Group.DAY:
        width = WIDTHS[group] * MICROSECONDS
        return [(at, min(at + width, until)) for at in range(since, until, width)]
    found = []
    while since < until:
        day = datetime.fromtimestamp(since // MICROSECONDS, zone).date()
        after = _midnight(day + timedelta(days=1), zone)
        found.append((since, min(after, until)))
        since = after
    return found


def changes(zone: ZoneInfo, span: tuple[int, int]) -> list[tuple[int, int]]:
    """(until when, how far from UTC) of a clock, in microseconds, over a span; the last one holds on."""
    found: list[tuple[int, int]] = []
    since, until = span
    step = 3 * 3600 * MICROSECONDS
    at, offset = since, _utcoffset(zone, since)
    while at < until:
        after = min(at + step, until)
        if (then := _utcoffset(zone, after)) != offset:
            found.append((_change(zone, at, after, offset), offset))
            offset = then
        at = after
    return [*found, (until, offset)]


def _change(zone: ZoneInfo, low: int, high: int, before: int) -> int:
    """The moment of the change between the two: the first that has the new distance, to the second."""
    while high - low > MICROSECONDS:
        middle = (low + high) // 2 // MICROSECONDS * MICROSECONDS
        if middle <= low:
            break
        if _utcoffset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _utcoffset(zone: ZoneInfo, at: int) -> int:
    found = datetime.fromtimestamp(at // MICROSECONDS, zone).utcoffset()
    return round(found.total_seconds()) * MICROSECONDS if found is not None else 0


def _offset(at: ColumnElement[Any], found: Sequence[tuple[int, int]]) -> ColumnElement[Any]:
    last = literal(found[-1][1], BigInteger)
    if len(found) == 1:
        return last
    return case(*((at < until, literal(offset, BigInteger)) for until, offset in found[:-1]), else_=last)


def _midnight(day: date, zone: ZoneInfo) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * MICROSECONDS
