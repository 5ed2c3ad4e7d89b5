"""Agents whose state has gone wrong on purpose are put right by what is really there, and that is told."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.ids import SequenceIds
from calls.contact import Inbox
from centralita.agents import healing
from centralita.agents.healing import Healing
from routing.agents.healing import Mismatch, Real, mismatch
from routing.agents.tables import State, Status
from routing.io.distribution import Distribution
from routing.queues.entry import EntryJoin
from routing.reservations.reservation import ReservationResult
from routing.settings import AgentSettings, QueueSettings, RoutingConfig
from tests.kit.party import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from calls.leg import Leg

AGENTS = {
    "ana": AgentSettings("ana", account="1001", queues=("q",), status=Status.AVAILABLE),
    "bot": AgentSettings("bot", contact="sip:bot@192.0.2.9", queues=("q",), status=Status.AVAILABLE),
}


class Answered(SimpleNamespace):
    """A leg as far as healing looks at it."""

    def __hash__(self) -> int:  # type: ignore[override]
        return id(self)


class Room:
    """A distribution, legs and phones that the test makes up, and who heals between them."""

    def __init__(self) -> None:
        self.told: list[Mapping[str, object]] = []
        self.distribution = Distribution(
            RoutingConfig({"q": QueueSettings("q")}, AGENTS), SequenceIds(), self._record
        )
        self.legs: list[Leg] = []
        self.phones = {"1001"}
        self.distribution.reachable("ana", reachable=True)
        self.healing = Healing(
            self.distribution,
            lambda: AGENTS,
            lambda account: [each for each in self.legs if each.account == account],
            lambda: self.legs,
            self.phones.__contains__,
            self._record,
        )

    def _record(self, contact: str, leg: str | None, kind: str, data: Mapping[str, object]) -> None:
        if kind == "agent.healed":
            self.told.append(data)

    def leg(self, agent: str = "ana", *, is_up: bool = True) -> Leg:
        account = AGENTS[agent].account
        made: Leg = Answered(agent=agent, account=account, is_up=is_up, has_ended=False)  # type: ignore[assignment]
        self.legs.append(made)
        return made

    def state(self, agent: str = "ana") -> State:
        return self.distribution.core.agent(agent).state

    def talk(self, agent: str) -> None:
        """The agent has answered a caller; of legs nothing is said."""
        other = "bot" if agent == "ana" else "ana"
        self.distribution.choose_status(other, Status.NOT_READY)
        self.distribution.join(EntryJoin("c", "c", "q"), Inbox())
        reservation = self.distribution.core.agent(agent).reservation
        assert reservation is not None
        assert self.distribution.answered(reservation)
        assert self.state(agent) is State.TALKING

    async def heals(self, times: int = 1) -> None:
        await self.healing.look_at_all()
        await until(lambda: len(self.told) == times)


@pytest.fixture
async def room(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Room]:
    monkeypatch.setattr(healing, "CONFIRM", 0.02)
    made = Room()
    yield made
    await made.healing.close()
    made.distribution.close()


@pytest.mark.parametrize("agent", ["ana", "bot"])
async def test_an_agent_in_a_call_without_a_leg_is_freed(room: Room, agent: str) -> None:
    """Among what users complain about most: agents stuck in a call hours after its end."""
    room.talk(agent)
    await room.heals()
    assert room.state(agent) is State.IDLE
    assert room.told[0]["agent"] == agent


async def test_an_agent_in_a_real_call_is_left_alone(room: Room) -> None:
    room.talk("ana")
    room.leg("ana")
    await room.healing.look_at_all()
    await asyncio.sleep(0.1)
    assert room.state() is State.TALKING
    assert room.told == []


async def test_an_agent_whose_other_call_ended_unheard_of_is_freed(room: Room) -> None:
    room.distribution.busy_elsewhere("ana", busy=True)
    await room.heals()
    assert room.state() is State.IDLE
    assert room.told == [
        {"agent": "ana", "was": "busy_elsewhere", "state": "idle", "difference": Mismatch.FREE.value}
    ]


async def test_an_agent_who_talks_unheard_of_gets_no_caller_of_a_queue(room: Room) -> None:
    leg = room.leg("ana")
    await room.heals()
    assert room.state() is State.BUSY_ELSEWHERE
    room.legs.remove(leg)
    await room.heals(2)
    assert room.state() is State.IDLE


async def test_phones_that_went_or_came_unheard_of_count(room: Room) -> None:
    room.phones.clear()
    await room.heals()
    assert room.state() is State.DEVICE_OFFLINE
    room.phones.add("1001")
    await room.heals(2)
    assert room.state() is State.IDLE


@pytest.mark.parametrize("agent", ["ana", "bot"])
async def test_a_phone_that_could_not_be_reached_has_its_rest(room: Room, agent: str) -> None:
    """It is there all the same, as far as anybody knows: ringing it at once again would find nobody."""
    core, now = room.distribution.core, room.distribution.now()
    other = "bot" if agent == "ana" else "ana"
    room.distribution.choose_status(other, Status.LOGGED_OUT)
    core.join(EntryJoin("e", "c", "q"), now=now)
    reservation = core.agent(agent).reservation
    assert reservation is not None
    core.reservation_failed(reservation, ReservationResult.UNREACHABLE, now=now)
    assert core.agent(agent).state is State.DEVICE_OFFLINE
    await room.healing.look_at_all()
    await asyncio.sleep(0.1)
    assert room.told == []
    assert core.agent(agent).state is State.DEVICE_OFFLINE


async def test_a_difference_that_is_gone_at_the_second_look_was_none(room: Room) -> None:
    leg = room.leg("ana")
    await room.healing.look_at_all()
    room.legs.remove(leg)
    await asyncio.sleep(0.1)
    assert room.state() is State.IDLE
    assert room.told == []


async def test_an_agent_that_changes_is_looked_at_without_waiting_for_the_round(room: Room) -> None:
    room.distribution.busy_elsewhere("ana", busy=True)
    await until(lambda: len(room.told) == 1)
    assert room.state() is State.IDLE


async def test_the_rounds_go_on_whatever_happens(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(healing, "EVERY", 0.01)
    calls: list[int] = []

    def fails() -> list[Leg]:
        calls.append(1)
        raise RuntimeError("no legs")

    monkeypatch.setattr(room.healing, "_all_legs", fails)
    room.healing.begin()
    await until(lambda: len(calls) > 2)


async def test_many_agents_are_looked_at_in_slices(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(healing, "SLICE", 1)
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.get_running_loop().create_task(count())
    room.distribution.busy_elsewhere("ana", busy=True)
    room.distribution.busy_elsewhere("bot", busy=True)
    await room.healing.look_at_all()
    assert turns >= 2
    await until(lambda: len(room.told) == 2)
    task.cancel()


@given(
    state=st.sampled_from(State),
    reachable=st.booleans(),
    legs=st.integers(0, 3),
    up=st.integers(0, 3),
    has_phone=st.booleans(),
)
def test_what_agrees_is_left_alone(
    state: State, legs: int, up: int, *, reachable: bool, has_phone: bool
) -> None:
    view = SimpleNamespace(state=state, reachable=reachable, rests=False)
    found = mismatch(view, Real(max(legs, up), up, has_phone))  # type: ignore[arg-type]
    talks = state in (State.TALKING, State.HOLD)
    if reachable is has_phone and (up or not talks) and state not in (State.IDLE, State.BUSY_ELSEWHERE):
        assert found is None
    if talks and not up:
        assert found is Mismatch.CALL_OVER
