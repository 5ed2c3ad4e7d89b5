"""The chain of one node as a transaction goes on with it: its days begin, end and are sealed.

A day of the chain is the event's, but never later than the writer's own, and it never goes back. Where a clock had
jumped ahead and came back, the chain stands in the future: then the next of its days begins with the next midnight, so
that each is over and sealed in time, and its number goes on ahead of the calendar.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from records import schema
from records.event import NODE, LedgerEvent
from records.ledger.chain import VERSION, Head, day_of, start_of_day
from records.ledger.entry import ready
from records.ledger.seal import Seal, sealed_content
from records.moments import stored, unix

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from records.ledger.entry import Entry
    from records.ledger.session import Session
    from records.personal.master_key import MasterKey

_HEAD = ("day", "count", "previous", "head", "version")
_SEAL = "UPDATE chain_day SET sealed_at = {mark}, signature = {mark} WHERE node = {mark} AND day = {mark}"
_LAST = f"SELECT {', '.join(_HEAD)} FROM chain_day WHERE node = {{mark}} ORDER BY day DESC LIMIT 1"
_DATE = "SELECT ts FROM event WHERE node = {mark} AND day = {mark} AND seq = {mark}"


class Days:
    """Those of one transaction. Whoever writes sets `head` to that of each event."""

    __slots__ = ("_master", "_node", "_seals", "_today", "date", "ended", "head")

    def __init__(self, node: str, head: Head, date: int, master: MasterKey | None) -> None:
        """From where the chain stands, and the date of its last event; without a master key no day is sealed."""
        self._node, self._master = node, master
        self._today = day_of(stored(time.time()))
        self.head = head
        self.date = date
        self.ended: list[Head] = []
        """How the days ended that are over."""
        self._seals: list[Seal] = []

    def count_ended(self, entries: Sequence[Entry]) -> int:
        """At how many of these a day of ours is over that is to be sealed."""
        if self._master is None:
            return 0
        at, date, ended = self.head.day, self.date, 0
        for each in entries:
            day, date = self._day(at, date, each)
            ended += day > at >= 0
            at = day
        return ended

    def in_order(self, entries: Sequence[Entry]) -> Iterator[Entry]:
        """These, and before the first of a new day the event that tells of the seal of the one before."""
        for entry in entries:
            day, self.date = self._day(self.head.day, self.date, entry)
            if day > self.head.day:
                seal = self._seal()
                if self.head.seq:
                    self.ended.append(self.head)
                self.head = start_of_day(self._node, day, self.head, VERSION)
                if seal is not None:
                    self._seals.append(seal)
                    yield self._sealing(entry.ts, seal)
            yield entry

    def _day(self, at: int, date: int, entry: Entry) -> tuple[int, int]:
        """To which day of the chain an event belongs that comes next, and its date."""
        today = min(day_of(entry.ts), self._today)
        if at > self._today and today > date:
            return at + 1, today
        return max(at, today), today

    def keep(self, session: Session) -> None:
        """Store how far each day has come, and the seals."""
        heads = [(self._node, *each) for each in (*self.ended, self.head)]
        session.put(schema.chain_day, ("node", *_HEAD), heads)
        now = stored(time.time())
        for seal in self._seals:
            session.execute(_SEAL.format(mark=session.mark), now, seal.signature, seal.node, seal.day)

    def _seal(self) -> Seal | None:
        """The seal of the day that ends here; none before the first day, or without a key."""
        head = self.head
        if self._master is None or not head.seq:
            return None
        content = sealed_content(self._node, head.day, head.seq, head.hash)
        return Seal(self._node, head.day, head.seq, head.hash, self._master.sign(content))

    def _sealing(self, ts: int, seal: Seal) -> Entry:
        """The event that tells of a seal, the first of the next day."""
        return ready(LedgerEvent(unix(ts), NODE, None, "ledger.sealed", seal.told), self._node)[0]


def stored_head(session: Session, node: str) -> tuple[Head, int]:
    """Where a node's chain stands in the tables, and the date of its last event."""
    found = session.rows(_LAST.format(mark=session.mark), node)
    head = Head(*map(found[0].__getitem__, _HEAD)) if found else Head()
    last = session.rows(_DATE.format(mark=session.mark), node, head.day, head.seq)
    return head, day_of(last[0]["ts"]) if last else head.day
