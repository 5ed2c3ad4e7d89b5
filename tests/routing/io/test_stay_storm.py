"""Callers and agents who do anything at any moment, several phones ringing at once: nobody is stuck, nobody lost."""

from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING

import pytest

from calls.destination import Menu
from routing.agents.tables import State, Status
from routing.settings import NoAnswer
from routing.waiting.settings import Acknowledge, Announcements, Comfort
from sip.events import SessionAnswered
from tests.kit.floor import Floor
from tests.kit.party import House, Party, until

if TYPE_CHECKING:
    from sip.session.session import Session

CALLS = 12
BUSY = (State.RESERVED, State.RINGING, State.TALKING, State.HOLD)


def behave(chance: Random, phone: Party, his: Session) -> None:
    """What an agent does with a call: at once, and a moment later."""
    loop = asyncio.get_running_loop()

    def later(act: str) -> None:
        if his.state.name == "ENDED":
            return
        match act:
            case "take":
                if his.dialog is not None:
                    phone.info(his, b"Signal=1\r\nDuration=100\r\n")
            case "hang up":
                phone.hang_up(his)
            case "answer":
                if his.state.name == "RECEIVED":
                    phone.answer(his)
                    loop.call_later(
                        chance.uniform(0.0, 0.1), later, chance.choice(["take", "hang up", "wait"])
                    )
            case "refuse":
                if his.state.name == "RECEIVED":
                    phone.refuse(his, chance.choice([486, 480, 603, 302, 488, 500]))
            case _:
                pass

    if chance.random() < 0.8:
        phone.ring(his)
    act = chance.choice(["answer", "answer", "answer", "refuse", "wait"])
    loop.call_later(chance.uniform(0.0, 0.1), later, act)


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_they_do_nobody_is_stuck(seed: int) -> None:
    chance = Random(seed)
    async with House() as house, Party() as alice, Party() as bob, Party() as ana, Party() as piotr:
        floor = Floor(
            house,
            alice,
            {"ana": ana, "piotr": piotr},
            strategy="ring-all",
            no_answer=NoAnswer.RETRY,
            ring_timeout=0.15,
            max_wait=0.6,
            acknowledge=Acknowledge("1", 0.1),
            announce=Announcements(comfort=Comfort(("a",), 0.02, 0.05), pause=0.0),
            exit_keys={"2": Menu("m")},
        )
        floor.words_last = 0.02
        for phone in (ana, piotr):
            phone.on_invite = lambda his, phone=phone: behave(chance, phone, his)  # type: ignore[misc]
        for _ in range(CALLS):
            await visit(chance, floor, bob if chance.random() < 0.5 else alice)
        await asyncio.wait_for(asyncio.gather(*floor.tasks), 10)
        for contact in floor.contacts:
            if contact.caller is not None:
                contact.caller.hang_up()
        await until(lambda: not any(floor.state(name) in BUSY for name in floor.agents))
        await floor.over()
        assert {floor.distribution.core.agent(name).status for name in floor.agents} == {Status.AVAILABLE}
        ended = [row.data["result"] for row in house.rows if row.kind == "reservation.ended"]
        made = [row for row in house.rows if row.kind == "reservation.created"]
        assert len(ended) == len(made)
        left = [row.data["reason"] for row in house.rows if row.kind == "queue.left"]
        assert len(left) == CALLS
        assert left.count("answered") == ended.count("answered")
        floor.distribution.close()


async def visit(chance: Random, floor: Floor, caller: Party) -> None:
    """One caller, who stays for a while."""
    hers = caller.call(floor.house, caller.body())
    await caller.hears(SessionAnswered)
    loop = asyncio.get_running_loop()
    after = loop.time() + chance.uniform(0.0, 0.5)
    act = chance.choice(["hang up", "press", "talk", "talk"])
    await until(lambda: loop.time() >= after or floor.tasks[-1].done())
    if hers.state.name == "ENDED":
        return
    if act == "press":
        caller.info(hers, b"Signal=2\r\nDuration=100\r\n")
    elif act == "hang up":
        caller.hang_up(hers)
    if chance.random() < 0.6:  # else the next one comes while this one is still there
        await until(
            lambda: floor.tasks[-1].done() or any(floor.state(a) is State.TALKING for a in floor.agents)
        )
        caller.hang_up(hers)
    else:
        loop.call_later(chance.uniform(0.0, 0.8), caller.hang_up, hers)
