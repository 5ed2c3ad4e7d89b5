"""Callers who come back find their old place, and those whose agent's phone dies are served by another."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from calls import pulse
from calls.destination import Queue
from calls.events import LegEnded
from routing.agents.tables import State, Status
from routing.io.rescue import FIRST, MOMENT, MOST_RESCUES, REGAINED, is_cut_off
from routing.waiting.sayings import Saying
from sip.events import SessionEnded, SessionReoffered
from tests.kit.floor import Floor
from tests.kit.party import House, Party, until
from tests.kit.tone import hears, tone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from calls.contact import Contact
    from calls.destination import Destination
    from sip.session.session import Session

VOICE = frozenset({800, 1300})


class Rescue(Floor):
    """As the dispatcher does, it serves whoever goes on in a queue."""

    def __init__(self, house: House, alice: Party, agents: dict[str, Party], **queue: object) -> None:
        super().__init__(house, alice, agents, **queue)
        self.lost: list[str] = []
        self.application.rescuer.agent_lost = self.lost.append

    def _serve(self, contact: Contact) -> None:
        contact.client = "banco"
        self.contacts.append(contact)
        self.tasks.append(asyncio.get_running_loop().create_task(self._run(contact)))

    async def _run(self, contact: Contact) -> Destination | None:
        found: Destination | None = Queue("q")
        while isinstance(found, Queue):
            found = await self.application.serve(contact, found)
        return found

    async def meets(self, agent: str) -> Session:
        """The agent answers, and is heard by the caller."""
        began = self.house.kinds().count("bridge.began")
        his = await self.rung(agent)
        phone = self.agents[agent]
        phone.answer(his)
        phone.face(his.offer)
        await until(lambda: self.house.kinds().count("bridge.began") > began)
        await asyncio.to_thread(phone.far.say, tone(VOICE, 0.2))
        return his

    def joins(self) -> list[tuple[object, float]]:
        """(priority, seconds waited before) of each joining."""
        rows = [row.data for row in self.house.rows if row.kind == "queue.joined"]
        return [(row["priority"], float(str(row["waited"]))) for row in rows]

    def count(self, kind: str) -> int:
        return self.house.kinds().count(kind)


@pytest.fixture
async def floor(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rescue]:
    for name, seconds in (
        ("TICK", 0.05),
        ("QUIET", 0.2),
        ("HELD", 0.5),
        ("PATIENCE", 0.3),
        ("UNDELIVERED", 0.1),
        ("AGAIN", 0.5),
        ("LOST", 0.1),
    ):
        monkeypatch.setattr(pulse, name, seconds)
    async with House() as house, Party() as alice, Party() as ana, Party() as bob:
        made = Rescue(house, alice, {"ana": ana, "bob": bob})
        made.distribution.choose_status("bob", Status.NOT_READY)
        yield made
        made.distribution.close()


async def comes_and_goes(floor: Rescue) -> None:
    left = floor.count("queue.left")
    hers = await floor.waiting()
    await asyncio.sleep(0.2)
    floor.alice.hang_up(hers)
    await until(lambda: floor.count("queue.left") > left)


async def test_a_caller_who_gave_up_finds_the_old_place_once(floor: Rescue) -> None:
    floor.distribution.choose_status("ana", Status.NOT_READY)
    for _ in range(3):
        await comes_and_goes(floor)
    first, second, third = [seconds for _, seconds in floor.joins()]
    assert first < 0.05
    assert 0.15 < second < third
    assert floor.count("queue.place_regained") == 2
    assert [said for said in floor.said if said] == [(Saying(REGAINED),)] * 2
    await floor.over()


async def test_the_arrival_counts_in_another_queue_too(floor: Rescue) -> None:
    floor.distribution.choose_status("ana", Status.NOT_READY)
    await comes_and_goes(floor)
    (contact,) = floor.contacts
    assert contact.place is not None
    there = floor.application.rescuer.place(contact, "another", now=contact.place.joined + 60)
    assert there == replace(contact.place, queue="another")
    await floor.over()


async def test_where_no_places_are_kept_nobody_finds_one(floor: Rescue) -> None:
    floor.settings = replace(floor.settings, keep_place=0.0)
    floor.distribution.choose_status("ana", Status.NOT_READY)
    for _ in range(2):
        await comes_and_goes(floor)
    assert floor.count("queue.place_regained") == 0
    await floor.over()


async def test_a_withheld_number_keeps_no_place(floor: Rescue) -> None:
    floor.distribution.choose_status("ana", Status.NOT_READY)
    hers = await floor.waiting()
    floor.contacts[0].is_private = True
    floor.alice.hang_up(hers)
    await until(lambda: floor.count("queue.left") == 1)
    assert len(floor.application.rescuer.returning) == 0
    await floor.over()


async def test_whoever_was_served_has_no_place_to_come_back_to(floor: Rescue) -> None:
    hers, _ = await floor.talking()
    floor.alice.hang_up(hers)
    await floor.agents["ana"].hears(SessionEnded)
    assert len(floor.application.rescuer.returning) == 0
    await floor.over()


async def dies(phone: Party) -> None:
    """It has no power any more."""
    await phone.endpoint.close()
    phone.far.socket.close()


async def saved(floor: Rescue, hers: Session) -> None:
    """Bob takes the caller, and they hear each other."""
    floor.distribution.choose_status("bob", Status.AVAILABLE)
    await floor.meets("bob")
    listening = asyncio.create_task(floor.alice.listens(40))
    await asyncio.to_thread(floor.agents["bob"].far.say, tone(VOICE, 1.0))
    assert hears(await listening, VOICE)
    floor.alice.hang_up(hers)
    await floor.agents["bob"].hears(SessionEnded)


@pytest.mark.parametrize("state", ["talking", "hold"])
async def test_a_phone_that_dies_in_a_call_costs_the_caller_no_place(floor: Rescue, state: str) -> None:
    hers = await floor.waiting()
    his = await floor.meets("ana")
    ana = floor.agents["ana"]
    if state == "hold":
        ana.say(lambda now: ana.stack.reinvite(his, ana.body("sendonly"), now=now))
        await until(lambda: floor.state("ana") is State.HOLD)
    await dies(ana)
    await until(lambda: floor.count("queue.rescued") == 1)
    assert floor.house.row("queue.rescued").data == {"queue": "q", "agent": "ana", "times": 1, "first": True}
    assert floor.lost == ["ana"]
    await until(lambda: (Saying(MOMENT),) in floor.said)
    assert floor.state("ana") not in (State.TALKING, State.HOLD)
    floor.distribution.choose_status("ana", Status.NOT_READY)
    await saved(floor, hers)
    assert [priority for priority, _ in floor.joins()] == [0, FIRST]
    await floor.over()


async def test_a_dead_phone_that_is_registered_no_more_is_found_out_soon_on_hold_too(
    floor: Rescue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "TICK", 60.0)
    monkeypatch.setattr(pulse, "HELD", 60.0)
    hers = await floor.waiting()
    his = await floor.meets("ana")
    ana = floor.agents["ana"]
    ana.say(lambda now: ana.stack.reinvite(his, ana.body("sendonly"), now=now))
    await until(lambda: floor.state("ana") is State.HOLD)
    await dies(ana)
    floor.distribution.reachable("ana", reachable=False)
    await until(lambda: floor.count("queue.rescued") == 1)
    await saved(floor, hers)
    await floor.over()


async def test_a_phone_that_is_registered_no_more_but_answers_stays_in_the_call(floor: Rescue) -> None:
    hers = await floor.waiting()
    await floor.meets("ana")
    ana = floor.agents["ana"]
    floor.distribution.reachable("ana", reachable=False)
    event = await ana.hears(SessionReoffered)
    ana.say(lambda now: accept(ana, event.session, now))
    await asyncio.sleep(0.3)
    assert floor.count("queue.rescued") == 0
    assert floor.state("ana") is State.TALKING
    floor.alice.hang_up(hers)
    await ana.hears(SessionEnded)
    await floor.over()


def accept(phone: Party, session: Session, now: float) -> None:
    phone.stack.accept_reoffer(session, phone.body(), now=now)


def rescued(floor: Rescue, times: int) -> bool:
    return floor.count("queue.rescued") == times


async def test_a_phone_that_is_silent_but_there_stays_in_the_call(floor: Rescue) -> None:
    """A muted phone sends nothing (RFC 3389 silence, or none at all) and answers what it is asked."""
    hers = await floor.waiting()
    await floor.meets("ana")
    ana = floor.agents["ana"]
    while_asked = asyncio.get_running_loop().time() + 1.5
    answered = 0
    while asyncio.get_running_loop().time() < while_asked:
        for event in [each for each in ana.events if isinstance(each, SessionReoffered)]:
            ana.events.remove(event)
            ana.say(partial(accept, ana, event.session))
            answered += 1
        await asyncio.sleep(0.01)
    assert answered >= 1
    assert floor.state("ana") is State.TALKING
    floor.alice.hang_up(hers)
    await floor.over()


async def test_a_contact_is_not_rescued_to_the_front_for_ever(floor: Rescue) -> None:
    hers = await floor.waiting()
    for died in range(1, MOST_RESCUES + 2):
        await floor.meets("ana")
        agent = next(leg for leg in floor.contacts[0].legs if leg.agent == "ana" and leg.is_up)
        agent.hang_up(by="timeout")
        await until(partial(rescued, floor, died))
    assert [priority for priority, _ in floor.joins()] == [0, FIRST, FIRST, 0]
    floor.alice.hang_up(hers)
    await floor.over()


async def test_a_caller_who_was_cut_off_goes_first_next_time(floor: Rescue) -> None:
    await floor.waiting()
    await floor.meets("ana")
    floor.contacts[0].legs[0].hang_up(by="timeout")
    await until(lambda: len(floor.application.rescuer.returning) == 1)
    floor.distribution.choose_status("ana", Status.NOT_READY)
    hers = await floor.waiting()
    assert [priority for priority, _ in floor.joins()] == [0, FIRST]
    floor.alice.hang_up(hers)
    await floor.over()


async def test_an_agent_who_hangs_up_ends_the_call(floor: Rescue) -> None:
    _, his = await floor.talking()
    floor.agents["ana"].hang_up(his)
    await floor.alice.hears(SessionEnded)
    assert floor.count("queue.rescued") == 0
    await floor.over()


@pytest.mark.parametrize(
    ("by", "status", "cause", "is_lost"),
    [
        ("remote", 200, 16, False),
        ("remote", 200, 41, True),
        ("remote", 200, 102, True),
        ("remote", 486, 41, False),
        ("local", 200, 41, False),
        ("timeout", 408, 102, True),
        ("error", 200, 41, True),
    ],
)
def test_a_cut_off_is_told_from_a_hang_up(by: str, status: int, cause: int, is_lost: bool) -> None:  # noqa: FBT001
    ending = LegEnded(None, by, status, cause, "")  # type: ignore[arg-type]
    assert is_cut_off(ending) is is_lost
