"""What agents hear and press before the caller is put through, and several phones that ring for one caller."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from calls.contact import Place
from calls.destination import Menu, Queue
from routing.agents.tables import State, Status
from routing.settings import NoAnswer
from routing.waiting.sayings import Saying
from routing.waiting.settings import Acknowledge
from sip.events import SessionCancelled, SessionEnded
from tests.kit.floor import WORDS, Floor
from tests.kit.party import MUSIC, House, Party, until
from tests.kit.tone import hears

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sip.session.session import Session

WHISPER = {"banco": ("bank",), "": ("anybody",)}
TAKE_CALL = Saying("agent_take_call", (("key", "1"),))


@asynccontextmanager
async def opened(**queue: object) -> AsyncIterator[Floor]:
    async with House() as house, Party() as alice, Party() as ana, Party() as piotr:
        floor = Floor(house, alice, {"ana": ana, "piotr": piotr}, **queue)
        yield floor
        floor.distribution.close()


async def picked_up(floor: Floor, agent: str = "ana") -> tuple[Session, Session]:
    """Alice waits; the agent has answered and is being told."""
    hers = await floor.waiting()
    return hers, await answered(floor, agent)


async def answered(floor: Floor, agent: str) -> Session:
    his = await floor.rung(agent)
    floor.agents[agent].answer(his)
    floor.agents[agent].face(his.offer)
    await until(lambda: agent in told(floor))
    return his


def told(floor: Floor) -> list[object]:
    """Who is at the phone and not yet put through."""
    return [row.data["agent"] for row in floor.house.rows if row.kind == "reservation.picked_up"]


def press(floor: Floor, agent: str, his: Session, key: str) -> None:
    floor.agents[agent].info(his, f"Signal={key}\r\nDuration=100\r\n".encode())


async def over(floor: Floor, hers: Session) -> None:
    floor.alice.hang_up(hers)
    await floor.over()


async def test_the_agent_hears_who_waits_while_the_caller_hears_music_and_then_they_talk() -> None:
    async with opened(whisper=WHISPER) as floor:
        floor.words_last = 0.8
        hers, _ = await picked_up(floor)
        assert floor.said == [(Saying("bank"),)]
        assert floor.state() is State.RINGING
        hers_hears, his_hears = await asyncio.gather(floor.alice.listens(20), floor.agents["ana"].listens(20))
        assert hears(his_hears, WORDS)
        assert hears(hers_hears, MUSIC)
        assert not hears(hers_hears, WORDS)
        await until(lambda: "bridge.began" in floor.house.kinds())
        assert floor.state() is State.TALKING
        await over(floor, hers)
        assert floor.results() == [("ana", "answered")]


async def test_the_agent_takes_the_call_by_the_key_alone() -> None:
    async with opened(whisper=WHISPER, acknowledge=Acknowledge("1", 5.0)) as floor:
        floor.words_last = 0.1
        hers, his = await picked_up(floor)
        assert floor.said == [(Saying("bank"), TAKE_CALL)]
        press(floor, "ana", his, "5")
        await asyncio.sleep(0.5)  # until long after all was said
        assert "bridge.began" not in floor.house.kinds()
        press(floor, "ana", his, "1")
        await until(lambda: "bridge.began" in floor.house.kinds())
        await over(floor, hers)


async def test_the_key_cuts_what_the_agent_is_told() -> None:
    async with opened(acknowledge=Acknowledge("1", 5.0)) as floor:
        floor.words_last = 30.0
        hers, his = await picked_up(floor)
        press(floor, "ana", his, "1")
        await until(lambda: "bridge.began" in floor.house.kinds())
        assert hears(await floor.agents["ana"].listens(5), WORDS) is False
        await over(floor, hers)


async def test_an_answering_machine_at_the_desk_gets_no_caller() -> None:
    async with opened(acknowledge=Acknowledge("1", 0.2)) as floor:
        floor.words_last = 0.1
        hers, _ = await picked_up(floor)
        await floor.agents["ana"].hears(SessionEnded)
        assert floor.results() == [("ana", "no_answer")]
        assert floor.distribution.core.agent("ana").status is Status.NOT_READY
        await floor.rung("piotr")
        await over(floor, hers)


async def test_whoever_hangs_up_instead_has_rejected_the_caller_who_waits_on() -> None:
    async with opened(acknowledge=Acknowledge("1", 5.0)) as floor:
        hers, his = await picked_up(floor)
        floor.agents["ana"].hang_up(his)
        await floor.rung("piotr")
        assert floor.results() == [("ana", "rejected")]
        assert hears(await floor.alice.listens(), MUSIC)
        await over(floor, hers)


@pytest.mark.parametrize("how", ["hangs up", "presses a key"])
async def test_a_caller_who_leaves_meanwhile_lets_the_agent_go(how: str) -> None:
    async with opened(whisper=WHISPER, exit_keys={"2": Menu("m")}) as floor:
        floor.words_last = 30.0
        hers, _ = await picked_up(floor)
        if how == "hangs up":
            floor.alice.hang_up(hers)
        else:
            floor.alice.info(hers, b"Signal=2\r\nDuration=100\r\n")
        await floor.agents["ana"].hears(SessionEnded)
        assert await asyncio.wait_for(floor.tasks[0], 5) == (None if how == "hangs up" else Menu("m"))
        assert floor.results() == [("ana", "caller_left")]
        assert floor.state() is State.IDLE
        await over(floor, hers)


async def test_what_cannot_be_said_puts_the_caller_through_at_once() -> None:
    async with opened(whisper=WHISPER) as floor:
        floor.mute = True
        hers, _ = await floor.talking()
        await over(floor, hers)


async def test_all_phones_ring_and_the_others_miss_no_call() -> None:
    async with opened(strategy="ring-all") as floor:
        hers = await floor.waiting()
        await floor.rung("ana")
        his = await floor.rung("piotr")
        floor.agents["piotr"].answer(his)
        cancelled = await floor.agents["ana"].hears(SessionCancelled)
        assert [each.cause for each in cancelled.reasons] == [200]
        await until(lambda: "bridge.began" in floor.house.kinds())
        assert sorted(floor.results()) == [("ana", "lost_race"), ("piotr", "answered")]
        assert floor.state("ana") is State.IDLE
        await over(floor, hers)


async def test_two_phones_that_answer_at_once_give_the_caller_to_one() -> None:
    async with opened(strategy="ring-all") as floor:
        for _ in range(5):
            hers = await floor.waiting()
            first, second = await floor.rung("ana"), await floor.rung("piotr")
            floor.agents["ana"].answer(first)
            floor.agents["piotr"].answer(second)
            await until(lambda: State.TALKING in (floor.state("ana"), floor.state("piotr")))
            await until(lambda: State.IDLE in (floor.state("ana"), floor.state("piotr")))
            await over(floor, hers)
        assert [result for _, result in floor.results()].count("answered") == 5


async def test_whoever_takes_the_call_first_has_it_while_both_are_told() -> None:
    async with opened(strategy="ring-all", acknowledge=Acknowledge("1", 5.0)) as floor:
        hers, first = await picked_up(floor)
        second = await answered(floor, "piotr")
        press(floor, "piotr", second, "1")
        await floor.agents["ana"].hears(SessionEnded)
        press(floor, "ana", first, "1") if first.state.name == "CONFIRMED" else None
        await until(lambda: floor.state("piotr") is State.TALKING)
        assert sorted(floor.results()) == [("ana", "lost_race"), ("piotr", "answered")]
        await over(floor, hers)


async def test_one_phone_that_refuses_leaves_the_others_ringing() -> None:
    async with opened(strategy="ring-all", no_answer=NoAnswer.RETRY) as floor:
        hers = await floor.waiting()
        floor.agents["ana"].refuse(await floor.rung("ana"), 486)
        his = await floor.rung("piotr")
        await until(lambda: floor.results() == [("ana", "busy")])
        floor.agents["piotr"].answer(his)
        await until(lambda: floor.state("piotr") is State.TALKING)
        await over(floor, hers)


async def test_whoever_leaves_without_an_agent_keeps_the_place_and_gets_it_back() -> None:
    async with House() as house, Party() as alice:
        floor = Floor(house, alice, {}, exit_keys={"2": Menu("m")})
        hers = await floor.waiting()
        await until(lambda: "queue.joined" in house.kinds())
        alice.info(hers, b"Signal=2\r\nDuration=100\r\n")
        await asyncio.wait_for(floor.tasks.pop(), 5)
        (contact,) = floor.contacts
        assert contact.place is not None
        assert contact.place.queue == "q"
        began = contact.place.joined
        floor.tasks.append(asyncio.ensure_future(floor.application.serve(contact, Queue("q"))))
        await until(lambda: house.kinds().count("queue.joined") == 2)
        assert [row.data["waited"] for row in house.rows if row.kind == "queue.joined"][1] > 0  # type: ignore[operator]
        alice.hang_up(hers)
        await floor.over()
        assert contact.place == Place("q", began)
        floor.distribution.close()


async def test_whoever_has_talked_with_an_agent_has_no_place_any_more() -> None:
    async with opened() as floor:
        hers, _ = await floor.talking()
        assert floor.contacts[0].place is None
        await over(floor, hers)
