"""A run over what is kept too long of one client company: batch by batch, past what a legal hold keeps."""

from __future__ import annotations

import asyncio
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from records.moments import DAY, stored
from records.retention.deleting import BATCH, Deleted
from records.retention.due import due_contacts, due_sounds, mark_done, mark_of, oldest_open
from records.retention.sounds import CALL, MESSAGE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    from records.retention.deleting import Deleting
    from records.retention.due import Due
    from records.retention.holds import Held
    from records.retention.rules import Rules
    from records.retention.told import Applied

RETENTION = "retention"
"""Who deletes where nobody does."""


class Find(Protocol):
    """Finds what is due. Blocks."""

    def __call__(self, *, since: int, before: int, after: Due | None, limit: int) -> list[Due]:
        """So much of what began from `since` to before `before`, microseconds, behind the last one."""


@dataclass(frozen=True, slots=True)
class Run:
    """Over one client company."""

    deleting: Deleting
    recordings: Path
    held: Held
    subject: Callable[[str | None], str | None]
    """The keyed hash of whoever has a number."""
    applied: Applied
    tell: Callable[[Applied], None]
    """Hears of each batch."""
    pause: float
    """Seconds that calls have for themselves between two batches."""
    dry_run: bool

    async def apply(self, rules: Rules, now: float) -> None:
        """Delete what is due at this moment (Unix time). Raises StoreUnavailable."""
        database, client = self.deleting.database, self.applied.client
        for kind, days in ((CALL, rules.recordings), (MESSAGE, rules.messages)):
            if days is not None:
                find = functools.partial(due_sounds, database, self.recordings, client, kind)
                await self._walk(kind, stored(now - days * DAY), find, self._delete_sounds)
        if rules.personal is not None:
            contacts = functools.partial(due_contacts, database, client)
            await self._walk("personal", stored(now - rules.personal * DAY), contacts, self._erase)

    async def _walk(
        self, kind: str, before: int, find: Find, treat: Callable[[Sequence[Due]], Awaitable[bool]]
    ) -> None:
        """Batch after batch; a mark is kept up to where all is deleted, so that no run looks there again."""
        database, client = self.deleting.database, self.applied.client
        place: Due | None = None
        is_clear = True
        since = await asyncio.to_thread(mark_of, database, client, kind)
        is_open = await asyncio.to_thread(oldest_open, database, client, since=since, before=before)
        while batch := await asyncio.to_thread(find, since=since, before=before, after=place, limit=BATCH):
            place = batch[-1]
            is_clear = await treat(batch) and is_clear
            if not self.dry_run:
                if is_clear:
                    until = place.at if is_open is None else min(place.at, is_open)
                    await asyncio.to_thread(mark_done, database, client, kind, until)
                await asyncio.sleep(self.pause)
            self.tell(self.applied)

    async def _erase(self, batch: Sequence[Due]) -> bool:
        """Erase contacts; whether all of them could be."""
        ids = [each.contact for each in batch if not self._is_held(each)]
        self.applied.held += len(batch) - len(ids)
        if ids and not self.dry_run:
            gone = await self.deleting.delete(await self.deleting.sounds(ids), RETENTION)
            self.applied.recordings += gone.count
            self.applied.failed += len(gone.failed)
            ids = [each for each in ids if each not in gone.failed]
            await self.deleting.erase(ids, RETENTION)
        self.applied.contacts += len(ids)
        return len(ids) == len(batch)

    async def _delete_sounds(self, batch: Sequence[Due]) -> bool:
        """Delete files; whether all of them could be, in this batch and before."""
        held = {each.contact for each in batch if self._is_held(each)}
        sounds = [each.sound for each in batch if each.sound is not None]
        free = [each for each in sounds if each.contact not in held]
        self.applied.held += len(sounds) - len(free)
        gone = Deleted(len(free)) if self.dry_run else await self.deleting.delete(free, RETENTION)
        self.applied.failed += len(gone.failed)
        if batch[0].kind == CALL:
            self.applied.recordings += gone.count
        else:
            self.applied.messages += gone.count
        return not held and not self.applied.failed

    def _is_held(self, due: Due) -> bool:
        return self.held.on(due.contact, due.client, self.subject(due.number)) is not None
