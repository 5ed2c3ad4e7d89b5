"""Calls that really came, from a CSV file: time, queue, handle, and where they are known client, language and patience.

A year has a million rows, so they are read one by one, a day at a time; base.document's models would take a minute.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from base.document import Fault, refuse, suggest
from base.durations import seconds
from base.rows import lines
from routing.simulation.calls import Call
from routing.skills import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

    from routing.skills import Requirements

COLUMNS = ("time", "queue", "client", "language", "handle", "patience", "priority", "waited", "result")
"""The last two tell what became of the call; playing it again does not need them."""
_NEEDED = ("time", "queue")
_MOST_FAULTS = 50
_TIME = re.compile(r"(?:(\d{4}-\d\d-\d\d)[T ])?([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?")


@dataclass(frozen=True, slots=True)
class Summary:
    """What a first look at the file shows."""

    calls: int
    queues: tuple[str, ...]


@dataclass(slots=True)
class CallsFile:
    """One file."""

    path: Path
    handle: Callable[[], float] | None = None
    """Where the file has no handle time (nobody answered): how long it would have taken."""
    patience: Callable[[], float] = field(default=lambda: float("inf"))
    """Where the file has no patience (somebody answered): how long the caller would have held."""
    queues: Collection[str] | None = None
    """Those that there are; any unless given."""
    skills: Collection[str] = ()
    """A language asks for its skill where there is one."""
    faults: list[Fault] = field(default_factory=list)
    waited: float = 0.0
    """Seconds that the callers read so far had waited, where the file tells."""

    def look(self) -> Summary:
        """Read all of it once. Raises DocumentError with every fault, so that none comes up in the middle of a year."""
        self._check_columns()
        refuse(self.faults)
        count, queues = 0, dict[str, None]()
        for _, call in self._rows():
            count += 1
            queues[call.queue] = None
        refuse(self.faults)
        if not count:
            refuse([Fault(str(self.path), 1, "no call stands in this file", "add a row for each call")])
        return Summary(count, tuple(queues))

    def days(self) -> Iterator[tuple[str, list[Call]]]:
        """The calls of each day, in order of time. Raises DocumentError at the end of a day that has faults."""
        for day, group in groupby(self._rows(), key=lambda each: each[0]):
            calls = sorted(call for _, call in group)
            refuse(self.faults)
            yield day, calls
        refuse(self.faults)

    def _rows(self) -> Iterator[tuple[str, Call]]:
        """Each call with its day; what is wrong is noted, and after a screenful of it nothing more is read."""
        last, self.waited = "", 0.0
        for line, row in lines(self.path, self.faults):
            read = self._read(line, row)
            if len(self.faults) >= _MOST_FAULTS:
                return
            if read is None:
                continue
            if read[0] < last:
                self._fault(line, f"{read[0]} comes after {last}", "sort the rows by time")
            last = read[0]
            yield read

    def _check_columns(self) -> None:
        header = _header(self.path)
        if not header:  # said by whoever reads the rows
            return
        for name in header:
            if name not in COLUMNS:
                self._fault(1, f'unknown column "{name}"', suggest(name, COLUMNS))
        for name in _NEEDED:
            if name not in header:
                self._fault(1, f'the column "{name}" is missing', "known: " + ", ".join(COLUMNS))

    def _read(self, line: int, row: Mapping[str, str]) -> tuple[str, Call] | None:
        """One row: its day and its call; None where something is wrong with it."""
        before = len(self.faults)
        time = _TIME.fullmatch(row.get("time", ""))
        if time is None:
            mend = "write 2026-11-23 08:30:05 or 08:30:05"
            self._fault(line, f"time: {row.get('time', '')!r} is not a time", mend)
        queue = row.get("queue", "")
        if self.queues is not None and queue not in self.queues:
            self._fault(line, f'no queue is called "{queue}"', suggest(queue, self.queues))
        handle = self._seconds(line, row, "handle", self.handle)
        patience = self._seconds(line, row, "patience", self.patience)
        self.waited += self._seconds(line, row, "waited", lambda: 0.0)
        priority = row.get("priority", "0")
        if not priority.removeprefix("-").isdecimal():
            self._fault(line, f"priority: {priority!r} is not a whole number")
        if time is None or len(self.faults) > before:
            return None
        at = int(time[2]) * 3600.0 + int(time[3]) * 60.0 + float(time[4] or 0.0)
        asked = self._requires(row.get("language", ""))
        return time[1] or "", Call(at, queue, handle, patience, row.get("client", ""), int(priority), asked)

    def _seconds(
        self, line: int, row: Mapping[str, str], column: str, otherwise: Callable[[], float] | None
    ) -> float:
        text = row.get(column)
        if text is None:
            if otherwise is None:
                self._fault(line, f"{column} is missing", "add it, or say --aht for those without")
                return 0.0
            return otherwise()
        try:
            return seconds(text)
        except ValueError as error:
            self._fault(line, f"{column}: {error}")
            return 0.0

    def _requires(self, language: str) -> Requirements:
        skill = f"lang_{language}"
        return ((skill, 1),) if skill in self.skills else NONE

    def _fault(self, line: int, what: str, mend: str = "") -> None:
        self.faults.append(Fault(str(self.path), line, what, mend))


def is_calls_file(path: Path) -> bool:
    """Whether a file lists calls; else it is a forecast."""
    return path.suffix.lower() == ".csv" and "time" in _header(path)


def _header(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            first = file.readline()
    except (OSError, UnicodeDecodeError):
        return []
    return [each.strip().strip('"') for each in first.split(";" if ";" in first else ",")]
