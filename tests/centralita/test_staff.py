"""Agents by the account of their phone: registrations and calls that no queue gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from base.ids import SequenceIds
from calls.destination import Agent, Extension, Uri
from centralita.agents.staff import Staff
from routing.agents.tables import State, Status
from routing.io.distribution import Distribution
from routing.settings import AgentSettings, QueueSettings, RoutingConfig
from sip.events import Caller, RegistrationChanged
from sip.flow import Flow
from sip.registrar.location import Binding

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

AGENTS = {
    "ana": AgentSettings("ana", account="1001", queues=("q",)),
    "bot": AgentSettings("bot", contact="sip:bot@192.0.2.9", queues=("q",), status=Status.AVAILABLE),
}
FLOW = Flow("UDP", ("127.0.0.1", 5060), ("127.0.0.1", 40001))
BINDING = Binding("1001", "sip:1001@127.0.0.1:40001", FLOW, 60.0, "c", 1, 0.0)


def forget(contact: str, leg: str | None, kind: str, data: Mapping[str, object]) -> None:
    """No ledger."""


class Room:
    def __init__(self) -> None:
        self.distribution = Distribution(
            RoutingConfig({"q": QueueSettings("q")}, AGENTS), SequenceIds(), forget
        )
        self.staff = Staff(AGENTS, self.distribution)

    def state(self, agent: str = "ana") -> State:
        return self.distribution.core.agent(agent).state


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    made = Room()
    yield made
    made.distribution.close()


async def test_an_agent_is_reachable_as_long_as_a_phone_is_registered(room: Room) -> None:
    room.staff.registration_changed(RegistrationChanged("1001", (BINDING,), "registered"))
    assert room.distribution.core.agent("ana").reachable
    room.staff.registration_changed(RegistrationChanged("1001", (), "expired"))
    assert not room.distribution.core.agent("ana").reachable
    room.staff.registration_changed(RegistrationChanged("9999", (BINDING,), "registered"))


async def test_the_phones_own_calls_keep_the_queue_away_until_the_last_one_ends(room: Room) -> None:
    room.staff.registration_changed(RegistrationChanged("1001", (BINDING,), "registered"))
    room.distribution.choose_status("ana", Status.AVAILABLE)
    caller = Caller("internal", "1001", None, "1001", "", "127.0.0.1:40001")
    room.staff.calling(caller, begun=True)
    room.staff.called(Extension("1001"), begun=True)
    assert room.state() is State.BUSY_ELSEWHERE
    room.staff.calling(caller, begun=False)
    assert room.state() is State.BUSY_ELSEWHERE
    room.staff.called(Extension("1001"), begun=False)
    assert room.state() is State.IDLE


async def test_an_agent_called_by_name_is_busy_and_an_address_is_nobody(room: Room) -> None:
    room.staff.called(Agent("bot"), begun=True)
    assert room.state("bot") is State.BUSY_ELSEWHERE
    room.staff.called(Agent("bot"), begun=False)
    assert room.state("bot") is State.IDLE
    room.staff.called(Uri("sip:bot@192.0.2.9"), begun=True)
    room.staff.called(Extension("9999"), begun=True)
    assert room.state("bot") is State.IDLE


async def test_after_a_reload_the_account_belongs_to_whom_the_file_says(room: Room) -> None:
    agents = {"bot": AgentSettings("bot", account="1001", queues=("q",))}
    room.staff.adopt(agents)
    assert room.staff.agent_of("1001") == "bot"
    assert room.staff.agent_of("1002") is None
    assert room.staff.agent_of(None) is None


def moved(room: Room) -> None:
    """A reload gives ana's phone to eve; ana is gone."""
    agents = {"eve": AgentSettings("eve", account="1001", queues=("q",), status=Status.AVAILABLE)}
    room.distribution.adopt(RoutingConfig({"q": QueueSettings("q")}, agents))
    room.staff.adopt(agents)


async def test_a_registered_phone_is_its_new_agents_at_once(room: Room) -> None:
    room.staff.registration_changed(RegistrationChanged("1001", (BINDING,), "registered"))
    moved(room)
    assert room.distribution.core.agent("eve").reachable
    assert room.state("eve") is State.IDLE


async def test_a_phone_that_changes_hands_in_a_call_is_free_when_the_call_ends(room: Room) -> None:
    room.staff.registration_changed(RegistrationChanged("1001", (BINDING,), "registered"))
    caller = Caller("internal", "1001", None, "1001", "", "127.0.0.1:40001")
    room.staff.calling(caller, begun=True)
    room.staff.called(Agent("ana"), begun=True)
    moved(room)
    assert room.state("eve") is State.BUSY_ELSEWHERE
    room.staff.called(Agent("ana"), begun=False)
    room.staff.calling(caller, begun=False)
    assert room.state("eve") is State.IDLE
    room.staff.calling(caller, begun=True)
    room.staff.calling(caller, begun=False)
    assert room.state("eve") is State.IDLE
