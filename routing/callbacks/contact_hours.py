"""When a customer may be called: the client company's contact hours by the customer's own clock.

A number may ring in more than one time zone (a Spanish mobile phone in Madrid or on the Canaries): it is called only
while it is a good hour in each of them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from routing.hours.calendar import Opening, OpeningHours

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from routing.hours.calendar import Timetable

_MOST_LOOKS = 400
"""Openings that are looked at before it is said that there is no hour in all of the zones."""


class ContactHours:
    """One timetable by whatever clock is asked for; days are worked out once for each zone."""

    __slots__ = ("_by_zone", "_timetable")

    def __init__(self, timetable: Timetable) -> None:
        """`timetable` with the zone that counts where a number says nothing."""
        self._timetable = timetable
        self._by_zone: dict[str, OpeningHours] = {}

    def opens(self, at: float, zones: Sequence[ZoneInfo] = ()) -> float | None:
        """The first moment from `at` on (Unix time) at which it is open in all zones; None: not in 400 days."""
        calendars = self._calendars(zones)
        first = moment = datetime.fromtimestamp(at, UTC)
        for _ in range(_MOST_LOOKS):
            shut = next((each for each in calendars if each.state_at(moment) is not Opening.OPEN), None)
            if shut is None:
                return at if moment is first else moment.timestamp()  # to the last bit: it may be compared
            found = shut.next_opening(moment)
            if found is None:
                return None
            moment = found
        return None

    def shuts(self, at: float, zones: Sequence[ZoneInfo] = ()) -> float | None:
        """When the first of them closes after a moment at which all are open; None: not in 400 days."""
        moment = datetime.fromtimestamp(at, UTC)
        changes = (each.next_change(moment) for each in self._calendars(zones))
        return min((each.timestamp() for each in changes if each is not None), default=None)

    def _calendars(self, zones: Sequence[ZoneInfo]) -> list[OpeningHours]:
        return [self._by(zone) for zone in zones or (self._timetable.zone,)]

    def _by(self, zone: ZoneInfo) -> OpeningHours:
        found = self._by_zone.get(zone.key)
        if found is None:
            found = self._by_zone[zone.key] = OpeningHours(replace(self._timetable, zone=zone))
        return found
