"""A queue served to real callers over real sockets: agents answer, refuse, ring out and vanish; nobody gets stuck."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from base.errors import CentralitaError
from calls.destination import Hangup, Menu, Queue
from routing.agents.tables import State, Status
from routing.settings import LeaveReason
from sip.events import (
    InviteReceived,
    SessionAnswered,
    SessionCancelled,
    SessionEnded,
    SessionReanswered,
    SessionRefused,
)
from tests.kit.floor import Floor
from tests.kit.party import MUSIC, House, Party, until
from tests.kit.tone import hears, tone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from calls.destination import Destination

VOICE = frozenset({800, 1300})


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    async with House() as house, Party() as alice, Party() as ana, Party() as piotr:
        made = Floor(house, alice, {"ana": ana, "piotr": piotr})
        yield made
        made.distribution.close()


async def test_a_waiting_caller_hears_music_and_then_the_agent(floor: Floor) -> None:
    for agent in floor.agents:
        floor.distribution.choose_status(agent, Status.NOT_READY)
    hers = await floor.waiting()
    assert hears(await floor.alice.listens(), MUSIC)
    floor.distribution.choose_status("ana", Status.AVAILABLE)
    ana = floor.agents["ana"]
    his = await floor.rung("ana")
    ana.answer(his)
    ana.face(his.offer)
    await until(lambda: "bridge.began" in floor.house.kinds())
    assert floor.state() is State.TALKING
    listening = asyncio.create_task(floor.alice.listens(40))
    await asyncio.to_thread(ana.far.say, tone(VOICE, 1.0))
    assert hears(await listening, VOICE)
    listening = asyncio.create_task(ana.listens(40))
    await asyncio.to_thread(floor.alice.far.say, tone(VOICE, 1.0))
    assert hears(await listening, VOICE)
    floor.alice.hang_up(hers)
    await ana.hears(SessionEnded)
    assert await floor.over() == [None]
    assert floor.contacts[0].outcome == "answered"
    assert floor.results() == [("ana", "answered")]


async def test_the_agents_phone_shows_the_client_company_and_the_callers_number(floor: Floor) -> None:
    await floor.waiting()
    invited = await floor.agents["ana"].hears(InviteReceived)
    assert (invited.caller.user, invited.caller.display) == ("600100200", "Banco Sol Bob")
    page = f"<https://crm.example/{floor.contacts[0].id}?q=q>;purpose=info"
    assert invited.session.request.headers("Call-Info") == [page]
    floor.contacts[0].caller.hang_up()  # type: ignore[union-attr]
    await floor.over()


async def test_the_agents_hang_up_ends_the_call_and_begins_wrap_up() -> None:
    async with House() as house, Party() as alice, Party() as ana:
        floor = Floor(house, alice, {"ana": ana}, wrap_up=30.0)
        _, his = await floor.talking()
        ana.hang_up(his)
        await alice.hears(SessionEnded)
        assert await floor.over() == [None]
        assert floor.state() is State.WRAP_UP
        floor.distribution.end_wrap_up("ana")
        assert floor.state() is State.IDLE
        floor.distribution.close()


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (486, "busy"),
        (603, "rejected"),
        (480, "rejected"),
        (302, "rejected"),
        (503, "unreachable"),
        (500, "failed"),
    ],
)
async def test_an_agent_who_refuses_is_followed_by_the_next(floor: Floor, status: int, result: str) -> None:
    hers = await floor.waiting()
    floor.agents["ana"].refuse(await floor.rung("ana"), status)
    his = await floor.rung("piotr")
    assert floor.results() == [("ana", result)]
    floor.agents["piotr"].answer(his)
    await until(lambda: "bridge.began" in floor.house.kinds())
    floor.alice.hang_up(hers)
    await floor.over()


async def test_an_agent_who_does_not_answer_is_cancelled_and_set_not_ready() -> None:
    async with House() as house, Party() as alice, Party() as ana, Party() as piotr:
        floor = Floor(house, alice, {"ana": ana, "piotr": piotr}, ring_timeout=0.1)
        hers = await floor.waiting()
        await floor.rung("ana")
        await ana.hears(SessionCancelled)
        assert floor.distribution.core.agent("ana").status is Status.NOT_READY
        his = (await piotr.hears(InviteReceived)).session
        piotr.answer(his)
        await until(lambda: floor.state("piotr") is State.TALKING)
        alice.hang_up(hers)
        await floor.over()
        assert floor.results()[0] == ("ana", "no_answer")
        floor.distribution.close()


async def test_an_agent_without_a_phone_is_passed_over(floor: Floor) -> None:
    floor.unknown.add("ana")
    hers = await floor.waiting()
    await floor.rung("piotr")
    assert floor.results() == [("ana", "unreachable")]
    floor.alice.hang_up(hers)
    await floor.over()


async def test_an_agent_whose_phone_is_switched_off_is_passed_over(floor: Floor) -> None:
    await floor.agents["ana"].endpoint.close()
    hers = await floor.waiting()
    await floor.rung("piotr")
    assert floor.results() == [("ana", "unreachable")]
    floor.alice.hang_up(hers)
    await floor.over()


async def test_an_agent_whose_address_cannot_be_called_is_passed_over(floor: Floor) -> None:
    floor.addresses["ana"] = "mailto:ana"
    hers = await floor.waiting()
    await floor.rung("piotr")
    assert floor.results() == [("ana", "failed")]
    floor.alice.hang_up(hers)
    await floor.over()


async def test_a_caller_who_leaves_while_it_rings_stops_the_ringing(floor: Floor) -> None:
    hers = await floor.waiting()
    await floor.rung("ana")
    floor.alice.hang_up(hers)
    await floor.agents["ana"].hears(SessionCancelled)
    assert await floor.over() == [None]
    assert floor.contacts[0].outcome == "abandoned"
    assert floor.results() == [("ana", "caller_left")]
    assert floor.house.row("queue.left").data["reason"] == "abandoned"
    assert floor.state() is State.IDLE


@pytest.mark.parametrize("first", ["agent", "caller"])
async def test_an_answer_in_the_instant_in_which_the_caller_leaves_frees_the_agent(first: str) -> None:
    async with House() as house, Party() as alice, Party() as ana:
        floor = Floor(house, alice, {"ana": ana})
        for _ in range(5):
            hers = await floor.waiting()
            his = await floor.rung("ana")
            if first == "agent":
                ana.answer(his)
                alice.hang_up(hers)
            else:
                alice.hang_up(hers)
                ana.answer(his)
            await ana.hears(SessionEnded)
            await floor.over()
            assert floor.state() is State.IDLE
        floor.distribution.close()


async def test_a_phone_that_hangs_up_in_the_instant_of_its_answer_keeps_the_caller_waiting(
    floor: Floor,
) -> None:
    hers = await floor.waiting()
    his = await floor.rung("ana")
    ana = floor.agents["ana"]
    ana.answer(his)
    await until(lambda: his.state.name in ("CONFIRMED", "ENDED"))
    ana.hang_up(his)
    await until(lambda: floor.state("ana") is not State.TALKING)
    floor.alice.hang_up(hers)
    await floor.over()


async def test_an_agent_who_logs_out_while_ringing_is_cancelled(floor: Floor) -> None:
    hers = await floor.waiting()
    await floor.rung("ana")
    floor.distribution.choose_status("ana", Status.LOGGED_OUT)
    await floor.agents["ana"].hears(SessionCancelled)
    await floor.rung("piotr")
    assert floor.results() == [("ana", "rescinded")]
    floor.alice.hang_up(hers)
    await floor.over()


async def test_an_answer_that_cannot_be_used_is_a_failed_reservation(floor: Floor) -> None:
    hers = await floor.waiting()
    his = await floor.rung("ana")
    floor.agents["ana"].codecs = "18"
    floor.agents["ana"].answer(his)
    await floor.agents["ana"].hears(SessionEnded)
    await floor.rung("piotr")
    assert floor.results() == [("ana", "failed")]
    floor.alice.hang_up(hers)
    await floor.over()


async def test_hold_by_the_agent_is_music_for_the_caller_and_a_state_of_the_agent(floor: Floor) -> None:
    hers, his = await floor.talking()
    ana = floor.agents["ana"]
    ana.say(lambda now: ana.stack.reinvite(his, ana.body("sendonly"), now=now))
    await ana.hears(SessionReanswered)
    await until(lambda: floor.state() is State.HOLD)
    assert hears(await floor.alice.listens(), MUSIC)
    ana.say(lambda now: ana.stack.reinvite(his, ana.body(), now=now))
    await until(lambda: floor.state() is State.TALKING)
    floor.alice.hang_up(hers)
    await floor.over()


async def test_a_phone_that_answers_on_hold_can_take_the_caller_back(floor: Floor) -> None:
    hers = await floor.waiting()
    his = await floor.rung("ana")
    ana = floor.agents["ana"]
    ana.answer(his, ana.body("sendonly"))
    await until(lambda: floor.state() is State.HOLD)
    ana.say(lambda now: ana.stack.reinvite(his, ana.body(), now=now))
    await until(lambda: floor.state() is State.TALKING)
    ana.face(his.offer)
    listening = asyncio.create_task(floor.alice.listens(40))
    await asyncio.to_thread(ana.far.say, tone(VOICE, 1.0))
    assert hears(await listening, VOICE)
    floor.alice.hang_up(hers)
    await floor.over()


async def test_a_bridge_that_fails_leaves_no_agent_talking(floor: Floor) -> None:
    hers = await floor.waiting()
    his = await floor.rung("ana")
    ana = floor.agents["ana"]
    floor.music_fails = True
    ana.answer(his, ana.body("sendonly"))  # held from the start, so that the bridge asks for music
    with pytest.raises(CentralitaError, match="no music"):
        await asyncio.wait_for(floor.tasks.pop(), 5)
    await ana.hears(SessionEnded)
    assert floor.state() is State.IDLE
    floor.alice.hang_up(hers)
    await floor.over()


async def test_a_stay_that_is_cancelled_frees_the_place_and_the_phone(floor: Floor) -> None:
    hers = await floor.waiting()
    await floor.rung("ana")
    floor.tasks.pop().cancel()
    await floor.agents["ana"].hears(SessionCancelled)
    assert floor.house.row("queue.left").data["reason"] == "system"
    floor.alice.hang_up(hers)
    await floor.over()


@pytest.mark.parametrize("destination", [Menu("leave_a_message"), Hangup(17, 486), Queue("other", 5)])
async def test_overflow_tells_where_the_caller_goes_next(destination: Destination) -> None:
    async with House() as house, Party() as alice:
        floor = Floor(house, alice, {}, max_wait=0.05, overflow={LeaveReason.TIMEOUT: destination})
        await floor.waiting()
        found = await asyncio.wait_for(floor.tasks[0], 5)
        assert found == destination
        caller = floor.contacts[0].caller
        assert caller is not None
        assert caller.is_up
        await floor.over()
        floor.distribution.close()


async def test_a_full_queue_sends_the_next_caller_on_at_once() -> None:
    async with House() as house, Party() as alice, Party() as bob:
        floor = Floor(house, alice, {}, capacity=1)
        await floor.waiting()
        bob.call(house, bob.body())
        await until(lambda: len(floor.tasks) == 2)
        assert isinstance(await asyncio.wait_for(floor.tasks[1], 5), Hangup)
        assert not floor.tasks[0].done()
        assert floor.contacts[1].caller is not None
        assert not floor.contacts[1].caller.is_up, "a caller who is not let in must not pay for it"
        for contact in floor.contacts:
            assert contact.caller is not None
            contact.caller.hang_up()
        await floor.over()
        floor.distribution.close()


async def test_a_caller_already_gone_never_joins(floor: Floor) -> None:
    floor.house.on_arrival = lambda contact: floor.contacts.append(contact)
    floor.alice.call(floor.house, floor.alice.body())
    contact, leg = await floor.house.arrival()
    leg.refuse(486)
    await floor.alice.hears(SessionRefused)
    assert await floor.application.serve(contact, Queue("q")) is None
    assert "queue.joined" not in floor.house.kinds()
    await floor.over()


async def test_two_callers_never_get_one_agent() -> None:
    async with House() as house, Party() as alice, Party() as bob, Party() as ana:
        floor = Floor(house, alice, {"ana": ana})
        hers = await floor.waiting()
        theirs = bob.call(house, bob.body())
        await bob.hears(SessionAnswered)
        first = await floor.rung("ana")
        ana.answer(first)
        await until(lambda: floor.state() is State.TALKING)
        assert not [event for event in ana.events if isinstance(event, InviteReceived)]
        alice.hang_up(hers)
        second = await floor.rung("ana")
        ana.answer(second)
        await until(lambda: house.kinds().count("bridge.began") == 2)
        bob.hang_up(theirs)
        await floor.over()
        assert floor.results() == [("ana", "answered"), ("ana", "answered")]
        floor.distribution.close()
