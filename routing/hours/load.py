"""Reads config/hours.yaml into timetables; each fault with its line and what would be right."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from base.document import load, suggest
from routing.hours.calendar import OpeningHours, Timetable
from routing.hours.days import Once, looks_like_days, read_days
from routing.hours.document import HoursFile
from routing.hours.holidays import CODES, TOWNS, NamedDays, PublicHolidays, published
from routing.hours.spans import WHOLE_DAY, Span, overlap, read_span

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from base.document import Document, Fault, Location
    from routing.hours.calendar import Week
    from routing.hours.days import Days
    from routing.hours.document import HoursPart
    from routing.hours.holidays import Holidays

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ANY_YEAR = 2026
"""Asked for once while the file is read: that loads a country's tables, which takes too long for a call."""
_ID = re.compile(r"[a-z][a-z0-9_-]*")
RESERVED = "everything"
"""No place may be called so: it is what an emergency closes when it closes all of them."""

_ONLY = {
    "PL": "all of Poland has the same: PL",
    "US": "those of the states are not known, only the federal: US",
}

T = TypeVar("T")
V = TypeVar("V")


def load_hours(
    path: Path, faults: list[Fault], *, timezone: str = "UTC", clients: Collection[str] | None = None
) -> Mapping[str, OpeningHours] | None:
    """All hours by id, none where there is no such file; None where its form is wrong. Faults are appended.

    `timezone` is that of places without their own; `clients` are the companies that there are, None: any.
    """
    if not path.exists():
        return {}
    file, document = load(HoursFile, path, faults)
    if file is None:
        return None
    reader = _Reader(document, faults, timezone, clients)
    reader.read_towns(file.towns)
    return {name: OpeningHours(reader.read(name, part)) for name, part in file.hours.items()}


class _Reader:
    """Makes timetables of the parts and notes what they cannot mean."""

    def __init__(
        self, at: Document, faults: list[Fault], timezone: str, clients: Collection[str] | None
    ) -> None:
        self.at = at
        self.faults = faults
        self.timezone = timezone
        self.clients = clients
        self.towns: dict[str, Holidays] = {
            name: NamedDays(name, tuple(read_days(each) for each in days)) for name, days in TOWNS.items()
        }

    def read_towns(self, towns: Mapping[str, Sequence[str]]) -> None:
        """Lists by hand; one of a known town's name replaces what is known of it."""
        for name, days in towns.items():
            here: Location = ("towns", name)
            if name in CODES or looks_like_days(name):
                self._note(
                    here, f"a town cannot be called {name}", "give it a name of its own, such as getafe"
                )
            self.towns[name] = NamedDays(name, self._all(here, days, read_days))

    def read(self, name: str, part: HoursPart) -> Timetable:
        """One place."""
        here: Location = ("hours", name)
        if name == RESERVED:
            self._note(
                here, f'hours cannot be called "{name}"', "that word closes all of them in an emergency"
            )
        elif _ID.fullmatch(name) is None:
            mend = "begin with a letter, go on with a-z, 0-9, _ and -"
            self._note(here, f'hours cannot be called "{name}"', mend)
        if part.client is not None and self.clients is not None and part.client not in self.clients:
            mend = suggest(part.client, self.clients) or "there is no client yet"
            self._note((*here, "client"), f'no client is called "{part.client}"', mend)
        return Timetable(
            id=name,
            zone=ZoneInfo(part.timezone or self.timezone),
            week=self._week((*here, "open"), part.open),
            client=part.client,
            seasons=self._by_days(
                (*here, "seasons"),
                part.seasons,
                lambda days, week: self._week((*here, "seasons", days), week),
            ),
            holidays=self._holidays((*here, "holidays"), part.holidays),
            closed=self._all((*here, "closed"), part.closed, read_days),
            special=self._by_days(
                (*here, "special"),
                part.special,
                lambda days, spans: self._spans((*here, "special", days), spans),
            ),
        )

    def _holidays(self, here: Location, named: Sequence[str]) -> tuple[Holidays, ...]:
        found: list[Holidays] = []
        for index, word in enumerate(named):
            if looks_like_days(word):
                found += (
                    NamedDays(word, (days,)) for days in self._all(here, [word], read_days, first=index)
                )
            elif word in CODES:
                published(word, _ANY_YEAR)
                found.append(PublicHolidays(word))
            elif word in self.towns:
                found.append(self.towns[word])
            else:
                self._note((*here, index), f'no holidays are called "{word}"', self._meant(word))
        return tuple(found)

    def _meant(self, word: str) -> str:
        if word.upper() in CODES:
            return f'did you mean "{word.upper()}"?'
        if word.lower() in self.towns:
            return f'did you mean "{word.lower()}"?'
        only = _ONLY.get(word.partition("-")[0])
        return only or suggest(word, [*CODES, *self.towns])

    def _by_days(
        self, here: Location, written: Mapping[str, T], read: Callable[[str, T], V]
    ) -> tuple[tuple[Days, V], ...]:
        """Days to what they have; those with a year first, else in the order of the file."""
        found: list[tuple[Days, V]] = []
        lines: dict[Days, str] = {}
        for text, value in written.items():
            meant = read(text, value)
            for days in self._all((*here, text), [text], read_days, first=None):
                if days in lines:
                    self._note((*here, text), f"{text} stands already as {lines[days]}", "keep one")
                lines[days] = text
                found.append((days, meant))
        return tuple(sorted(found, key=lambda each: not isinstance(each[0], Once)))

    def _week(self, here: Location, written: Mapping[str, Sequence[str]]) -> Week:
        week: list[tuple[Span, ...]] = [()] * len(WEEKDAYS)
        keys: dict[int, str] = {}
        for key, texts in written.items():
            spans = self._spans((*here, key), texts)
            for day in self._weekdays((*here, key), key):
                if day in keys:
                    first = keys[day]
                    what = f"{WEEKDAYS[day]} is in {first} " + ("twice" if first == key else f"and in {key}")
                    self._note((*here, key), what, "name each day once")
                keys[day], week[day] = key, spans
        self._nights(here, week, keys)
        return tuple(week)

    def _nights(self, here: Location, week: Sequence[tuple[Span, ...]], keys: Mapping[int, str]) -> None:
        """Spans past midnight that run into one of the next day."""
        told = set()
        for day, spans in enumerate(week):
            tomorrow = (day + 1) % len(week)
            late = [Span(0, each.end - WHOLE_DAY) for each in spans if each.end > WHOLE_DAY]
            clash = overlap([*late, *week[tomorrow]]) if late and week[tomorrow] else None
            if clash is not None and (pair := (keys[day], keys[tomorrow])) not in told:
                told.add(pair)
                night = next(each for each in spans if each.end > WHOLE_DAY)
                what = f"{night} of {WEEKDAYS[day]} runs into {clash[1]} of {WEEKDAYS[tomorrow]}"
                self._note((*here, keys[tomorrow]), what, "end one before the other begins")

    def _weekdays(self, here: Location, key: str) -> list[int]:
        found: list[int] = []
        for part in key.split(","):
            first, dash, last = (each.strip() for each in part.partition("-"))
            wrong = [each for each in ((first, last) if dash else (first,)) if each not in WEEKDAYS]
            for each in wrong:
                near = each.lower()[:3]
                known = f'did you mean "{near}"?' if near in WEEKDAYS else f"they are {', '.join(WEEKDAYS)}"
                self._note(here, f'no day of the week is called "{each}"', known)
            if not wrong:
                begin = WEEKDAYS.index(first)
                length = (WEEKDAYS.index(last) - begin) % len(WEEKDAYS) if dash else 0
                found += ((begin + each) % len(WEEKDAYS) for each in range(length + 1))
        return found

    def _spans(self, here: Location, texts: Sequence[str]) -> tuple[Span, ...]:
        spans = self._all(here, texts, read_span)
        clash = overlap(spans) if len(spans) == len(texts) else None
        if clash is not None:
            what = f"{clash[0]} and {clash[1]} overlap"
            later = max(index for index, span in enumerate(spans) if span in clash)
            self._note((*here, later), what, "end one before the other begins")
        return tuple(sorted(spans))

    def _all(
        self, here: Location, texts: Sequence[str], read: Callable[[str], T], *, first: int | None = 0
    ) -> tuple[T, ...]:
        """What can be read of these; `first` is the place of the first in its list, None where it is no list."""
        found = []
        for index, text in enumerate(texts):
            try:
                found.append(read(text))
            except ValueError as error:
                self._note(here if first is None else (*here, first + index), str(error), "")
        return tuple(found)

    def _note(self, here: Location, what: str, mend: str) -> None:
        self.faults.append(self.at.fault(here, what, mend))
