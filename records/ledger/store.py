"""The writing side of the database: opened, migrated, then one transaction per batch of events.

A transaction holds the events, chained; what is derived from them; the chain's new head; new keys; and how far the
journal of an outage has been read. SQLAlchemy describes the tables and reads them; the inserts here go straight to the
driver, since its Core executes about ten times slower per row.
"""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from records import schema
from records.database import first_line
from records.errors import LedgerInUse, StoreUnavailable
from records.event import Committed
from records.ledger.chain import Head, link
from records.ledger.days import Days, stored_head
from records.ledger.entry import encode
from records.ledger.recovery import unclosed, untold
from records.ledger.session import opener
from records.ledger.spill import Doubt, Place
from records.ledger.stored import STORED, stored_entry
from records.migrate import upgrade
from records.moments import MICROSECONDS
from records.personal.columns import MARK, clearing
from records.personal.sealing import Opener, Sealer, StoredKey, owner
from records.views import tables
from records.views.fold import Fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import Table

    from records.database import Database
    from records.ledger.entry import Entry
    from records.ledger.heads import Heads, Noted
    from records.ledger.recovery import Unclosed, Untold
    from records.ledger.session import Session
    from records.personal.master_key import MasterKey

_EVENT = ("id", *(column.name for column in schema.event.columns if column.name != "id"))
_DERIVED = {table: tuple(table.columns.keys()) for table in tables.ALL}
_SPILL_READ = ("node", "file", "position")
_CONTACT_KEY = ("contact", "key", "made_at")
_IN_ORDER = (
    f"SELECT {', '.join(f'event.{name}' for name in STORED)}, key FROM event"
    " LEFT JOIN contact_key ON contact_key.contact = event.contact ORDER BY event.id"
)
_SHRED = (
    "INSERT INTO contact_key (contact, key, made_at, shredded_at) VALUES ({0}, NULL, {0}, {0})"
    " ON CONFLICT (contact) DO UPDATE SET key = NULL, shredded_at = excluded.shredded_at"
)
_AT_ONCE = 1_000
"""Events that are folded together when all is rebuilt."""


class Store:
    """One connection that writes. Used by one thread at a time; `open` may run on another than `write`."""

    def __init__(
        self, database: Database, node: str, master: MasterKey | None = None, heads: Heads | None = None
    ) -> None:
        """Nothing is touched before `open`. Without a master key nothing is sealed, and nothing sealed can be read."""
        self.database, self.node = database, node
        self._place = opener(database, node)
        self._session: Session | None = None
        self._head, self._date = Head(), -1
        self._heads = heads
        self._doubt: Doubt | None = None
        self._unheard: tuple[str, list[Committed]] | None = None
        """What followers are to hear of the last transaction, and where the chain stands if it was kept."""
        self._fold = Fold(self._rows)
        self._master = master
        self._sealer = None if master is None else Sealer(master, self._stored_key)
        self._opener = None if master is None else Opener(master)

    def open(self, tell: Callable[[str], None] | None = None) -> None:
        """Take the place for ourselves, bring its tables up to date.

        Raises StoreUnavailable, LedgerInUse, LedgerTooNew.
        """
        self._place.begin()
        try:
            upgrade(self.database, tell=tell)
            self._connected()
            if self._heads is not None:
                self._heads.check(self._has)
        except BaseException as problem:
            self.close()
            if self._place.is_away(problem):
                raise StoreUnavailable(f"{self.database}: {first_line(problem)}") from problem
            raise

    def close(self) -> None:
        """Let go of the database. What was committed is kept."""
        if self._heads is not None and self._session is not None:
            self._heads.stopped(self._head)
        self._disconnect()
        self._place.end()

    def write(
        self, entries: Sequence[Entry], *, place: Place | None = None, wanted: bool = False
    ) -> list[Committed]:
        """Write all or nothing, in this order. A failure leaves no trace: the same can be tried again.

        `place`: the journal is read up to there with these. What was committed is returned if it is `wanted`.

        Raises:
            StoreUnavailable: the database's fault; trying again may help.
            Exception: the entries' fault.

        """
        with self._guarded():
            try:
                return self._write(entries, place, wanted=wanted)
            except BaseException as problem:
                if not self._place.is_away(problem):
                    self._doubt = self._unheard = None  # it was refused: that is an answer
                raise

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except BaseException as problem:
            # After `open` the place is ours: what holds it is our own connection, of which the server still thinks it
            # lives, behind a network that broke. It ends in time.
            is_away = isinstance(problem, LedgerInUse) or self._place.is_away(problem)
            self._fold.forget_all()
            if self._sealer is not None:
                self._sealer.dropped()
            self._disconnect()
            if is_away:
                raise StoreUnavailable(f"{self.database}: {first_line(problem)}") from problem
            raise

    def unbalanced(self) -> dict[str, float]:
        """The contacts whose segments do not add up, by how many seconds, of those closed since the last call."""
        return self._fold.unbalanced()

    def left_open(self) -> tuple[list[Unclosed], Untold]:
        """What an earlier life of this node left open: contacts, and what its agents do. Before the first `write`."""
        session = self._connected()
        return unclosed(session, self.node), untold(session, self.node)

    def rebuild(self, tell: Callable[[int], None] = lambda _: None) -> int:
        """Make all that is derived anew from the events, or change nothing; how many events there are.

        `tell` hears how many are done. Raises LedgerInUse, StoreUnavailable.
        """
        if self._connected().has_company():
            raise LedgerInUse(f"a node writes to {self.database}")
        with self._guarded():
            return self._rebuild(tell)

    def _rebuild(self, tell: Callable[[int], None]) -> int:
        session = self._connected()
        session.begin()
        done = 0
        for table in tables.ALL:
            session.execute(f"DELETE FROM {table.name}")
        for done, (*row, key) in enumerate(session.stream(_IN_ORDER), 1):
            self._fold.take(stored_entry(row, key, self._opener))
            if done % _AT_ONCE == 0:
                self._keep_derived(session)
                tell(done)
        self._keep_derived(session)
        # Events from before they were sealed tell of persons still.
        for erased in session.rows("SELECT contact FROM contact_key WHERE key IS NULL"):
            for statement in clearing(session.mark):
                session.execute(statement, erased["contact"])
        session.commit()
        self._fold.forget_all()
        return done

    def read_place(self) -> Place | None:
        """How far the journal has been read into the tables. Raises StoreUnavailable."""
        with self._guarded():
            found = self._rows(schema.spill_read, {"node": self.node})
        return Place(found[0]["file"], found[0]["position"]) if found else None

    def _has(self, noted: Noted) -> bool:
        where = {"node": noted.node, "day": noted.day, "seq": noted.events}
        return any(row["hash"] == noted.head for row in self._rows(schema.event, where))

    # --- one transaction ---

    def _write(self, entries: Sequence[Entry], place: Place | None, *, wanted: bool) -> list[Committed]:
        session = self._connected()
        session.begin()
        days = Days(self.node, self._head, self._date, self._master)
        rows: list[tuple[Any, ...]] = []
        told: list[Committed] = []
        erased: list[tuple[str, int]] = []
        numbers = session.ids(len(entries) + days.count_ended(entries))
        for number, entry in zip(numbers, days.in_order(entries), strict=True):
            n = self._fold.take(entry)
            rows.append(self._row(days, number, entry, n or None))
            if entry.type == MARK and (whose := owner(entry.contact, entry.data)) is not None:
                erased.append((whose, entry.ts))
            if wanted:
                told.append(self._committed(number, entry, n))
        self._keep_keys(session)
        session.add(schema.event, _EVENT, rows)
        self._keep_derived(session)
        for whose, at in erased:
            self._erase(session, whose, at)
        days.keep(session)
        if place is not None:
            session.put(schema.spill_read, _SPILL_READ, [(self.node, *place)])
        end = days.head.hash.hex()
        self._doubt, self._unheard = Doubt(end, len(entries)), (end, told)
        session.commit()
        self._doubt, self._unheard, self._head = None, None, days.head
        self._date = days.date
        if self._sealer is not None:
            self._sealer.kept()
        if self._heads is not None:
            with suppress(
                Exception
            ):  # it is committed: whatever failed from here on would have it written again
                self._heads.committed(days.ended, days.head)
        return told

    def _row(self, days: Days, number: int, entry: Entry, n: int | None) -> tuple[Any, ...]:
        ts, offset, whose, leg, agent, kind, data, text, node = entry
        contact, sealed = whose or None, None
        if self._sealer is not None:
            opened, sealed = self._sealer.seal(whose, kind, data)
            if opened is not data:
                text = encode(opened)
        head = link(days.head, node, contact, n, agent, leg, ts, offset, kind, text, sealed)
        days.head = head
        day, seq, _, digest, _ = head
        return (number, node, day, seq, contact, n, agent, leg, ts, offset, kind, text, sealed, digest)

    def _keep_derived(self, session: Session) -> None:
        for table, changed in self._fold.changed():
            columns = _DERIVED[table]
            session.put(table, columns, list(map(itemgetter(*columns), changed)))

    def _keep_keys(self, session: Session) -> None:
        if self._sealer is not None:
            now = _now()
            keys = [(contact, key, now) for contact, key in self._sealer.fresh_keys()]
            session.add(schema.contact_key, _CONTACT_KEY, keys)

    def _erase(self, session: Session, whose: str, at: int) -> None:
        """Destroy the key of a contact, or of a person, and clear what was derived from what it opened."""
        session.execute(_SHRED.format(session.mark), whose, at, at)
        for statement in clearing(session.mark):
            session.execute(statement, whose)
        self._fold.forget(whose)
        if self._sealer is not None:
            self._sealer.forget(whose)

    def _committed(self, number: int, entry: Entry, n: int) -> Committed:
        client = self._fold.client(entry.contact)
        at = entry.ts / MICROSECONDS
        return Committed(
            number, at, entry.contact or None, n, entry.leg, entry.agent, client, entry.type, entry.data
        )

    # --- what is there ---

    def _rows(self, table: Table, where: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows of a table in which these columns have these values."""
        session = self._connected()
        asked = [
            f"{name} IS NULL" if value is None else f"{name} = {session.mark}"
            for name, value in where.items()
        ]
        values = [value for value in where.values() if value is not None]
        return session.rows(f"SELECT * FROM {table.name} WHERE {' AND '.join(asked)}", *values)

    def _stored_key(self, contact: str) -> StoredKey | None:
        found = self._rows(schema.contact_key, {"contact": contact})
        return StoredKey(found[0]["key"]) if found else None

    def _connected(self) -> Session:
        return self._session or self._connect()

    def _connect(self) -> Session:
        session = self._place.connect()
        try:
            head, date = stored_head(session, self.node)
        except BaseException:
            session.close()
            raise
        self._session, self._head, self._date = session, head, date
        return session

    @property
    def doubt(self) -> Doubt | None:
        """The last transaction, where its end was not heard."""
        return self._doubt

    def forget_doubt(self) -> None:
        """Somebody else sees to it."""
        self._doubt = None

    def was_kept(self) -> bool:
        """Whether the last transaction, whose end was not heard, was kept after all. Raises StoreUnavailable."""
        doubt = self._doubt
        if doubt is None:
            return False
        found = self.head() == doubt.head
        self._doubt = None
        if found and self._sealer is not None:
            self._sealer.kept()
        return found

    def unheard(self) -> list[Committed]:
        """What a transaction without an answer kept: given out once, to be told before all that comes later.

        Raises StoreUnavailable.
        """
        if self._unheard is None:
            return []
        head, told = self._unheard
        is_kept = self.head() == head
        self._unheard = None
        return told if is_kept else []

    def head(self) -> str:
        """Where the chain stands in the tables. Raises StoreUnavailable."""
        with self._guarded():
            self._connected()
        return self._head.hash.hex()

    def skip(self, place: Place) -> None:
        """What the journal holds up to there is not wanted. Raises StoreUnavailable."""
        with self._guarded():
            session = self._connected()
            session.put(schema.spill_read, _SPILL_READ, [(self.node, *place)])

    def _disconnect(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()


def _now() -> int:
    return round(time.time() * MICROSECONDS)
