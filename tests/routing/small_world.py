"""A small centre and everything that can happen to it: the engine, its edge, and the rules that must hold.

The edge knows only what it was told: who waits, whose phone rings, who talks. After each event what it believes is held
against what the engine holds and what the store holds. Searched through by tests/routing/protocol.py.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from routing.agents.tables import State, Status
from routing.commands import ConnectAgent, Overflow, Record, RingAgent, StopRinging
from routing.distributor import Distributor
from routing.errors import CannotPick
from routing.floor import Due
from routing.queues.entry import EntryJoin
from routing.reservations.memory_store import HELD
from routing.reservations.reservation import ReservationResult
from routing.settings import AgentSettings, LeaveReason, QueueSettings, RoutingConfig

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from routing.agents.agent import Agent
    from routing.commands import Command
    from routing.reservations.store import Store

Event = tuple[str, ...]
"""What happens, and to whom."""

EVERYTHING = frozenset(
    {
        "join", "leave", "ring", "pick up", "answer", "refuse", "unreachable", "end call", "status", "phone",
        "elsewhere", "pick", "reload", "heal",
    }
)  # fmt: skip
"""What may happen besides deadlines."""


@dataclass(frozen=True)
class Scenario:
    """A small centre: one queue, some agents, some callers who each come once, and what may happen."""

    agents: tuple[str, ...]
    callers: tuple[str, ...]
    may: frozenset[str] = EVERYTHING
    queue: dict[str, Any] = field(default_factory=dict)


class World:
    """The engine and its edge: what the edge was told, and what it therefore believes."""

    def __init__(self, scenario: Scenario, make: Callable[[], Store]) -> None:
        self.scenario = scenario
        self.now = 0.0
        queue = QueueSettings("q", **scenario.queue)
        staff = [
            AgentSettings(each, account=each, queues=("q",), status=Status.AVAILABLE)
            for each in scenario.agents
        ]
        self.store = make()
        self.centre = RoutingConfig({"q": queue}, {each.id: each for each in staff})
        self.distributor = Distributor(self.centre, now=0.0, store=self.store)
        for agent in scenario.agents:
            self.distributor.device_reachable(agent, reachable=True, now=0.0)
        self.to_come = list(scenario.callers)
        self.waiting: list[str] = []
        self.ringing: dict[str, tuple[str, str]] = {}
        """Reservation -> (entry, agent), from the order to ring until the edge hears that it is over."""
        self.talking: dict[str, str] = {}
        """Agent -> entry."""
        self.served: list[str] = []
        self.unended: list[str] = []
        """Reservations whose end has not been recorded."""
        self.late: str | None = None
        """The last reservation that ended, of which something may still be heard."""
        self.hear()

    # What can happen

    def events(self) -> Iterator[Event]:
        """Every event that can happen now."""
        may = self.scenario.may
        if "join" in may and self.to_come:
            yield ("join", self.to_come[0])
        if "leave" in may:
            yield from (("leave", entry) for entry in self.waiting)
        for reservation, (_, agent) in self.ringing.items():
            if "ring" in may and self.distributor.agent(agent).state is State.RESERVED:
                yield ("ring", reservation)
            for happens in ("pick up", "answer", "refuse", "unreachable"):
                if happens in may:
                    yield (happens, reservation)
        if "end call" in may:
            yield from (("end call", agent) for agent in self.talking)
        for agent in self.scenario.agents:
            yield from self._of_agent(agent)
        if "reload" in may:
            yield ("reload",)
        if self.distributor.next_timeout() is not None:
            yield ("deadline",)

    def _of_agent(self, agent: str) -> Iterator[Event]:
        may, view = self.scenario.may, self.distributor.agent(agent)
        if "status" in may:
            yield from (("status", agent, each.name) for each in Status if each is not view.status)
        if "phone" in may:
            yield ("phone", agent, "lost" if self._agent(agent)._reachable else "back")
        if "elsewhere" in may:
            yield ("elsewhere", agent, "free" if self._agent(agent).elsewhere else "busy")
        if "heal" in may:
            yield ("heal", agent)
        if "pick" in may:
            yield from (("pick", entry, agent) for entry in self.waiting)

    def _agent(self, agent: str) -> Agent:
        return self.distributor._staff[agent]

    def happen(self, event: Event) -> None:
        """Let it happen, and hear what the engine orders."""
        engine, now = self.distributor, self.now
        match event:
            case ("join", entry):
                self.to_come.remove(entry)
                self.waiting.append(entry)
                engine.join(EntryJoin(entry, entry, "q"), now=now)
            case ("leave", entry):
                self.waiting.remove(entry)
                engine.leave(entry, LeaveReason.ABANDONED, now=now)
            case ("ring", reservation):
                engine.reservation_ringing(reservation, now=now)
            case ("pick up", reservation):
                engine.reservation_picked_up(reservation, 10.0, now=now)
            case ("answer", reservation):
                engine.reservation_answered(reservation, now=now)
            case ("refuse" | "unreachable" as how, reservation):
                del self.ringing[reservation]
                result = ReservationResult.REJECTED if how == "refuse" else ReservationResult.UNREACHABLE
                engine.reservation_failed(reservation, result, now=now)
            case ("end call", agent):
                del self.talking[agent]
                engine.bridge_ended(agent, now=now)
            case ("status", agent, status):
                engine.agent_status(agent, Status[status], now=now)
            case ("phone", agent, how):
                engine.device_reachable(agent, reachable=how == "back", now=now)
            case ("elsewhere", agent, how):
                engine.agent_busy_elsewhere(agent, busy=how == "busy", now=now)
            case ("heal", agent):
                engine.reconcile(agent, in_call=agent in self.talking, now=now)
            case ("reload",):
                engine.reconfigure(self.centre, now=now)
            case ("pick", entry, agent):
                with suppress(CannotPick):
                    engine.pick(entry, agent, now=now)
            case _:
                self.now = engine.next_timeout() or now
                engine.handle_timeout(now=self.now)
        self.hear()
        self.check()
        self._hear_something_late()

    def _hear_something_late(self) -> None:
        """Of a reservation that has ended the edge may still hear anything: nothing comes of it."""
        if self.late is None:
            return
        before, late = self.state(), self.late
        self.distributor.reservation_ringing(late, now=self.now)
        self.distributor.reservation_answered(late, now=self.now)
        self.distributor.reservation_failed(late, ReservationResult.FAILED, now=self.now)
        for command in self.distributor.take_commands():
            assert command == StopRinging(late, ReservationResult.LOST_RACE), command
        assert self.state() == before, "something late has changed something"

    # What the edge is told

    def hear(self) -> None:
        """Take the commands and hold them against what the edge knows."""
        for command in self.distributor.take_commands():
            self._take(command)

    def _take(self, command: Command) -> None:
        match command:
            case RingAgent(reservation=reservation, entry=entry, agent=agent):
                assert entry in self.waiting, "rung for somebody who does not wait"
                assert agent not in {each for _, each in self.ringing.values()}, "one agent, two phones"
                assert agent not in self.talking, "rung while talking"
                self.ringing[reservation] = entry, agent
            case StopRinging(reservation=reservation):
                assert self.ringing.pop(reservation, None), "a phone stopped that did not ring"
            case ConnectAgent(reservation=reservation, entry=entry, agent=agent):
                assert self.ringing.pop(reservation, None) == (entry, agent), "connected without ringing"
                assert entry not in self.served, "two winners"
                assert agent not in self.talking, "one agent, two callers"
                self.waiting.remove(entry)
                self.served.append(entry)
                self.talking[agent] = entry
            case Overflow(entry=entry):
                self.waiting.remove(entry)
            case Record(type="reservation.created", data=data):
                self.unended.append(str(data["reservation"]))
            case Record(type="reservation.ended", data=data):
                self.late = str(data["reservation"])
                assert self.late in self.unended, "ended twice, or never begun"
                self.unended.remove(self.late)
            case _:
                pass

    # What must hold

    def check(self) -> None:
        """The rules, after each event."""
        floor = self.distributor._floor
        assert set(floor.reservations) == set(self.ringing) == set(self.unended), "a phone rings for nothing"
        assert set(floor.entries) == set(self.waiting), "an entry is lost"
        assert list(floor.queues["q"].line) == self.waiting, "an entry is out of line, or has lost its place"
        for agent in self.scenario.agents:
            self._check_agent(agent)
        for entry in self.waiting:
            self._check_entry(entry)
        for reservation in self.ringing:
            assert (Due.RING, reservation) in floor.timers, "a phone could ring for ever"

    def _check_agent(self, name: str) -> None:
        agent, row = self._agent(name), self.store.agent(name)
        mine = [reservation for reservation, (_, each) in self.ringing.items() if each == name]
        assert [agent.reservation or ""] == (mine or [""]), "agent and reservation do not know each other"
        assert (agent.state in HELD) == bool(mine), "stuck, or free while a phone rings"
        assert (agent.state is State.TALKING) == (name in self.talking), "talks with nobody"
        assert row is not None
        assert (row.status, row.state, row.reservation) == (agent.status, agent.state, agent.reservation), (
            "the store says another thing"
        )
        assert not mine or agent.status is not Status.LOGGED_OUT, "rings at somebody who has left"
        timers = self.distributor._floor.timers
        assert agent.resting_until is None or (Due.REST, name) in timers, "rests for ever"
        assert agent.offline_until is None or (Due.RETRY, name) in timers, "away for ever"
        assert agent.state is not State.WRAP_UP or (Due.WRAP_UP, name) in timers, "in wrap-up for ever"

    def _check_entry(self, name: str) -> None:
        entry, row = self.distributor._floor.entries[name], self.store.entry(name)
        mine = {reservation for reservation, (each, _) in self.ringing.items() if each == name}
        assert entry.reservations == mine
        assert row is not None
        assert row.winner is None, "won and still waiting"
        assert set(row.open) == mine
        assert len(mine) <= entry.width, "too many phones"
        if entry.has_room and not entry.is_overdue:
            free = [each for each in self.scenario.agents if self._agent(each).routable]
            assert not free, f"{name} waits beside {free}"

    @property
    def is_over(self) -> bool:
        """Whether every caller has come and is gone, and nobody is busy with one."""
        return not (self.to_come or self.waiting or self.ringing or self.talking)

    # Which states are one

    def state(self) -> Hashable:
        """All that what can happen from here depends on."""
        floor, staff = self.distributor._floor, [self._agent(each) for each in self.scenario.agents]
        owner = {reservation: agent for reservation, (_, agent) in self.ringing.items()}
        return (
            len(self.to_come),
            tuple(self.waiting),
            tuple(sorted(self.served)),
            tuple(sorted(self.talking.items())),
            tuple(sorted(self.ringing.values())),
            tuple(
                (
                    agent.status, agent.state, agent._reachable, agent.elsewhere, agent.wrap_up,
                    agent.resting_until is None, agent.offline_until is None,
                    sum(other.idle_since < agent.idle_since for other in staff), agent.idle_since == self.now,
                )
                for agent in staff
            ),
            tuple(
                (entry, min(floor.entries[entry].width, len(staff)), floor.entries[entry].is_overdue)
                for entry in floor.queues["q"].line
            ),
            tuple(
                sorted(
                    (round(at - self.now, 6), kind.value, owner.get(name, name))
                    for (kind, name), (at, _) in floor.timers._live.items()
                )
            ),
        )  # fmt: skip
