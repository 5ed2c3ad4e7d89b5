"""How each queue does on this day, counted from the events of the ledger: offered, answered, in time, abandoned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from routing.settings import LeaveReason

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOBODYS = (LeaveReason.WITHDRAWN.value, LeaveReason.SYSTEM.value)
"""What the queue and its agents could do nothing about."""


@dataclass(slots=True)
class QueueDay:
    """One queue's day."""

    offered: int = 0
    """Callers who have come and gone on."""
    answered: int = 0
    in_time: int = 0
    """Answered within what the service level promises."""
    abandoned: int = 0
    waited: float = 0.0
    """Seconds that those who were answered had waited, together."""

    @property
    def service_level(self) -> float | None:
        """Share of the offered who were answered in time; None while there were none."""
        return self.in_time / self.offered if self.offered else None

    @property
    def average_wait(self) -> float | None:
        """ASA: seconds until the answer; None while there were none."""
        return self.waited / self.answered if self.answered else None


class QueueTally:
    """All queues of a day; a new day begins anew. Counts from when the node started."""

    __slots__ = ("_day", "_queues")

    def __init__(self) -> None:
        """Nobody has called yet."""
        self._day = ""
        self._queues: dict[str, QueueDay] = {}

    def of(self, queue: str, day: str) -> QueueDay:
        """One queue on this day."""
        if day != self._day:
            self._day, self._queues = day, {}
        return self._queues.setdefault(queue, QueueDay())

    def left(self, data: Mapping[str, object], within: float, day: str) -> None:
        """Count a `queue.left`; `within` is what the queue promises."""
        if data.get("reason") in _NOBODYS:
            return
        found = self.of(str(data["queue"]), day)
        waited = data.get("waited")
        seconds = float(waited) if isinstance(waited, (int, float)) else 0.0
        found.offered += 1
        if data.get("reason") == LeaveReason.ANSWERED.value:
            found.answered += 1
            found.waited += seconds
            found.in_time += seconds <= within
        elif data.get("reason") == LeaveReason.ABANDONED.value:
            found.abandoned += 1
