"""The chain of one node as a transaction goes on with it: its days begin, end and are sealed."""

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


class Days:
    """Those of one transaction. Whoever writes sets `head` to that of each event."""

    __slots__ = ("_master", "_node", "_seals", "ended", "head")

    def __init__(self, node: str, head: Head, master: MasterKey | None) -> None:
        """From where the chain stands; without a master key no day is sealed."""
        self._node, self._master = node, master
        self.head = head
        self.ended: list[Head] = []
        """How the days ended that are over."""
        self._seals: list[Seal] = []

    def count_ended(self, entries: Sequence[Entry]) -> int:
        """At how many of these a day of ours is over that is to be sealed."""
        if self._master is None:
            return 0
        at, ended = (self.head.day if self.head.seq else day_of(entries[0].ts)), 0
        for each in entries:
            if (day := day_of(each.ts)) > at:
                at, ended = day, ended + 1
        return ended

    def in_order(self, entries: Sequence[Entry]) -> Iterator[Entry]:
        """These, and before the first of a new day the event that tells of the seal of the one before."""
        for entry in entries:
            if (day := day_of(entry.ts)) > self.head.day:
                seal = self._seal()
                if self.head.seq:
                    self.ended.append(self.head)
                self.head = start_of_day(self._node, day, self.head, VERSION)
                if seal is not None:
                    self._seals.append(seal)
                    yield self._sealing(entry.ts, seal)
            yield entry

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


def stored_head(session: Session, node: str) -> Head:
    """Where a node's chain stands in the tables."""
    found = session.rows(_LAST.format(mark=session.mark), node)
    return Head(*map(found[0].__getitem__, _HEAD)) if found else Head()
