"""Gives committed events to those who follow them: what was before is read from the ledger, what comes is shared.

One reader for all: it runs only while somebody follows, in a thread, and encodes each event once. Whoever is behind
reads by itself until it has come up to the shared one; where the two meet the cursor decides, so that nothing is told
twice and nothing is left out.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import structlog

from base.errors import CentralitaError
from base.io.background import Background
from console.events.catalogue import INNER
from console.events.sight import ALL, Sight, Wish
from console.events.told import Told, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from records.event import Committed
    from records.feed import Page

log = structlog.get_logger()

MOST_WAITING = 5_000
"""Events that wait for one follower before it is behind."""
MOST_FOLLOWERS = 100
MOST_OF_ONE = 50
"""Followers of one person or key: nobody takes all places."""
KEPT = 16
"""Pages that are kept for those who come up."""
POLL = 1.0
"""Seconds: as long may another node's event remain unseen, of which no bell of ours rings."""
PAUSE = 1.0
"""Seconds until a database that is away is asked again."""


class CursorGone(CentralitaError):
    """What came after this cursor is not kept any more; the text says from where on there is something."""

    code = "cursor_gone"
    status = 410


class CursorUnknown(CentralitaError):
    """No event has had this cursor as yet: it is another ledger's."""

    code = "cursor_unknown"
    status = 422


class TooManyFollowers(CentralitaError):
    """As many follow already as may."""

    code = "too_many_followers"
    status = 503
    retry_after = 30


class FellBehind(CentralitaError):
    """A follower took too long; `cursor` is where it may go on."""

    code = "fell_behind"

    def __init__(self, cursor: int) -> None:
        """The last event that it was given."""
        super().__init__(f"resume from cursor {cursor}")
        self.cursor = cursor


class HubClosed(CentralitaError):
    """The node stops."""

    code = "stopping"
    status = 503


class Source(Protocol):
    """Where events are read; see records.feed.Feed."""

    def bounds(self) -> tuple[int, int]:
        """The oldest and the newest cursor."""

    def page(self, after: int, *, without: frozenset[str]) -> Page:
        """What was committed after a cursor."""


@dataclass(frozen=True, slots=True)
class ToldPage:
    """Events from after one cursor up to another."""

    after: int
    events: tuple[Told, ...]
    upto: int
    is_last: bool


class Hub:
    """All followers of one ledger."""

    def __init__(
        self, source: Source, *, most: int = MOST_FOLLOWERS, most_waiting: int = MOST_WAITING
    ) -> None:
        """Nothing is read before somebody follows."""
        self._source = source
        self._most = most
        self._most_waiting = most_waiting
        self._followers: set[Follower] = set()
        self._live: set[Follower] = set()
        self._recent: deque[ToldPage] = deque(maxlen=KEPT)
        self._tail = 0
        self._bell = asyncio.Event()
        self._reading = Background(self._run, "events")
        self._is_closed = False
        self.seen = 0
        """The newest cursor that is known."""
        self.fell_behind = 0
        """How often a follower did."""

    @property
    def count(self) -> int:
        """How many follow."""
        return len(self._followers)

    def ring(self, committed: Sequence[Committed] = ()) -> None:
        """Something was committed; see Ledger.watch_committed."""
        if committed:
            self.seen = max(self.seen, committed[-1].id)
        self._bell.set()

    async def newest(self) -> int:
        """The newest cursor. Raises StoreUnavailable."""
        return (await asyncio.to_thread(self._source.bounds))[1]

    async def check(self, after: int) -> None:
        """Whether all that came after this cursor is there. Raises CursorGone, CursorUnknown, StoreUnavailable."""
        oldest, newest = await asyncio.to_thread(self._source.bounds)
        if after > newest:
            raise CursorUnknown(f"no event has cursor {after}; the newest is {newest}")
        if after < oldest - 1:
            raise CursorGone(f"events after {after} are not kept any more; the oldest has cursor {oldest}")

    def follow(
        self,
        after: int,
        *,
        wish: Wish | None = None,
        sight: Sight = ALL,
        may_lag: bool = False,
        is_guest: bool = True,
        who: str = "",
    ) -> Follower:
        """Follow from after a cursor. A guest counts, `who` says whose; who `may_lag` reads again what it missed.

        Raises TooManyFollowers, HubClosed.
        """
        if self._is_closed:
            raise HubClosed("the node stops")
        if is_guest and sum(each.is_guest for each in self._followers) >= self._most:
            raise TooManyFollowers(f"{self._most} follow already")
        if is_guest and who and sum(each.who == who for each in self._followers) >= MOST_OF_ONE:
            raise TooManyFollowers(f"{who} has {MOST_OF_ONE} streams already")
        follower = Follower(self, after, wish or Wish(), sight, may_lag=may_lag, is_guest=is_guest, who=who)
        self._followers.add(follower)
        return follower

    def leave(self, follower: Follower) -> None:
        """It follows no more."""
        self._followers.discard(follower)
        self._live.discard(follower)

    async def close(self) -> None:
        """End all."""
        self._is_closed = True
        for each in tuple(self._followers):
            each.wake()
        await self._reading.close()

    @property
    def is_closed(self) -> bool:
        """Whether the node stops."""
        return self._is_closed

    async def read(self, after: int) -> ToldPage:
        """A page as others are told it. Raises StoreUnavailable."""
        page = await asyncio.to_thread(self._read, after)
        self.seen = max(self.seen, page.upto)
        return page

    def join(self, follower: Follower) -> bool:
        """From here on it shares what is read, if it has come up to that; at once what it lacks of it."""
        if not self._reading.is_under_way:
            self._tail = follower.cursor
            self._recent.clear()
            self._reading.begin()
        elif follower.cursor < self._tail:
            if not self._recent or self._recent[0].after > follower.cursor:
                return False
            for page in self._recent:
                if page.upto > follower.cursor:
                    follower.push(page, self._most_waiting)
        self._live.add(follower)
        return True

    def drop(self, follower: Follower) -> None:
        """It shares no more what is read."""
        self._live.discard(follower)

    def _read(self, after: int) -> ToldPage:
        page = self._source.page(after, without=frozenset(INNER))
        told = tuple(found for each in page.events if (found := tell(each)) is not None)
        return ToldPage(after, told, page.upto, page.is_last)

    async def _run(self) -> None:
        """Read on for as long as somebody shares it."""
        while self._live:
            self._bell.clear()
            try:
                page = await self.read(self._tail)
            except CentralitaError as error:
                log.warning("events_not_read", why=str(error))
                await asyncio.sleep(PAUSE)
                continue
            if page.upto > self._tail:
                self._tail = page.upto
                self._recent.append(page)
                for each in tuple(self._live):
                    each.push(page, self._most_waiting)
            if page.is_last:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL):
                        await self._bell.wait()


class Follower:
    """One who follows. `cursor` is the last event that was taken."""

    def __init__(
        self, hub: Hub, after: int, wish: Wish, sight: Sight, *, may_lag: bool, is_guest: bool, who: str
    ) -> None:
        """Made by `Hub.follow`."""
        self.cursor = after
        self.wish = wish
        self.sight = sight
        self.is_guest = is_guest
        self.who = who
        self._hub = hub
        self._may_lag = may_lag
        self._pages: deque[ToldPage] = deque()
        self._waiting = 0
        self.is_live = False
        self._has_more = asyncio.Event()

    def push(self, page: ToldPage, most: int) -> None:
        """A page that is shared."""
        self._pages.append(page)
        self._waiting += len(page.events)
        self._has_more.set()
        if self._waiting > most:
            self._hub.drop(self)
            self._pages.clear()
            self._waiting, self.is_live = 0, False
            self._hub.fell_behind += 1
            if not self._may_lag:
                self._waiting = -1

    def wake(self) -> None:
        """Look whether the hub is closed."""
        self._has_more.set()

    async def take(self, patience: float) -> list[Told]:
        """What comes next, or nothing for as long as `patience` seconds.

        Raises FellBehind, HubClosed, StoreUnavailable.
        """
        if self._waiting < 0:
            raise FellBehind(self.cursor)
        if self._hub.is_closed:
            raise HubClosed("the node stops")
        if not self.is_live:
            return await self._read_on()
        if not self._pages:
            self._has_more.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience):  # wait_for can lose a cancellation
                    await self._has_more.wait()
            if self._hub.is_closed:
                raise HubClosed("the node stops")
        return self._taken()

    def go_back(self, cursor: int) -> None:
        """Read again what comes after a cursor."""
        self._hub.drop(self)
        self._pages.clear()
        self._waiting, self.is_live, self.cursor = 0, False, cursor

    def close(self) -> None:
        """Follow no more."""
        self._hub.leave(self)

    async def _read_on(self) -> list[Told]:
        """A page of what was before; at its end it may be shared from here on."""
        page = await self._hub.read(self.cursor)
        found = await asyncio.to_thread(self._wanted, page)
        self.cursor = page.upto
        self.is_live = page.is_last and self._hub.join(self)
        return found

    def _taken(self) -> list[Told]:
        found: list[Told] = []
        while self._pages:
            page = self._pages.popleft()
            self._waiting -= len(page.events)
            found += self._wanted(page)
            self.cursor = max(self.cursor, page.upto)
        return found

    def _wanted(self, page: ToldPage) -> list[Told]:
        allows, wants = self.sight.allows, self.wish.wants
        return [each for each in page.events if each.cursor > self.cursor and wants(each) and allows(each)]
