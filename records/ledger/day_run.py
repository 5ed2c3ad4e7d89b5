"""One day's chain, followed event after event: to its end, or to where it breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from records.ledger.chain import link

if TYPE_CHECKING:
    from sqlalchemy import Row

    from records.ledger.chain import Head

SHOWN = ("id", "seq", "contact", "n", "agent", "leg", "ts", "offset_us", "type", "data", "sealed", "hash")
"""The columns of `event` that `take` reads."""


class DayRun:
    """One day's chain, event after event."""

    def __init__(self, head: Head, *, last: int | None, is_gapless: bool) -> None:
        """`last` is the id before the first event, None where it is not known."""
        self.head = head
        self.problems: list[str] = []
        self.is_broken = False
        self.noted: dict[int, bytes] = {}
        """The hashes of the events that somebody noted."""
        self.holds_sealed = False
        self._last, self._is_gapless = last, is_gapless

    def breaks(self, problem: str) -> None:
        """The chain cannot be followed beyond this."""
        self.is_broken = True
        self.problems.append(problem)

    def take(self, node: str, row: Row[Any]) -> None:
        """The next event, as the tables have it."""
        number, whose = self.head.seq + 1, f" of contact {row.contact}" if row.contact else ""
        if row.seq != number:
            return self.breaks(f"event {number} is missing: the next one is {row.seq}")
        try:
            head = link(self.head, node, *tuple[Any, ...](row)[2:-1])
        except (TypeError, ValueError, AttributeError):  # SQLite holds anything in any column
            head = self.head
        if head.hash != row.hash or (row.n is not None and not row.n):  # 0 and nothing have one hash
            return self.breaks(f"event {number}{whose} (id {row.id}, {row.type}) is not as it was written")
        self._check_order(number, row.id)
        self.head = head
        self.holds_sealed = self.holds_sealed or row.sealed is not None
        return None

    def _check_order(self, number: int, at: int) -> None:
        """Readers go by ids: one is told the first time that they are out of order."""
        last, self._last = self._last, at
        if last is None or self.problems:
            return
        if at <= last:
            self.problems.append(
                f"event {number} has id {at}, and the one before it {last}: ids were changed, readers meet them "
                "out of order"
            )
        elif self._is_gapless and at != last + 1:
            self.problems.append(
                f"before event {number} (id {at}) ids from {last + 1} are missing: events were taken away"
            )
