"""Deletes sound files and erases contacts, each told in the ledger: for a run as for one person."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import structlog

from records.event import LedgerEvent
from records.personal.columns import MARK
from records.retention.sounds import delete_sound, sounds_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from records.database import Database
    from records.retention.sounds import Sound

log = structlog.get_logger()

DELETED = "recording.deleted"
BATCH = 200
"""Contacts or files between two waits for the disk."""


class Writer(Protocol):
    """The ledger, as it is needed here."""

    def append(self, event: LedgerEvent) -> None:
        """Hand an event over."""

    async def flush(self) -> None:
        """Wait until it is kept."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """What came of deleting files."""

    count: int
    failed: tuple[str, ...] = ()
    """The contacts of those that could not be: they are not erased, since nobody would find their files any more."""


class Deleting:
    """Of one node. Databases and files are touched in threads."""

    __slots__ = ("_clock", "_ledger", "_recordings", "database")

    def __init__(
        self, database: Database, ledger: Writer, recordings: Path, clock: Callable[[], float]
    ) -> None:
        """`recordings` is the folder of sound files; `clock` tells Unix time."""
        self.database, self._ledger, self._recordings, self._clock = database, ledger, recordings, clock

    async def sounds(self, contacts: Sequence[str]) -> list[Sound]:
        """The files of these contacts that are still there. Raises StoreUnavailable."""
        return await asyncio.to_thread(sounds_of, self.database, self._recordings, contacts)

    async def delete(self, sounds: Sequence[Sound], why: str) -> Deleted:
        """Delete files, as far as the disk allows it."""
        count, failed = 0, []
        for sound in sounds:
            try:
                told = await asyncio.to_thread(delete_sound, sound)
            except OSError as error:
                failed.append(sound.contact)
                log.error("recording_not_deleted", recording=sound.name, error=error.strerror)
                continue
            if told is not None:
                count += 1
                self.append(DELETED, {**told, "by": why}, contact=sound.contact, leg=sound.leg)
        if count:
            await self._ledger.flush()
        return Deleted(count, tuple(failed))

    async def erase(self, contacts: Sequence[str], why: str) -> None:
        """Nothing that is personal is left of these."""
        for at in range(0, len(contacts), BATCH):
            for contact in contacts[at : at + BATCH]:
                self.append(MARK, {"by": why}, contact=contact)
            await self._ledger.flush()

    async def tell(self, kind: str, data: Mapping[str, object]) -> None:
        """An event of the node, on disk afterwards."""
        self.append(kind, data)
        await self._ledger.flush()

    def append(
        self, kind: str, data: Mapping[str, object], *, contact: str = "", leg: str | None = None
    ) -> None:
        """An event that somebody waits for later."""
        self._ledger.append(LedgerEvent(self._clock(), contact, leg, kind, data))
