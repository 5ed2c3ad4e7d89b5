"""Proves the ledger: recomputes every link of the chain, and compares days with their ends and their seals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from records.ledger.chain import NOTHING, Head, first_of_day, link
from records.ledger.seal import Seal
from records.schema import chain_day, event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sqlalchemy import Connection, RowMapping

    from records.database import Database

_AT_ONCE = 2_000
_SHOWN = ("id", "seq", "contact", "n", "agent", "leg", "ts", "offset_us", "type", "data", "sealed", "hash")


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
    tell: Callable[[int], None] = lambda _: None,
) -> Iterator[DayVerdict]:
    """All days from `since` to `until` (days since 1970), node by node.

    `public_key` checks the stored seals; `seals` are some that were handed out before. `tell` hears how many events
    have been looked at. Raises LedgerMissing, StoreUnavailable.
    """
    known = {(each.node, each.day): each for each in seals}
    seen = 0

    def count(more: int) -> None:
        nonlocal seen
        seen += more
        tell(seen)

    with database.read() as connection:
        ends = {(row["node"], row["day"]): row for row in connection.execute(select(chain_day)).mappings()}
        yield from _strangers(connection, ends, since, until)
        before: RowMapping | None = None
        last = dict(sorted(ends))
        was_sealed: set[str] = set()
        for node, day in sorted(ends | dict.fromkeys(known)):
            end = ends.get((node, day))
            if before is not None and before["node"] != node:
                before = None
            if (since is None or day >= since) and (until is None or day <= until):
                verdict = _day(connection, node, day, end, before, known.get((node, day)), public_key, count)
                if end is not None and not verdict.is_sealed and node in was_sealed and day != last[node]:
                    gone = "its seal is missing: days before it are sealed, and it is over"
                    verdict = replace(verdict, problems=(*verdict.problems, gone))
                yield verdict
            if end is not None and end["signature"] is not None:
                was_sealed.add(node)
            before = end if end is not None else before


def event_count(database: Database) -> int:
    """How many events there are, for a bar of progress."""
    with database.read() as connection:
        return connection.execute(select(func.sum(chain_day.c.count))).scalar() or 0


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


def _day(
    connection: Connection,
    node: str,
    day: int,
    end: RowMapping | None,
    before: RowMapping | None,
    known: Seal | None,
    public_key: bytes | None,
    tell: Callable[[int], None],
) -> DayVerdict:
    if end is None:
        problem = "a seal was handed out, and there is no such day any more"
        return DayVerdict(node, day, 0, "", is_sealed=False, problems=(problem,))
    problems = []
    if before is not None and end["previous"] != before["head"]:
        problems.append(f"it does not go on from where day {before['day']} ended")
    if before is None and end["previous"] != NOTHING:
        problems.append("days before it are missing: it is not the first")
    try:
        head, broken = _links(
            connection, first_of_day(node, day, end["previous"], end["version"]), node, tell
        )
    except (ValueError, TypeError) as problem:
        return DayVerdict(node, day, 0, "", is_sealed=False, problems=(*problems, str(problem)))
    problems += broken
    if not broken and (head.seq, head.hash) != (end["count"], end["head"]):
        problems.append(
            f"it ends with event {head.seq}, and its end says {end['count']}: events are missing or too many"
        )
    problems += _seal_problems(end, known, public_key)
    return DayVerdict(node, day, head.seq, head.hash.hex(), end["signature"] is not None, tuple(problems))


def _links(
    connection: Connection, head: Head, node: str, tell: Callable[[int], None]
) -> tuple[Head, list[str]]:
    """Follow the chain to its end, or to where it breaks."""
    columns = (event.c[name] for name in _SHOWN)
    query = select(*columns).where(event.c.node == node, event.c.day == head.day).order_by(event.c.seq)
    with connection.execute(query, execution_options={"yield_per": _AT_ONCE}) as found:
        for rows in found.partitions():
            for each in rows:
                if each.seq != head.seq + 1:
                    return head, [f"event {head.seq + 1} is missing: the next one is {each.seq}"]
                head = link(head, node, *each[2:-1])
                if head.hash != each.hash:
                    whose = f" of contact {each.contact}" if each.contact else ""
                    return head, [
                        f"event {each.seq}{whose} (id {each.id}, {each.type}) is not as it was written"
                    ]
            tell(len(rows))
    return head, []


def _seal_problems(end: RowMapping, known: Seal | None, public_key: bytes | None) -> Iterator[str]:
    if known is not None and (known.events, known.head) != (end["count"], end["head"]):
        yield "it is not what was sealed: the seal that was handed out tells of other events"
    if known is not None and public_key is not None and not known.is_signed_by(public_key):
        yield "the seal that was handed out is not signed by this key"
    if end["signature"] is not None and public_key is not None:
        seal = Seal(end["node"], end["day"], end["count"], end["head"], end["signature"])
        if not seal.is_signed_by(public_key):
            yield "its seal is not right: the end of the day was changed, or the key is another"


def stored_seals(database: Database) -> list[Seal]:
    """The seals of all days that are over."""
    with database.read() as connection:
        query = select(chain_day).where(chain_day.c.signature.is_not(None))
        rows = connection.execute(query.order_by(chain_day.c.node, chain_day.c.day)).mappings()
        names = ("node", "day", "count", "head", "signature")
        return [Seal(*map(row.__getitem__, names)) for row in rows]
