"""What a waiting caller hears and may press, over real sockets: tones tell music, words and agents apart."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from calls.destination import Hangup, Menu, Queue
from calls.events import DigitPressed
from routing.agents.tables import State, Status
from routing.hours.opening import Openness
from routing.settings import LeaveReason
from routing.waiting.sayings import Saying
from routing.waiting.settings import Announcements, AtClosing, Comfort, Standing
from sip.events import SessionAnswered, SessionCancelled
from tests.kit.floor import WORDS, Floor
from tests.kit.party import MUSIC, House, Party, until
from tests.kit.tone import hears, tone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sip.session.session import Session

VOICE = frozenset({800, 1300})
OFTEN = Announcements(comfort=Comfort(("one", "two"), first=0.05, every=0.2), pause=0.0)
KEYS = {"1": Menu("shop", "call_me_back"), "#": Hangup()}


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    async with House() as house, Party() as alice, Party() as ana:
        made = Floor(house, alice, {"ana": ana}, announce=OFTEN, exit_keys=KEYS)
        yield made
        made.distribution.close()


async def alone(floor: Floor) -> Session:
    """Alice waits, and no agent is there."""
    floor.distribution.choose_status("ana", Status.NOT_READY)
    return await floor.waiting()


async def press(floor: Floor, hers: Session, key: str) -> None:
    """Alice presses a key; her phone tells it by INFO."""
    floor.alice.info(hers, f"Signal={key}\r\nDuration=100\r\n".encode())


async def test_comfort_is_heard_over_the_music_which_then_goes_on(floor: Floor) -> None:
    floor.words_last = 0.6
    hers = await alone(floor)
    await until(lambda: len(floor.said) == 1)
    assert hears(await floor.alice.listens(), WORDS)
    await until(lambda: len(floor.said) == 2)
    assert floor.said == [(Saying("one"),), (Saying("two"),)]
    floor.settings = replace(floor.settings, announce=replace(OFTEN, comfort=Comfort()))
    floor.distribution.look_again()
    await asyncio.sleep(0.7)
    heard = await floor.alice.listens()
    assert hears(heard, MUSIC)
    assert not hears(heard, WORDS)
    floor.alice.hang_up(hers)
    await floor.over()


async def test_an_announcement_ends_in_the_instant_in_which_an_agent_answers(floor: Floor) -> None:
    floor.words_last = 30.0
    hers = await floor.waiting()
    his = await floor.rung("ana")
    await until(lambda: len(floor.said) == 1)
    assert hears(await floor.alice.listens(), WORDS)
    ana = floor.agents["ana"]
    ana.answer(his)
    ana.face(his.offer)
    await until(lambda: "bridge.began" in floor.house.kinds())
    listening = asyncio.create_task(floor.alice.listens(40))
    await asyncio.to_thread(ana.far.say, tone(VOICE, 1.0))
    heard = await listening
    assert hears(heard, VOICE)
    assert not hears(heard[-8000:], WORDS)
    assert not hears(heard[-8000:], MUSIC)
    floor.alice.hang_up(hers)
    await floor.over()


@pytest.mark.parametrize("when", ["music", "announcement", "ringing"])
async def test_an_exit_key_leads_elsewhere_at_any_time(floor: Floor, when: str) -> None:
    floor.words_last = 30.0
    if when == "music":
        floor.settings = replace(floor.settings, announce=Announcements())
    hers = await (floor.waiting() if when == "ringing" else alone(floor))
    if when == "ringing":
        await floor.rung("ana")
    await until(lambda: when == "music" or len(floor.said) == 1)
    await press(floor, hers, "1")
    assert await asyncio.wait_for(floor.tasks[0], 5) == KEYS["1"]
    contact = floor.contacts[0]
    assert contact.outcome == "exit_key"
    assert contact.caller is not None
    assert contact.caller.is_up
    told = floor.house.row("queue.exit_key").data
    assert (told["queue"], told["key"], told["position"]) == ("q", "1", 1)
    assert floor.house.row("queue.left").data["reason"] == "exit_key"
    if when == "ringing":
        await floor.agents["ana"].hears(SessionCancelled)
        assert floor.results() == [("ana", "caller_left")]
        assert floor.state() is State.IDLE
    else:
        heard = await floor.alice.listens()
        assert not hears(heard, WORDS)
        assert hears(heard, MUSIC), "no silence until the next one speaks"
    floor.alice.hang_up(hers)
    await floor.over()


async def test_a_key_without_a_meaning_changes_nothing_and_is_told_nobody(floor: Floor) -> None:
    floor.words_last = 30.0
    hers = await alone(floor)
    await until(lambda: len(floor.said) == 1)
    for key in "47*":
        await press(floor, hers, key)
    await asyncio.sleep(0.1)
    assert not floor.tasks[0].done()
    assert hears(await floor.alice.listens(), WORDS)
    assert "queue.exit_key" not in floor.house.kinds()
    floor.alice.hang_up(hers)
    await floor.over()


async def test_a_key_pressed_as_an_agent_is_found_is_not_lost(floor: Floor) -> None:
    hers = await alone(floor)
    await press(floor, hers, "1")
    floor.distribution.choose_status("ana", Status.AVAILABLE)
    assert await asyncio.wait_for(floor.tasks[0], 5) == KEYS["1"]
    floor.alice.hang_up(hers)
    await floor.over()
    assert floor.state() is State.IDLE


async def test_the_place_is_told_and_told_again_only_when_it_is_better() -> None:
    announce = Announcements(standing=Standing(position=True, first=0.05, every=0.05), pause=0.0)
    async with House() as house, Party() as alice, Party() as bob:
        floor = Floor(house, alice, {}, announce=announce)
        floor.words_last = 0.05
        hers = await floor.waiting()
        theirs = bob.call(house, bob.body())
        await bob.hears(SessionAnswered)
        second = (Saying("queue_position", (("position", "2"),)),)
        await until(lambda: second in floor.said and (Saying("queue_next"),) in floor.said)
        alice.hang_up(hers)
        await until(lambda: floor.said[-1] == (Saying("queue_next"),) and len(floor.said) == 3)
        bob.hang_up(theirs)
        await floor.over()
        assert len(floor.said) == 3
        floor.distribution.close()


async def test_words_that_are_not_there_are_left_out(floor: Floor) -> None:
    floor.mute = True
    hers = await alone(floor)
    await until(lambda: len(floor.said) == 2)
    assert hears(await floor.alice.listens(), MUSIC)
    floor.alice.hang_up(hers)
    await floor.over()


async def test_words_are_heard_also_where_there_is_no_music(floor: Floor) -> None:
    floor.tune, floor.words_last = (), 0.5
    hers = await alone(floor)
    for _ in range(2):
        said = len(floor.said)
        await until(lambda said=said: len(floor.said) > said)  # type: ignore[misc]
        assert hears(await floor.alice.listens(15), WORDS)
    floor.alice.hang_up(hers)
    await floor.over()


async def test_another_music_waits_for_the_end_of_what_is_said(floor: Floor) -> None:
    floor.words_last = 0.6
    floor.settings = replace(floor.settings, announce=replace(OFTEN, comfort=Comfort(("one",), 0.05, 60.0)))
    hers = await alone(floor)
    await until(lambda: len(floor.said) == 1)
    floor.tune = (floor.house.plane.load_clip(tone(VOICE, 1.0)),)
    floor.distribution.look_again()
    assert hears(await floor.alice.listens(15), WORDS)
    await asyncio.sleep(0.5)
    heard = await floor.alice.listens()
    assert hears(heard, VOICE)
    assert not hears(heard, MUSIC)
    floor.alice.hang_up(hers)
    await floor.over()


async def test_another_music_is_heard_by_those_who_wait_but_not_begun_again_without_need(
    floor: Floor,
) -> None:
    floor.settings = replace(floor.settings, announce=Announcements())
    hers = await alone(floor)
    floor.distribution.look_again()
    floor.tune = (floor.house.plane.load_clip(tone(VOICE, 1.0)),)
    floor.distribution.look_again()
    await until(lambda: hers.state.name == "CONFIRMED")
    await asyncio.sleep(0.05)
    heard = await floor.alice.listens()
    assert hears(heard, VOICE)
    assert not hears(heard, MUSIC)
    floor.alice.hang_up(hers)
    await floor.over()


async def test_a_phone_whose_offer_is_taken_by_nobody_ends_as_failed(floor: Floor) -> None:
    hers = await floor.waiting()
    floor.agents["ana"].refuse(await floor.rung("ana"), 488)
    await until(lambda: floor.results() == [("ana", "failed")])
    floor.alice.hang_up(hers)
    await floor.over()


async def test_a_phone_that_gives_up_ringing_did_not_answer(floor: Floor) -> None:
    hers = await floor.waiting()
    floor.agents["ana"].refuse(await floor.rung("ana"), 487)
    await until(lambda: floor.results() == [("ana", "no_answer")])
    assert floor.distribution.core.agent("ana").status is Status.NOT_READY
    floor.alice.hang_up(hers)
    await floor.over()


async def test_a_phone_that_vanishes_while_it_rings_makes_room_for_the_next() -> None:
    async with House() as house, Party() as alice, Party() as ana, Party() as piotr:
        floor = Floor(house, alice, {"ana": ana, "piotr": piotr}, ring_timeout=1.0)
        hers = await floor.waiting()
        await floor.rung("ana")
        await ana.endpoint.close()
        await floor.rung("piotr")
        assert floor.results() == [("ana", "no_answer")]
        alice.hang_up(hers)
        await until(lambda: floor.tasks[0].done())
        assert floor.state() is State.IDLE
        floor.distribution.close()


CLOSED = Openness(is_open=False)


async def test_nobody_joins_a_queue_that_is_closed_and_no_phone_rings() -> None:
    async with House() as house, Party() as alice, Party() as ana:
        floor = Floor(house, alice, {"ana": ana}, overflow={LeaveReason.CLOSED: Menu("m", "closed")})
        floor.openness = CLOSED
        alice.call(house, alice.body())
        await until(lambda: bool(floor.tasks))
        assert await asyncio.wait_for(floor.tasks[0], 5) == Menu("m", "closed")
        assert floor.contacts[0].outcome == "closed"
        assert floor.results() == []
        assert house.row("queue.left").data["reason"] == "closed"
        await floor.over()
        floor.distribution.close()


async def test_closing_time_sends_away_who_waits_where_the_queue_wishes_it(floor: Floor) -> None:
    floor.settings = replace(
        floor.settings, at_closing=AtClosing.LEAVE, overflow={LeaveReason.CLOSED: Menu("m", "closed")}
    )
    floor.openness = Openness(closes_in=0.1)
    hers = await alone(floor)
    floor.openness = CLOSED
    assert await asyncio.wait_for(floor.tasks[0], 5) == Menu("m", "closed")
    assert floor.house.row("queue.left").data["reason"] == "closed"
    floor.alice.hang_up(hers)
    await floor.over()


async def test_closing_time_lets_a_phone_that_rings_be_answered(floor: Floor) -> None:
    floor.settings = replace(floor.settings, at_closing=AtClosing.LEAVE)
    floor.openness = Openness(closes_in=0.1)
    hers = await floor.waiting()
    floor.openness = CLOSED
    his = await floor.rung("ana")
    await asyncio.sleep(0.2)
    floor.agents["ana"].answer(his)
    await until(lambda: floor.state() is State.TALKING)
    floor.alice.hang_up(hers)
    await floor.over()


async def test_an_emergency_sends_everybody_away_also_who_hears_the_phone_ring(floor: Floor) -> None:
    hers = await floor.waiting()
    await floor.rung("ana")
    floor.openness = Openness(is_open=False, is_emergency=True)
    floor.distribution.look_again()
    await floor.agents["ana"].hears(SessionCancelled)
    assert isinstance(await asyncio.wait_for(floor.tasks[0], 5), Hangup)
    assert floor.results() == [("ana", "rescinded")]
    floor.alice.hang_up(hers)
    await floor.over()


async def test_whoever_waits_is_served_after_closing_time_unless_the_queue_wishes_otherwise(
    floor: Floor,
) -> None:
    hers = await alone(floor)
    floor.openness = CLOSED
    floor.distribution.look_again()
    floor.distribution.choose_status("ana", Status.AVAILABLE)
    await floor.rung("ana")
    floor.alice.hang_up(hers)
    await floor.over()


async def test_an_overflow_on_its_way_when_a_key_is_pressed_is_not_one_of_the_next_queue() -> None:
    async with House() as house, Party() as alice:
        floor = Floor(house, alice, {}, exit_keys=KEYS, overflow={LeaveReason.TIMEOUT: Menu("m")})
        hers = await floor.waiting()
        await until(lambda: "queue.joined" in house.kinds())
        (contact,) = floor.contacts
        assert contact.caller is not None
        contact.inbox.post(DigitPressed(contact.caller, "1"))
        floor.distribution.withdraw(contact.id, Menu("m"))
        assert await asyncio.wait_for(floor.tasks.pop(), 5) == KEYS["1"]
        again = asyncio.ensure_future(floor.application.serve(contact, Queue("q")))
        floor.tasks.append(again)
        await until(lambda: house.kinds().count("queue.joined") == 2)
        await asyncio.sleep(0.05)
        assert not again.done()
        alice.hang_up(hers)
        await floor.over()
        floor.distribution.close()
