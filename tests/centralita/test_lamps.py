"""Lamps of agents and queues: what they show, of whom they tell when, and who may see them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from base.ids import SequenceIds
from calls.contact import Inbox
from centralita.agents.lamps import Lamps
from centralita.watching import Watching
from cluster.memory import MemoryLocation
from routing.agents.tables import Status
from routing.commands import RingAgent
from routing.io.distribution import Distribution
from routing.queues.entry import EntryJoin
from routing.settings import AgentSettings, LeaveReason, QueueSettings, RoutingConfig, ServiceLevel
from sip.profile import Account, InternalProfile
from tests.centralita.test_watching import Desk
from tests.kit.party import House
from tests.kit.subscriber import Accounts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping


def forget(contact: str, leg: str | None, kind: str, data: Mapping[str, object]) -> None:
    """No ledger."""


class Wall:
    """Two agents, two queues, a lamp for each."""

    def __init__(self) -> None:
        self.routing = RoutingConfig(
            {
                "cards": QueueSettings("cards", service_level=ServiceLevel(within=0.5)),
                "vip": QueueSettings("vip", hours="office"),
            },
            {
                "ana": AgentSettings("ana", contact="sip:ana@192.0.2.9", account=None, queues=("cards",)),
                "eve": AgentSettings("eve", account="1002", queues=("vip",)),
            },
        )
        self.open = True
        self.told: list[str] = []
        self.heard = asyncio.Event()
        self.distribution = Distribution(self.routing, SequenceIds(), forget)
        self.lamps = Lamps(self.distribution, lambda: self.routing, lambda queue: self.open, self.tell)

    def tell(self, resource: str) -> None:
        self.told.append(resource)
        self.heard.set()

    def shows(self, resource: str) -> tuple[str, str]:
        found = self.lamps.dialogs(resource)
        return (found[0].state.value, found[0].display) if found else ("dark", "")

    def joins(self, entry: str, queue: str = "cards") -> Inbox[object]:
        inbox: Inbox[object] = Inbox()
        self.distribution.join(EntryJoin(entry, entry, queue), inbox)
        return inbox

    def close(self) -> None:
        self.lamps.close()
        self.distribution.close()


@pytest.fixture
async def wall() -> AsyncIterator[Wall]:
    made = Wall()
    made.lamps.adopt()
    made.told.clear()
    yield made
    made.close()


async def test_an_agents_lamp_is_dark_only_while_a_caller_can_come(wall: Wall) -> None:
    ana = "agent-ana"
    assert wall.shows(ana) == ("confirmed", "logged out")
    wall.distribution.choose_status("ana", Status.AVAILABLE)
    assert wall.shows(ana) == ("dark", "")
    ring = await wall.joins("c1").next()
    assert isinstance(ring, RingAgent)
    assert wall.shows(ana) == ("early", "reserved")
    wall.distribution.ringing(ring.reservation)
    assert wall.shows(ana) == ("early", "ringing")
    wall.distribution.answered(ring.reservation)
    assert wall.shows(ana) == ("confirmed", "talking")
    wall.distribution.choose_status("ana", Status.NOT_READY, "back_office")
    assert wall.shows(ana) == ("confirmed", "talking")
    wall.distribution.bridge_ended("ana")
    assert wall.shows(ana) == ("confirmed", "back office")
    assert wall.told.count(ana) == 5


async def test_an_agent_whose_phone_is_away_is_lit(wall: Wall) -> None:
    wall.distribution.choose_status("eve", Status.AVAILABLE)
    assert wall.shows("agent-eve") == ("confirmed", "device offline")
    wall.distribution.reachable("eve", reachable=True)
    assert wall.shows("agent-eve") == ("dark", "")


async def test_a_queue_blinks_while_somebody_waits_and_is_lit_after_the_promised_time(wall: Wall) -> None:
    cards = "queue-cards"
    assert wall.shows(cards) == ("dark", "")
    wall.joins("c1")
    assert wall.shows(cards) == ("early", "1 waiting")
    wall.joins("c2")
    wall.heard.clear()
    await asyncio.wait_for(wall.heard.wait(), 5)
    assert wall.shows(cards) == ("confirmed", "2 waiting")
    wall.distribution.leave("c1", LeaveReason.ABANDONED)
    wall.distribution.leave("c2", LeaveReason.ABANDONED)
    assert wall.shows(cards) == ("dark", "")
    assert wall.told[-1] == cards


async def test_a_queue_that_closes_is_lit_without_anybodys_doing(wall: Wall) -> None:
    assert wall.shows("queue-vip") == ("dark", "")
    wall.open = False
    wall.lamps._look_again()
    assert wall.shows("queue-vip") == ("confirmed", "closed")
    assert wall.told == ["queue-vip"]
    wall.lamps._look_again()
    assert wall.told == ["queue-vip"]


async def test_a_lamp_that_nobody_asked_for_is_not_told(wall: Wall) -> None:
    wall.distribution.choose_status("ana", Status.AVAILABLE)
    wall.joins("c1", "vip")
    assert wall.told == []


async def test_what_changes_nothing_of_a_lamp_is_not_told(wall: Wall) -> None:
    wall.shows("agent-ana")
    wall.distribution.choose_status("ana", Status.NOT_READY, None)
    told = len(wall.told)
    wall.distribution.busy_elsewhere("ana", busy=True)
    wall.distribution.busy_elsewhere("ana", busy=False)
    assert len(wall.told) == told


async def test_an_agent_may_see_his_own_lamps_and_no_others(wall: Wall) -> None:
    seen = ("agent-eve", "queue-vip", "agent-ana", "queue-cards", "1001")
    assert [wall.lamps.may_watch("1002", each) for each in seen] == [True, True, False, False, False]
    assert not wall.lamps.may_watch("1009", "agent-eve")


async def test_a_reload_takes_lamps_away(wall: Wall) -> None:
    wall.routing = RoutingConfig({}, {})
    assert not wall.lamps.knows("agent-ana")
    assert not wall.lamps.knows("queue-cards")
    wall.lamps.adopt()
    assert wall.shows("queue-cards") == ("dark", "")
    assert [wall.lamps.knows(each) for each in ("agent-", "ana", "", "queue-")] == [False] * 4


async def test_phones_subscribe_to_lamps_and_a_storm_of_changes_is_few_messages() -> None:
    async with House(admission=Accounts()) as house:
        wall = Wall()
        profile = InternalProfile(realm="x", accounts={"1001": Account()})
        watching = Watching(
            lambda: profile,
            MemoryLocation(),
            house.exchange,
            lambda tell: Lamps(wall.distribution, lambda: wall.routing, lambda queue: True, tell),
        )
        with Desk(house) as desk:
            assert (await desk.subscribe("dialog", "agent-nobody")).status == 404
        with Desk(house) as desk:
            assert (await desk.subscribe("dialog", "agent-ana")).status == 200
            first = await desk.told()
            assert b"<state>confirmed</state>" in first.body
            assert b'display="logged out"' in first.body
            for _ in range(200):
                wall.distribution.choose_status("ana", Status.AVAILABLE)
                wall.distribution.choose_status("ana", Status.NOT_READY, "lunch")
            wall.distribution.choose_status("ana", Status.AVAILABLE)
            last = await desk.told()
            assert b'version="1"' in last.body
            assert b"<state>terminated</state>" in last.body
        watching.close()
        wall.close()
        assert watching.find("agent-ana") is None


async def test_a_phone_that_may_watch_only_itself_sees_the_lamps_of_its_agent() -> None:
    async with House(admission=Accounts()) as house:
        wall = Wall()
        wall.routing = RoutingConfig(
            wall.routing.queues, {"ana": AgentSettings("ana", account="1001", queues=("cards",))}
        )
        profile = InternalProfile(
            realm="x", may_watch="self", accounts={"1001": Account(), "1002": Account()}
        )
        watching = Watching(
            lambda: profile,
            MemoryLocation(),
            house.exchange,
            lambda tell: Lamps(wall.distribution, lambda: wall.routing, lambda queue: True, tell),
        )
        for resource, status in (("queue-cards", 200), ("queue-vip", 403), ("1002", 403)):
            with Desk(house) as desk:
                assert (await desk.subscribe("dialog", resource)).status == status
        watching.close()
        wall.close()
