"""The statutory terms of client companies, by their files and the calendars of holidays (records.cases.terms.Terms)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from records.cases.terms import Term
from routing.callbacks.documents import read_weekdays
from routing.hours.days import read_days
from routing.hours.holidays import CODES, TOWNS, NamedDays, PublicHolidays
from routing.hours.working_days import WorkingDays

if TYPE_CHECKING:
    from centralita.configuration import Configuration
    from routing.complaints import ComplaintsPart
    from routing.hours.holidays import Holidays


class ClientTerms:
    """Those of one configuration. Times are Unix seconds; holidays are worked out once a year and code, in a thread."""

    __slots__ = ("_calendars", "configuration")

    def __init__(self, configuration: Configuration) -> None:
        """Nothing is worked out yet."""
        self.configuration = configuration
        self._calendars: dict[str, WorkingDays] = {}

    def term(self, client: str, reason: str | None) -> Term | None:
        """What holds for a complaint about this."""
        part = self._part(client)
        if part is None:
            return None
        within = part.within(reason)
        return Term(within.count, within.working_days is not None, part.warn, part.pauses)

    def end(self, client: str, days: int, since: float, *, is_working: bool) -> float:
        """When so many days are over, by the client company's own clock."""
        moment = datetime.fromtimestamp(since, UTC)
        return self._calendar(client).end(moment, days, is_working=is_working).timestamp()

    def left(self, client: str, end: float, now: float, *, is_working: bool) -> int:
        """How many days there still are."""
        moments = datetime.fromtimestamp(end, UTC), datetime.fromtimestamp(now, UTC)
        return self._calendar(client).left(*moments, is_working=is_working)

    def _part(self, client: str) -> ComplaintsPart | None:
        company = self.configuration.clients.get(client)
        return company.complaints if company is not None else None

    def _calendar(self, client: str) -> WorkingDays:
        found = self._calendars.get(client)
        if found is None:
            found = self._calendars[client] = self._made(client)
        return found

    def _made(self, client: str) -> WorkingDays:
        zone, part = self.configuration.zone(client), self._part(client)
        if part is None:
            return WorkingDays(zone)
        weekdays, named = read_weekdays(part.calendar.days), part.calendar.holidays
        if named is not None:
            return WorkingDays(zone, weekdays, tuple(map(_holidays, named)))
        company = self.configuration.clients[client]
        hours = self.configuration.hours.get(company.hours or "")
        return WorkingDays(zone, weekdays, hours.timetable.holidays if hours is not None else ())


def _holidays(name: str) -> Holidays:
    if name in CODES:
        return PublicHolidays(name)
    return NamedDays(name, tuple(map(read_days, TOWNS[name])))
