"""Plays calls to the distributor in virtual time: who comes, who hangs up, who answers, who is done.

The distributor is the one that serves callers; here are only the people around it. Agents answer after the time that a
phone rings, have each call for its handle time (wrap-up is in it: queues' own wrap-up times are left aside) and are
there by their shifts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from heapq import heappop, heappush
from math import inf
from typing import TYPE_CHECKING

from calls.destination import Queue
from routing.agents.tables import Status
from routing.commands import ConnectAgent, Overflow, RingAgent, StopRinging
from routing.distributor import Distributor
from routing.queues.entry import EntryJoin
from routing.settings import LeaveReason
from routing.simulation.figures import Figures, Tally, Work
from routing.skills import combine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from base.ids import Ids
    from routing.settings import RoutingConfig
    from routing.simulation.calls import Call

_ANSWER, _DONE, _HANG_UP, _SHIFT = range(4)
WITHIN = 20.0
"""Seconds within which a caller should be answered, where nothing else was promised."""
_NOTHING: Mapping[str, float] = {}


@dataclass(frozen=True, slots=True)
class Shift:
    """From then on an agent is at work, or not."""

    at: float
    agent: str
    is_on: bool


class Simulation:
    """One day; used once."""

    def __init__(
        self,
        centre: RoutingConfig,
        *,
        within: Mapping[str, float] = _NOTHING,
        ring: float = 0.0,
        shifts: Iterable[Shift] = (),
        opening: float = 0.0,
        closing: float | None = None,
        spans: list[tuple[float, float]] | None = None,
        ids: Ids | None = None,
        quiet: bool = True,
    ) -> None:
        """Agents who have no shift are there all day. Times in seconds since midnight, `ring` and `within` in seconds.

        `within` by queue. `closing` ends the time that counts as work; whoever still waits then is served. `spans`
        takes the times in which an agent was busy. `ids` draws the lots of the strategy `random`. Unless it
        is `quiet`, the distributor explains and estimates as it does in a live centre, which takes twice the time.
        """
        shifts = sorted(shifts, key=lambda each: each.at)
        first: dict[str, bool] = {}
        for each in shifts:
            if each.at <= opening:
                first[each.agent] = each.is_on
            else:
                first.setdefault(each.agent, not each.is_on)
        self._core = Distributor(_prepared(centre, first), now=opening, ids=ids, quiet=quiet)
        self._core.take_commands()
        self._within = within
        self._ring = ring
        self._closing = closing
        self._spans = spans
        self._agenda: list[tuple[float, int, int, str, bool]] = []
        self._turn = 0
        for each in shifts:
            if each.at > opening:
                self._later(each.at, _SHIFT, each.agent, mark=each.is_on)
        self._waiting: dict[str, Call] = {}
        self._ringing: dict[str, tuple[str, str, float]] = {}
        """Reservation to agent, entry and since when."""
        self._busy: dict[str, float] = {}
        """Agent to since when."""
        self._at_work = {agent: opening for agent in centre.agents if first.get(agent, True)}
        """Agent to since when."""
        self._leaving: set[str] = set()
        """Agents whose shift ended in a call."""
        self.figures = Figures(agents={agent: Work() for agent in centre.agents})

    @property
    def core(self) -> Distributor:
        """The distributor, for reading its views."""
        return self._core

    def run(self, calls: Iterable[Call]) -> Figures:
        """Play the calls, in order of their coming, until nothing is left to happen."""
        core, agenda = self._core, self._agenda
        coming = iter(calls)
        call = next(coming, None)
        now, number = 0.0, 0
        while True:
            at = call.at if call is not None else inf
            due = agenda[0][0] if agenda else inf
            limit = core.next_timeout()
            if limit is not None and limit <= at and limit <= due:
                now = limit
                core.handle_timeout(now=now)
                self._settle(now)
            elif due <= at:
                if due == inf:
                    break
                now, _, kind, name, mark = heappop(agenda)
                self._happen(kind, name, mark=mark, now=now)
            elif call is not None:
                now, number = at, number + 1
                self._arrive(str(number), call, now)
                call = next(coming, None)
        self._close(now)
        return self.figures

    # What happens

    def _arrive(self, entry: str, call: Call, now: float) -> None:
        tally = self._tally(call)
        tally.offered += 1
        self._join(entry, call, now)
        if entry in self._waiting:
            tally.waited += 1
            if call.patience < inf:
                self._later(now + call.patience, _HANG_UP, entry)

    def _happen(self, kind: int, name: str, *, mark: bool, now: float) -> None:
        if kind == _DONE:
            self._rest(name, now)
            self._core.bridge_ended(name, now=now)
        elif kind == _HANG_UP:
            if name not in self._waiting:
                return
            self._leave(name, LeaveReason.ABANDONED.value, now)
            self._core.leave(name, LeaveReason.ABANDONED, now=now)
        elif kind == _ANSWER:
            if name not in self._ringing:
                return
            self._core.reservation_answered(name, now=now)
        elif mark:
            self._leaving.discard(name)
            self._at_work.setdefault(name, now)
            self._core.agent_status(name, Status.AVAILABLE, now=now)
        else:
            self._core.agent_status(name, Status.LOGGED_OUT, now=now)
            if name in self._busy:
                self._leaving.add(name)
            else:
                self._go_home(name, now)
        self._settle(now)

    def _settle(self, now: float) -> None:
        """Do what the distributor asks for, until it asks for nothing more."""
        core, ring = self._core, self._ring
        while commands := core.take_commands():
            for command in commands:
                if isinstance(command, RingAgent):
                    self._ringing[command.reservation] = (command.agent, command.entry, now)
                    self._busy.setdefault(command.agent, now)
                    if ring > 0.0:
                        core.reservation_ringing(command.reservation, now=now)
                        self._later(now + ring, _ANSWER, command.reservation)
                    else:
                        core.reservation_answered(command.reservation, now=now)
                elif isinstance(command, ConnectAgent):
                    self._connect(command, now)
                elif isinstance(command, StopRinging):
                    found = self._ringing.pop(command.reservation, None)
                    if found is not None:
                        self._rest(found[0], now)
                elif isinstance(command, Overflow):
                    self._overflow(command, now)

    def _connect(self, command: ConnectAgent, now: float) -> None:
        del self._ringing[command.reservation]
        call = self._waiting.pop(command.entry)
        tally = self._tally(call)
        waited = now - call.at
        tally.answered += 1
        tally.in_time += waited <= self._within.get(call.queue, WITHIN)
        tally.answered_wait += waited
        tally.waits += waited
        tally.longest = max(tally.longest, waited)
        tally.handled += call.handle
        tally.spread[int(waited)] += 1
        self.figures.agents[command.agent].calls += 1
        self._later(now + call.handle, _DONE, command.agent)

    def _overflow(self, command: Overflow, now: float) -> None:
        """To another queue with the time waited so far, or out of the house."""
        call, to = self._waiting[command.entry], command.destination
        if isinstance(to, Queue):
            self._waiting.pop(command.entry)
            moved = call._replace(priority=to.priority, requires=combine(call.requires, to.requires))
            self._join(command.entry, moved, now, queue=to.queue)
        else:
            self._leave(command.entry, command.reason.value, now)

    # Small things

    def _join(self, entry: str, call: Call, now: float, queue: str = "") -> None:
        self._waiting[entry] = call
        joined = EntryJoin(entry, entry, queue or call.queue, call.priority, call.requires, call.at)
        self._core.join(joined, now=now)
        self._settle(now)

    def _leave(self, entry: str, reason: str, now: float) -> None:
        call = self._waiting.pop(entry)
        tally = self._tally(call)
        tally.left[reason] += 1
        tally.waits += now - call.at
        tally.longest = max(tally.longest, now - call.at)

    def _rest(self, agent: str, now: float) -> None:
        """The agent has no call any more."""
        since = self._busy.pop(agent)
        work = self.figures.agents[agent]
        work.busy += now - since
        if self._spans is not None:
            self._spans.append((since, now))
        if agent in self._leaving:
            self._leaving.discard(agent)
            self._go_home(agent, now)
        elif self._closing is not None and now > self._closing:
            work.staffed += now - max(since, self._closing)

    def _go_home(self, agent: str, now: float) -> None:
        since = self._at_work.pop(agent, now)
        self.figures.agents[agent].staffed += now - since

    def _close(self, now: float) -> None:
        """Nothing more can happen: whoever waits now would wait for ever."""
        for entry in list(self._waiting):
            self._leave(entry, "not_served", now)
        for agent in list(self._at_work):
            self._go_home(agent, now if self._closing is None else self._closing)

    def _tally(self, call: Call) -> Tally:
        line = (call.queue, call.group)
        tally = self.figures.lines.get(line)
        if tally is None:
            tally = self.figures.lines[line] = Tally()
        return tally

    def _later(self, at: float, kind: int, name: str, *, mark: bool = False) -> None:
        self._turn += 1
        heappush(self._agenda, (at, self._turn, kind, name, mark))


def _prepared(centre: RoutingConfig, first: Mapping[str, bool]) -> RoutingConfig:
    """The centre with everybody at work who begins then, reachable at once, and no wrap-up besides handle times."""
    queues = {name: replace(each, wrap_up=0.0) for name, each in centre.queues.items()}
    agents = {
        name: replace(
            each,
            account=None,
            contact=f"sip:{name}@192.0.2.1",
            wrap_up=0.0,
            status=Status.AVAILABLE if first.get(name, True) else Status.LOGGED_OUT,
        )
        for name, each in centre.agents.items()
    }
    return replace(centre, queues=queues, agents=agents)
