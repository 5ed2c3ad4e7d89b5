"""Transfers by and to agents of a queue: who works when, and where callers end up (RFC 5589)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from calls import acts
from calls.acts import ActAsked
from calls.destination import Queue
from routing.agents.tables import State, Status
from sip.events import InviteReceived, SessionAnswered, SessionEnded
from tests.kit.act_rules import ActRules
from tests.kit.floor import Floor
from tests.kit.party import House, Party, until
from tests.kit.switchboard import Switchboard

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from calls.acts import Act
    from calls.contact import Contact
    from sip.session.session import Session


class Scene:
    """Alice has called the queue and talks with Ana; Carol is no agent."""

    def __init__(self, floor: Floor, board: Switchboard, hers: Session, his: Session) -> None:
        self.floor, self.board = floor, board
        self.alice, self.ana, self.carol = floor.alice, floor.agents["ana"], board.parties["carol"]
        self.hers, self.his = hers, his


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with House() as house, Party() as alice, Party() as ana, Party() as piotr, Party() as carol:
        board = Switchboard(house, carol=carol, ana=ana)
        floor = Floor(house, alice, {"ana": ana, "piotr": piotr}, wrap_up=30.0)
        floor.distribution.choose_status("piotr", Status.NOT_READY)
        floor.application.desk = board
        made = Scene(floor, board, *await floor.talking())
        yield made
        floor.distribution.close()


@pytest.fixture
async def acting() -> AsyncIterator[Scene]:
    """The same, and Ana may act by codes."""
    async with House() as house, Party() as alice, Party() as ana, Party() as carol:
        board = Switchboard(house, carol=carol)
        board.rules = ActRules(house, "bob")  # as all these phones are called
        floor = Floor(house, alice, {"ana": ana}, wrap_up=30.0)
        floor.application.desk = board
        yield Scene(floor, board, *await floor.talking())
        floor.distribution.close()


async def test_an_agent_is_done_with_the_call_when_the_transfer_is(scene: Scene) -> None:
    """Wrap-up begins as the agent leaves, not when the caller hangs up with somebody else."""
    scene.ana.transfer(scene.his, scene.board.at("carol"))
    carols = await scene.board.rings("carol")
    assert scene.floor.state() is State.TALKING
    scene.carol.answer(carols)
    scene.carol.face(carols.offer)
    assert await scene.ana.outcome() == 200
    await scene.ana.hears(SessionEnded)
    assert scene.floor.state() is State.WRAP_UP
    await scene.board.talk(scene.alice, scene.carol)
    scene.floor.distribution.end_wrap_up("ana")
    assert scene.floor.state() is State.IDLE
    scene.alice.hang_up(scene.hers)
    await scene.carol.hears(SessionEnded)
    assert await scene.floor.over() == [None]
    assert scene.floor.state() is State.IDLE
    assert scene.floor.contacts[0].outcome == "answered"


async def test_an_agent_whose_transfer_fails_still_talks(scene: Scene) -> None:
    scene.ana.transfer(scene.his, scene.board.at("carol"))
    scene.carol.refuse(await scene.board.rings("carol"), 486)
    assert await scene.ana.outcome() == 486
    assert scene.floor.state() is State.TALKING
    await scene.board.talk(scene.alice, scene.ana)
    scene.ana.hang_up(scene.his)
    await scene.alice.hears(SessionEnded)
    await scene.floor.over()
    assert scene.floor.state() is State.WRAP_UP


async def test_a_caller_whom_nobody_took_goes_back_to_the_queue(scene: Scene) -> None:
    """The agent hung up at once, the third refused: the caller is not dropped."""
    scene.ana.transfer(scene.his, scene.board.at("carol"))
    carols = await scene.board.rings("carol")
    scene.ana.hang_up(scene.his)
    await scene.ana.hears(SessionEnded)
    await until(lambda: scene.floor.state() is State.WRAP_UP)
    scene.carol.refuse(carols, 486)
    assert await asyncio.wait_for(scene.floor.tasks[0], 5) == Queue("q")
    caller = scene.floor.contacts[0].caller
    assert caller is not None
    assert caller.is_up
    await scene.floor.over()


async def test_an_agent_sends_a_caller_to_another_queue(scene: Scene) -> None:
    scene.board.elsewhere["800"] = Queue("other", 3)
    scene.ana.transfer(scene.his, scene.board.at("800"))
    assert await scene.ana.outcome() == 200
    await scene.ana.hears(SessionEnded)
    assert await asyncio.wait_for(scene.floor.tasks[0], 5) == Queue("other", 3, avoid=("ana",))
    assert scene.floor.state() is State.WRAP_UP
    await scene.floor.over()


async def test_the_same_queue_takes_a_caller_again(scene: Scene) -> None:
    """Its first stay is over before the second begins."""
    scene.board.elsewhere["800"] = Queue("q")
    scene.ana.transfer(scene.his, scene.board.at("800"))
    assert await scene.ana.outcome() == 200
    again = await asyncio.wait_for(scene.floor.tasks[0], 5)
    assert again == Queue("q", avoid=("ana",))
    scene.floor.distribution.choose_status("piotr", Status.AVAILABLE)
    contact = scene.floor.contacts[0]
    scene.floor.tasks.append(
        asyncio.get_running_loop().create_task(scene.floor.application.serve(contact, again))
    )
    his = await scene.floor.rung("piotr")
    scene.floor.agents["piotr"].answer(his)
    await until(lambda: scene.floor.state("piotr") is State.TALKING)
    scene.alice.hang_up(scene.hers)
    await scene.floor.over()


async def test_a_caller_who_leaves_by_a_transfer_leaves_the_agent_in_the_call(scene: Scene) -> None:
    """Alice sends Ana to Carol: Ana works until her own leg ends."""
    scene.alice.transfer(scene.hers, scene.board.at("carol"))
    carols = await scene.board.answered("carol")
    assert await scene.alice.outcome() == 200
    await scene.alice.hears(SessionEnded)
    assert scene.floor.state() is State.TALKING
    await scene.board.talk(scene.ana, scene.carol)
    scene.carol.hang_up(carols)
    await scene.ana.hears(SessionEnded)
    await scene.floor.over()
    assert scene.floor.state() is State.WRAP_UP


async def test_an_agent_whom_a_caller_left_and_nobody_took_is_let_go(scene: Scene) -> None:
    """Alice sends Ana to Carol, hangs up, and Carol refuses: an agent is no caller who could wait in the queue."""
    scene.alice.transfer(scene.hers, scene.board.at("carol"))
    carols = await scene.board.rings("carol")
    scene.alice.hang_up(scene.hers)
    await scene.alice.hears(SessionEnded)
    scene.carol.refuse(carols, 486)
    await scene.ana.hears(SessionEnded)
    assert await scene.floor.over() == [None]
    assert scene.floor.state() is State.WRAP_UP
    assert scene.floor.contacts[0].outcome == "transfer_failed"


async def test_an_agent_joins_the_caller_with_whom_she_asked(scene: Scene) -> None:
    """RFC 5589 s.7 with a consultation that the agent's phone began by calling us."""
    serve_queue = scene.floor.house.on_arrival

    def serve_extension(contact: Contact) -> None:
        scene.board.tasks.append(asyncio.get_running_loop().create_task(scene.board._serve(contact)))

    scene.floor.house.on_arrival = serve_extension
    second = scene.ana.call(scene.floor.house, scene.ana.body(), user="carol")
    carols = (await scene.carol.hears(InviteReceived)).session
    scene.carol.answer(carols)
    scene.carol.face(carols.offer)
    await scene.ana.hears(SessionAnswered)
    await until(lambda: scene.floor.house.kinds().count("bridge.began") == 2)
    assert second.dialog is not None
    value = quote(f"{second.call_id};to-tag={second.dialog.remote_tag};from-tag={second.local_tag}", safe="")
    scene.ana.transfer(scene.his, f"{scene.board.at('carol')}?Replaces={value}")
    assert await scene.ana.outcome() == 200
    await scene.ana.hears(SessionEnded)
    await scene.ana.hears(SessionEnded)
    assert scene.floor.state() is State.WRAP_UP
    await scene.board.talk(scene.alice, scene.carol)
    scene.alice.hang_up(scene.hers)
    await scene.carol.hears(SessionEnded)
    await scene.floor.over()
    await asyncio.wait_for(asyncio.gather(*scene.board.tasks), 5)
    scene.floor.house.on_arrival = serve_queue


async def test_a_hold_of_who_came_by_transfer_is_no_agents_hold(scene: Scene) -> None:
    scene.ana.transfer(scene.his, scene.board.at("carol"))
    carols = await scene.board.answered("carol")
    assert await scene.ana.outcome() == 200
    await until(lambda: scene.floor.state() is State.WRAP_UP)
    scene.carol.say(lambda now: scene.carol.stack.reinvite(carols, scene.carol.body("sendonly"), now=now))
    await until(lambda: "leg.held" in scene.floor.house.kinds())
    assert scene.floor.state() is State.WRAP_UP
    scene.alice.hang_up(scene.hers)
    await scene.floor.over()


async def ask(scene: Scene, act: Act) -> None:
    """Somebody asks for an act of Ana."""
    answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    scene.floor.contacts[0].inbox.post(ActAsked(act, "boss", answer))
    await asyncio.wait_for(answer, 5)


async def test_an_agent_who_lets_the_caller_wait_is_seen_to_hold(acting: Scene) -> None:
    await ask(acting, acts.Hold())
    assert acting.floor.state() is State.HOLD
    await ask(acting, acts.Resume())
    assert acting.floor.state() is State.TALKING
    acting.alice.hang_up(acting.hers)
    await acting.floor.over()


async def test_a_caller_who_is_handed_back_waits_for_another_agent(acting: Scene) -> None:
    await ask(acting, acts.HandBack())
    await acting.ana.hears(SessionEnded)
    assert acting.floor.state() is State.WRAP_UP, "at once"
    assert await asyncio.wait_for(acting.floor.tasks[0], 5) == Queue("q", avoid=("ana",))
    caller = acting.floor.contacts[0].caller
    assert caller is not None
    assert caller.is_up
    await acting.floor.over()


async def test_an_agent_who_hands_over_warm_wraps_up_at_once(acting: Scene) -> None:
    await ask(acting, acts.Consult("carol"))
    carols = await acting.board.answered("carol")
    await until(lambda: "consult.answered" in acting.floor.house.kinds())
    assert acting.floor.state() is State.TALKING
    await ask(acting, acts.Complete())
    await acting.ana.hears(SessionEnded)
    assert acting.floor.state() is State.WRAP_UP
    await acting.board.talk(acting.alice, acting.carol)
    acting.carol.hang_up(carols)
    await acting.floor.over()


async def test_a_caller_whose_agent_dies_before_the_consulted_answers_waits_again(acting: Scene) -> None:
    await ask(acting, acts.Consult("carol"))
    carols = await acting.board.rings("carol")
    acting.ana.hang_up(acting.his)
    await until(lambda: acting.floor.state() is State.WRAP_UP)
    acting.carol.refuse(carols, 486)
    assert await asyncio.wait_for(acting.floor.tasks[0], 5) == Queue("q")
    await acting.floor.over()
