"""What a simulation found: per queue and group, and per agent; figures of several days add up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

Line = tuple[str, str]
"""A queue and a group of its callers, by client company or half-hour; "" where they are not told apart."""


@dataclass(slots=True)
class Tally:
    """The callers of one kind."""

    offered: int = 0
    answered: int = 0
    in_time: int = 0
    """Answered within the time promised."""
    waited: int = 0
    """Who were not answered at once."""
    answered_wait: float = 0.0
    """Seconds that those answered had waited, all together."""
    waits: float = 0.0
    """Seconds that anybody waited, all together."""
    longest: float = 0.0
    handled: float = 0.0
    """Seconds of talk and wrap-up, all together."""
    left: Counter[str] = field(default_factory=Counter)
    """Those who were not answered, by reason."""
    spread: Counter[int] = field(default_factory=Counter)
    """Those answered, by whole seconds of waiting."""

    def add(self, other: Tally) -> None:
        """Take in another one."""
        self.offered += other.offered
        self.answered += other.answered
        self.in_time += other.in_time
        self.waited += other.waited
        self.answered_wait += other.answered_wait
        self.waits += other.waits
        self.longest = max(self.longest, other.longest)
        self.handled += other.handled
        self.left.update(other.left)
        self.spread.update(other.spread)

    @property
    def service_level(self) -> float:
        """Share of all callers who were answered in time; 1 without any."""
        return self.in_time / self.offered if self.offered else 1.0

    @property
    def asa(self) -> float:
        """Mean wait of those answered."""
        return self.answered_wait / self.answered if self.answered else 0.0

    @property
    def abandoned(self) -> float:
        """Share of all callers who hung up waiting."""
        return self.left["abandoned"] / self.offered if self.offered else 0.0

    @property
    def handle(self) -> float:
        """Mean handle time."""
        return self.handled / self.answered if self.answered else 0.0

    def wait(self, share: float) -> float:
        """The wait, to the second, within which this share of those answered was answered."""
        wanted, seen = share * self.answered, 0
        for second in sorted(self.spread):
            seen += self.spread[second]
            if seen >= wanted:
                return float(second)
        return inf if self.answered else 0.0


@dataclass(slots=True)
class Work:
    """One agent."""

    calls: int = 0
    busy: float = 0.0
    """Seconds with a call: ringing, talk, wrap-up."""
    staffed: float = 0.0
    """Seconds at work."""

    def add(self, other: Work) -> None:
        """Take in another one."""
        self.calls += other.calls
        self.busy += other.busy
        self.staffed += other.staffed

    @property
    def occupancy(self) -> float:
        """Share of the time at work with a call."""
        return self.busy / self.staffed if self.staffed else 0.0


@dataclass(slots=True)
class Figures:
    """All of one simulation."""

    lines: dict[Line, Tally] = field(default_factory=dict)
    agents: dict[str, Work] = field(default_factory=dict)

    def add(self, other: Figures) -> None:
        """Take in another day."""
        for line, tally in other.lines.items():
            self.lines.setdefault(line, Tally()).add(tally)
        for agent, work in other.agents.items():
            self.agents.setdefault(agent, Work()).add(work)

    def queues(self) -> dict[str, Tally]:
        """By queue."""
        return self._by(0)

    def groups(self) -> dict[str, Tally]:
        """By group."""
        return self._by(1)

    def whole(self) -> Tally:
        """Everybody."""
        return _sum(self.lines.values())

    def crew(self, names: Collection[str] | None = None) -> Work:
        """These agents together; all unless given."""
        found = Work()
        for name, each in self.agents.items():
            if names is None or name in names:
                found.add(each)
        return found

    def _by(self, place: int) -> dict[str, Tally]:
        names = dict.fromkeys(line[place] for line in self.lines)
        return {
            name: _sum(each for line, each in self.lines.items() if line[place] == name) for name in names
        }


def _sum(tallies: Iterable[Tally]) -> Tally:
    found = Tally()
    for each in tallies:
        found.add(each)
    return found
