"""The SHA-256 of each sound file, told in the ledger once the file is closed: by it a changed file is found later.

Files are read in a thread, one after the other. What an end of the node left without a hash has it after the next
start, and its event says that it is `late`: between the two nobody watched the file.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import structlog
from sqlalchemy import or_, select, tuple_

from base.errors import CentralitaError
from base.io.background import Background
from records.moments import stored
from records.retention.sounds import Sound, sha256_of, sound_of
from records.views.tables import contact, recording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from records.database import Database
    from records.event import LedgerEvent

log = structlog.get_logger()

HASHED = "recording.hashed"
_BEGAN = frozenset({"recording.started", "message.began"})
_OVER = frozenset({"recording.finished", "recording.failed", "message.recorded", "message.failed"})
_AT_ONCE = 200
_PATIENCE = 10.0
"""Seconds that a node which stops waits for the last files."""


class Record(Protocol):
    """Writes an event; see calls.events.Record."""

    def __call__(self, contact: str, leg: str | None, kind: str, data: Mapping[str, object]) -> None:
        """Of this contact and leg."""


class _Closed(NamedTuple):
    """A file that nobody writes any more."""

    contact: str
    leg: str | None
    name: str
    path: Path
    is_late: bool = False


class Hashing:
    """What hashes the files of one node."""

    def __init__(self, database: Database, folder: Path, node: str, record: Record, *, began: float) -> None:
        """`folder` holds the recordings; `began` is when this life of the node began, in Unix time."""
        self._database, self._folder, self._node, self._record = database, folder, node, record
        self._began = stored(began)
        self._open: dict[str, str] = {}
        """The files that are being written, by name."""
        self._closed: asyncio.Queue[_Closed] = asyncio.Queue()
        self._background = Background(self._run, "hashing")

    def begin(self) -> None:
        """From now on; what was left before comes first."""
        self._background.begin()

    async def close(self) -> None:
        """Hash what is closed already, as far as that is soon done."""
        if self._background.is_under_way:
            try:
                await asyncio.wait_for(self._closed.join(), _PATIENCE)
            except TimeoutError:
                log.warning("recordings_left_without_hash", count=self._closed.qsize())
        await self._background.close()

    def hear(self, event: LedgerEvent) -> None:
        """Whatever is told; see Journal.watch."""
        if event.type in _BEGAN:
            self._open[str(event.data.get("recording"))] = str(event.data.get("file"))
        elif event.type in _OVER:
            name = str(event.data.get("recording"))
            if (file := self._open.pop(name, None)) is not None:
                self._closed.put_nowait(_Closed(event.contact, event.leg, name, Path(file)))

    async def _run(self) -> None:
        try:
            await self._left_before()
        except CentralitaError as problem:
            log.error("recordings_left_without_hash", reason=str(problem))
        while True:
            closed = await self._closed.get()
            try:
                await self._hash(closed)
            finally:
                self._closed.task_done()

    async def _hash(self, closed: _Closed) -> None:
        try:
            digest, size = await asyncio.to_thread(_read, closed.path)
        except FileNotFoundError:
            return  # deleted meanwhile, and the ledger tells of it
        except OSError as problem:
            log.error("recording_not_hashed", recording=closed.name, reason=problem.strerror)
            return
        told: dict[str, object] = {"recording": closed.name, "bytes": size, "sha256": digest}
        self._record(closed.contact, closed.leg, HASHED, told | ({"late": True} if closed.is_late else {}))

    async def _left_before(self) -> None:
        after = ("", 0)
        while True:
            rows, sounds = await asyncio.to_thread(self._unhashed, after)
            for each in sounds:
                await self._hash(_Closed(each.contact, each.leg, each.name, each.path, is_late=True))
            if len(rows) < _AT_ONCE:
                return
            after = rows[-1]

    def _unhashed(self, after: tuple[str, int]) -> tuple[list[tuple[str, int]], list[Sound]]:
        of_it = recording.c.contact
        query = (
            select(recording)
            .join(contact, contact.c.id == of_it)
            .where(
                recording.c.sha256.is_(None),
                recording.c.began_at < self._began,
                contact.c.ended_at.is_not(None),
                or_(contact.c.node == self._node, contact.c.node.is_(None)),
                tuple_(of_it, recording.c.n) > after,
            )
            .order_by(of_it, recording.c.n)
            .limit(_AT_ONCE)
        )
        with self._database.read() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        sounds = [sound for row in rows if (sound := sound_of(row, self._folder)) is not None]
        return [(row["contact"], row["n"]) for row in rows], sounds


def _read(path: Path) -> tuple[str, int]:
    return sha256_of(path), path.stat().st_size
