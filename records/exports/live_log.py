"""Logs in the forms of Asterisk and FreeSWITCH: of a period, or a file that grows while calls go on, for wallboards.

The place up to which a growing file was written stands beside it (`.FILE.cursor`): who goes on after a restart leaves
nothing out; what was being written when the power failed may stand twice.
"""

from __future__ import annotations

import os
from enum import Enum
from typing import TYPE_CHECKING

from base.io.private_file import write_private
from records.exports import callcenter, queue_log
from records.exports.floor import Floor
from records.exports.happened import LEAD, first_cursor, newest_cursor, of_period, page
from records.moments import stored

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from records.database import Database
    from records.exports.floor import Moment


class Form(Enum):
    """In whose words a log is written."""

    QUEUE_LOG = "queue_log"
    CALLCENTER = "callcenter"
    """As FreeSWITCH's event socket prints events."""
    CALLCENTER_JSON = "callcenter-json"


def written(form: Form, moment: Moment, queues: Mapping[str, Sequence[str]]) -> str:
    """A moment as text, line ends included; mostly one line, sometimes none."""
    if form is Form.QUEUE_LOG:
        return "".join(f"{line}\n" for line in queue_log.lines(moment, queues))
    write = callcenter.as_plain if form is Form.CALLCENTER else callcenter.as_json
    return "".join(write(event) for event in callcenter.events(moment))


def log_of(
    database: Database,
    form: Form,
    since: int,
    until: int,
    queues: Mapping[str, Sequence[str]],
    *,
    clients: frozenset[str] | None = None,
    agents: frozenset[str] | None = None,
) -> Iterator[str]:
    """The log of a period, from and to before moments in microseconds."""
    floor = Floor()
    for event in of_period(database, since, until, clients=clients, agents=agents):
        at = stored(event.ts)
        for moment in floor.take(event):
            if since <= at < until and (text := written(form, moment, queues)):
                yield text


class Follower:
    """Writes what happens to the end of a file. Each `step` waits for the database and the disk: not for the loop."""

    def __init__(
        self, database: Database, path: Path, form: Form, queues: Mapping[str, Sequence[str]], *, now: float
    ) -> None:
        """Go on where the file was left, else begin now. Raises OSError, StoreUnavailable.

        The file is made for its owner only; one that is there keeps its rights.
        """
        self._database = database
        self._path = path
        self._form = form
        self._queues = queues
        self._place = path.with_name(f".{path.name}.cursor")
        self._floor = Floor()
        self._cursor = self._stored()
        self._keep()
        self._listen(stored(now) - LEAD)

    def step(self) -> int:
        """Write what is new; how many moments that were. Raises OSError, StoreUnavailable."""
        found, upto = page(self._database, self._cursor)
        texts = [
            text
            for each in found
            for moment in self._floor.take(each.event)
            if (text := written(self._form, moment, self._queues))
        ]
        if texts:
            self._append("".join(texts).encode())
        if upto != self._cursor:
            self._cursor = upto
            self._keep()
        return len(texts)

    def _listen(self, since: int) -> None:
        """Hear, in silence, how things came to stand as they do."""
        cursor = first_cursor(self._database, since)
        while cursor < self._cursor:
            found, cursor = page(self._database, cursor)
            for each in found:
                if each.cursor <= self._cursor:
                    for _ in self._floor.take(each.event):
                        pass

    def _stored(self) -> int:
        newest = newest_cursor(self._database)
        try:
            place = int(self._place.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return newest
        return place if 0 <= place <= newest else newest

    def _keep(self) -> None:
        write_private(self._place, f"{self._cursor}\n".encode())

    def _append(self, text: bytes) -> None:
        """To the file of that name as it is now: it may have been turned over."""
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "ab", buffering=0) as file:
            while text:
                text = text[file.write(text) :]
