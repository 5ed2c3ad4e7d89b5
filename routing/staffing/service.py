"""What callers and agents meet when so many agents serve so many calls: Erlang A, and C where nobody hangs up."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf

from routing.staffing.erlang import erlang_b
from routing.staffing.waiting import waiting


@dataclass(frozen=True, slots=True)
class Load:
    """What comes in; times in seconds."""

    calls: float
    """A second."""
    handle: float
    """Mean time an agent has a call: talk, hold and wrap-up."""
    patience: float = inf
    """Mean time after which a caller who waits hangs up."""

    @property
    def erlangs(self) -> float:
        """Agents who would be busy if nobody ever hung up."""
        return self.calls * self.handle


@dataclass(frozen=True, slots=True)
class Service:
    """Figures of the steady state; shares of all callers, times in seconds."""

    agents: int
    service_level: float
    """Answered within the time asked for, of all who call: a caller who hangs up was not answered."""
    asa: float
    """Average speed of answer: mean wait of those who are answered."""
    waited: float
    """Share who have to wait."""
    abandoned: float
    """Share who hang up."""
    occupancy: float
    """Share of their time in which agents have a call."""


def impatient(load: Load, agents: int, within: float) -> Service:
    """Erlang A: callers hang up after an exponential time (M/M/c+M). Infinite patience is Erlang C."""
    if load.patience == inf and load.erlangs >= agents:
        return _hopeless(agents)
    if load.erlangs == 0.0:
        return Service(agents, 1.0, 0.0, 0.0, 0.0, 0.0)
    if load.patience <= 0.0 or agents == 0:
        lost = erlang_b(agents, load.erlangs)
        return Service(agents, 1.0 - lost, 0.0, lost, lost, _occupancy(load, agents, lost))
    rate = agents / load.handle
    found = waiting(load.calls, rate, 1.0 / load.patience, within)
    blocked = erlang_b(agents, load.erlangs)
    # P(wait) = A B / (1 + (A - 1) B); A = mass * exp(peak) may be beyond any float, its reciprocal is not.
    reciprocal = exp(-found.peak) / found.mass
    waits = blocked / (reciprocal + (1.0 - reciprocal) * blocked)
    abandoned = waits * found.abandoned
    answered = 1.0 - abandoned
    return Service(
        agents,
        service_level=1.0 - waits + waits * found.in_time,
        asa=waits * (1.0 - found.abandoned) * found.answered_wait / answered,
        waited=waits,
        abandoned=abandoned,
        occupancy=_occupancy(load, agents, abandoned),
    )


def patient(load: Load, agents: int, within: float) -> Service:
    """Erlang C: callers never hang up (M/M/c), whatever the patience in `load`."""
    return impatient(Load(load.calls, load.handle), agents, within)


def _occupancy(load: Load, agents: int, abandoned: float) -> float:
    return min(1.0, load.erlangs * (1.0 - abandoned) / agents) if agents else 0.0


def _hopeless(agents: int) -> Service:
    """The line grows for ever."""
    return Service(agents, 0.0, inf, 1.0, 0.0, 1.0 if agents else 0.0)
