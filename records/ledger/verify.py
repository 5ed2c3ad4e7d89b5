"""Proves the ledger: recomputes every link of the chain, and compares days with their ends, seals and notes.

What a day must agree with: its own end (`chain_day`); where the day before ended; its seal; the seal as the chain
itself tells it (`ledger.sealed`, first of the next day); seals that were handed out; and what the node noted outside
the database (records.ledger.heads).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from records.ledger.chain import NOTHING, Head, first_of_day
from records.ledger.day_run import SHOWN, DayRun
from records.ledger.seal import Seal
from records.schema import chain_day, event
from records.webhooks.tables import webhook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, RowMapping

    from records.database import Database
    from records.ledger.heads import Noted

SEALED = "ledger.sealed"
"""The event that tells of a seal, the first of the next day."""
_AT_ONCE = 2_000
_KINDS = {
    "node": str,
    "day": int,
    "count": int,
    "previous": bytes,
    "head": bytes,
    "signature": bytes | None,
    "version": int,
}
"""What stands in the columns of `chain_day`: SQLite holds anything in any of them."""
_Day = tuple[str, int]
"""A node and one of its days."""


@dataclass(frozen=True, slots=True)
class DayVerdict:
    """What was found of one day of one node."""

    node: str
    day: int
    """Days since 1970, UTC."""
    events: int
    head: str
    """The last event's hash, in hexadecimal digits."""
    is_sealed: bool
    problems: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.problems


def verify(
    database: Database,
    *,
    since: int | None = None,
    until: int | None = None,
    public_key: bytes | None = None,
    seals: Iterable[Seal] = (),
    noted: Iterable[Noted] = (),
    tell: Callable[[int], None] = lambda _: None,
) -> Iterator[DayVerdict]:
    """All days from `since` to `until` (days since 1970), node by node.

    `public_key` checks the stored seals; `seals` are some that were handed out before, `noted` what nodes noted outside
    the database. `tell` hears how many events have been looked at. Raises LedgerMissing, StoreUnavailable.
    """
    with database.read_moment() as connection:
        ends = {}
        for row in connection.execute(select(chain_day)).mappings():
            if all(isinstance(row[name], kind) for name, kind in _KINDS.items()):
                ends[row["node"], row["day"]] = row
            else:
                yield _unreadable(row)
        yield from _strangers(connection, ends, since, until)
        proof = _Proof(connection, ends, public_key, seals, noted, tell)
        for node, day in sorted(ends | proof.known | proof.noted):
            if (since is None or day >= since) and (until is None or day <= until):
                yield proof.of(node, day)


class _Proof:
    """What is known of all days, against which each of them is held."""

    def __init__(
        self,
        connection: Connection,
        ends: Mapping[_Day, RowMapping],
        public_key: bytes | None,
        seals: Iterable[Seal],
        noted: Iterable[Noted],
        tell: Callable[[int], None],
    ) -> None:
        self._connection, self._ends, self._public_key, self._tell = connection, ends, public_key, tell
        self.known = {(each.node, each.day): each for each in seals}
        self.noted: dict[_Day, list[Noted]] = {}
        for each in noted:
            self.noted.setdefault((each.node, each.day), []).append(each)
        self._before: dict[_Day, RowMapping] = {}
        self._after: dict[_Day, int] = {}
        """The next day of a node that there is."""
        self._first_sealed: dict[str, int] = {}
        for key, following in zip(sorted(ends), sorted(ends)[1:], strict=False):
            if key[0] == following[0]:
                self._before[following], self._after[key] = ends[key], following[1]
        for (node, day), end in sorted(ends.items()):
            if end["signature"] is not None:
                self._first_sealed.setdefault(node, day)
        # A file has one writer, who leaves none out; only where several nodes wrote to it, each has some of them.
        self._is_gapless = connection.dialect.name == "sqlite" and len({node for node, _ in ends}) == 1
        self._seen = 0
        self._newest: int | None = connection.execute(select(func.max(event.c.id))).scalar()
        self._delivered: int | None = connection.execute(select(func.max(webhook.c.cursor))).scalar()

    def of(self, node: str, day: int) -> DayVerdict:
        """One day."""
        end, before = self._ends.get((node, day)), self._before.get((node, day))
        if end is None:
            return DayVerdict(node, day, 0, "", is_sealed=False, problems=tuple(self._of_none(node, day)))
        problems = []
        if before is not None and end["previous"] != before["head"]:
            problems.append(f"it does not go on from where day {before['day']} ended")
        if before is None and end["previous"] != NOTHING:
            problems.append("days before it are missing: it is not the first")
        run = DayRun(Head(day), last=self._last_id(end, before), is_gapless=self._is_gapless)
        try:
            run.head = first_of_day(node, day, end["previous"], end["version"])
        except (ValueError, TypeError, AttributeError) as problem:
            run.breaks(f"it cannot be read: {problem}")
        else:
            self._follow(run, node)
        problems += run.problems
        if not run.is_broken and (run.head.seq, run.head.hash) != (end["count"], end["head"]):
            problems.append(
                f"it ends with event {run.head.seq}, and its end says {end['count']}: events are missing or too many"
            )
        problems += self._seal_problems(end, run)
        problems += self._noted_problems(run, self.noted.get((node, day), ()))
        if (node, day) == max(self._ends):
            problems += self._cut_off()
        return DayVerdict(
            node, day, run.head.seq, run.head.hash.hex(), end["signature"] is not None, tuple(problems)
        )

    def _of_none(self, node: str, day: int) -> Iterator[str]:
        if (node, day) in self.known:
            yield "a seal was handed out, and there is no such day any more"
        if noted := self.noted.get((node, day)):
            most = max(each.events for each in noted)
            yield f"the node noted {most} events outside the database, and there is no such day any more"

    def _last_id(self, end: RowMapping, before: RowMapping | None) -> int | None:
        """The id of the last event of the day before; 0 before the first, None where days are missing in between."""
        if end["previous"] != (NOTHING if before is None else before["head"]):
            return None
        if before is None:
            return 0
        query = select(event.c.id).where(
            event.c.node == end["node"], event.c.day == before["day"], event.c.seq == before["count"]
        )
        return self._connection.execute(query).scalar()

    def _follow(self, run: DayRun, node: str) -> None:
        """Follow the chain to its end, or to where it breaks."""
        day = run.head.day
        wanted = {each.events for each in self.noted.get((node, day), ())}
        columns = (event.c[name] for name in SHOWN)
        query = select(*columns).where(event.c.node == node, event.c.day == day).order_by(event.c.seq)
        with self._connection.execute(query, execution_options={"yield_per": _AT_ONCE}) as found:
            for rows in found.partitions():
                for each in rows:
                    run.take(node, each)
                    if run.is_broken:
                        return
                    if run.head.seq in wanted:
                        run.noted[run.head.seq] = run.head.hash
                self._seen += len(rows)
                self._tell(self._seen)

    def _seal_problems(self, end: RowMapping, run: DayRun) -> Iterator[str]:
        node, day, key = end["node"], end["day"], self._public_key
        known = self.known.get((node, day))
        if known is not None and (known.events, known.head) != (end["count"], end["head"]):
            yield "it is not what was sealed: the seal that was handed out tells of other events"
        if known is not None and key is not None and not known.is_signed_by(key):
            yield "the seal that was handed out is not signed by this key"
        told = self._told_next_day(node, day)
        if told is not None and (told.events, told.head) != (end["count"], end["head"]):
            yield "it is not what was sealed: the next day tells a seal of other events"
        is_over = (node, day) in self._after
        if end["signature"] is not None:
            seal = Seal(node, day, end["count"], end["head"], end["signature"])
            if key is not None and not seal.is_signed_by(key):
                yield "its seal is not right: the end of the day was changed, or the key is another"
        elif is_over and (told is not None or run.holds_sealed or self._first_sealed.get(node, day) < day):
            why = (
                "the next day tells of it"
                if told is not None
                else "the node had its key that day"
                if run.holds_sealed
                else "days before it are sealed, and it is over"
            )
            yield f"its seal is missing: {why}"

    def _told_next_day(self, node: str, day: int) -> Seal | None:
        """The seal of a day as the first event after it tells it."""
        query = select(event.c.type, event.c.data).where(
            event.c.node == node, event.c.day == self._after.get((node, day)), event.c.seq == 1
        )
        first = self._connection.execute(query).first()
        if first is None or first.type != SEALED:
            return None
        try:
            told = Seal.read(json.loads(first.data))
        except (ValueError, TypeError):
            return None
        return told if (told.node, told.day) == (node, day) else None

    def _noted_problems(self, run: DayRun, noted: Sequence[Noted]) -> Iterator[str]:
        for each in noted:
            if each.events > run.head.seq and not run.is_broken:
                yield (
                    f"its end was cut off: the node noted {each.events} events outside the database, "
                    f"there are {run.head.seq}"
                )
            elif run.noted.get(each.events, each.head) != each.head:
                yield f"it was written anew: the node noted another hash of event {each.events}"

    def _cut_off(self) -> Iterator[str]:
        """Webhooks remember how far they were told."""
        if self._delivered is not None and self._delivered > (self._newest or 0):
            yield (
                f"its end was cut off: webhooks were told events up to {self._delivered}, "
                f"and the newest is {self._newest or 0}"
            )


def event_count(database: Database) -> int:
    """How many events there are, for a bar of progress."""
    with database.read() as connection:
        return connection.execute(select(func.sum(chain_day.c.count))).scalar() or 0


def _unreadable(end: RowMapping) -> DayVerdict:
    """A day's end in which stands what nobody wrote there."""
    day = end["day"] if isinstance(end["day"], int) else 0
    return DayVerdict(str(end["node"]), day, 0, "", is_sealed=False, problems=("its end cannot be read",))


def _strangers(
    connection: Connection, ends: Mapping[tuple[str, int], object], since: int | None, until: int | None
) -> Iterator[DayVerdict]:
    """Events of days that have no end: it was taken away, or they were put in."""
    query = select(event.c.node, event.c.day, func.count()).group_by(event.c.node, event.c.day)
    for node, day, count in connection.execute(query).all():
        is_asked = (since is None or day >= since) and (until is None or day <= until)
        if is_asked and (node, day) not in ends:
            yield DayVerdict(
                node, day, count, "", is_sealed=False, problems=("the end of the day is missing",)
            )


def stored_seals(database: Database) -> list[Seal]:
    """The seals of all days that are over."""
    with database.read() as connection:
        query = select(chain_day).where(chain_day.c.signature.is_not(None))
        rows = connection.execute(query.order_by(chain_day.c.node, chain_day.c.day)).mappings()
        names = ("node", "day", "count", "head", "signature")
        return [Seal(*map(row.__getitem__, names)) for row in rows]
