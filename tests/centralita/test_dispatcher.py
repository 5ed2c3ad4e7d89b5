"""Contacts from arrival to end: what refuses them, what serves them, and what happens when a service breaks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from base.errors import CentralitaError
from calls.destination import Echo, FeatureCode, Hangup, Menu, Queue
from centralita.agents.codes import Reply
from centralita.applications import EchoApplication, FeatureCodeApplication, HangupApplication, until_over
from centralita.dispatcher import Dispatcher
from sip.events import Caller, SessionAnswered, SessionEnded, SessionRefused
from tests.kit.party import House, Party, until
from tests.kit.tone import hears, tone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from calls.contact import Contact
    from calls.destination import Destination

CARD = "4111111111111111"
CALLER = Caller("test", None, "test", "600100200", "Bob", "127.0.0.1:1")


@dataclass(frozen=True)
class Way:
    """A route as the number plan gives it."""

    destination: Destination
    client: str = "acme"
    language: str | None = "es"


class Breaks:
    """A service with a fault of its own."""

    def __init__(self, error: Exception, *, after_answer: bool) -> None:
        self.error, self.after_answer = error, after_answer

    async def serve(self, contact: Contact, destination: Destination) -> Destination | None:
        if self.after_answer and contact.caller is not None:
            contact.caller.answer()
        raise self.error


class Circles:
    """A service that always sends the caller to itself."""

    async def serve(self, contact: Contact, destination: Destination) -> Destination | None:
        return destination


class Waits:
    """A service that answers and waits for the caller to go, or does not even notice."""

    def __init__(self, *, deaf: bool = False) -> None:
        self.deaf = deaf

    async def serve(self, contact: Contact, destination: Destination) -> Destination | None:
        assert contact.caller is not None
        contact.caller.answer()
        if self.deaf:
            await asyncio.Event().wait()
        await until_over(contact)
        return None


class Talks:
    """A service whose caller talked with somebody who then hung up."""

    def __init__(self, role: str) -> None:
        self.role = role

    async def serve(self, contact: Contact, destination: Destination) -> Destination | None:
        assert contact.caller is not None
        contact.caller.answer()
        contact.outcome = "answered"
        gone = SimpleNamespace(
            ending=SimpleNamespace(by="remote"),
            role=self.role,
            hang_up=lambda cause: None,
            forget=lambda: None,
        )
        contact.legs.append(gone)  # type: ignore[arg-type]
        contact.caller.hang_up()
        return None


async def nobody(contact: Contact, code: FeatureCode) -> None:
    """The caller is no agent."""


class Desk:
    """A dispatcher over a house; one number for each service."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.watched: list[bool] = []
        self.watch_fails = False
        self.allowed = True
        self.plan: dict[str, Destination] = {
            "600": Echo(),
            "800": Hangup(17, 486),
            "700": Menu("breaks"),
            "900": Queue("circles"),
            "*11": FeatureCode("*11"),
        }
        self.services: dict[type, object] = {
            Echo: EchoApplication(),
            Hangup: HangupApplication(),
            Queue: Circles(),
            FeatureCode: FeatureCodeApplication(nobody, lambda prompts, language: ()),
        }
        self.dispatcher: Dispatcher[Way] = Dispatcher(
            lambda dialled, caller: Way(self.plan[dialled]) if dialled in self.plan else None,
            lambda caller, route: self.allowed,
            self.services,  # type: ignore[arg-type]
            self.watch,
        )
        house.on_arrival = lambda contact: self.dispatcher.arrive(contact, CALLER)

    def watch(self, caller: Caller, *, begun: bool) -> None:
        self.watched.append(begun)
        if self.watch_fails and begun:
            raise CentralitaError("nobody by that name")

    async def over(self) -> dict[str, object]:
        """Wait for the end of all; how the only contact was closed."""
        await until(lambda: self.dispatcher.task_count == 0 and self.dispatcher.contact_count == 0)
        await self.house.over()
        kinds = self.house.kinds()
        assert kinds.count("contact.opened") == kinds.count("contact.closed")
        closed = dict(self.house.row("contact.closed").data)
        length = closed.pop("length")
        assert isinstance(length, float)
        assert length >= 0
        return closed


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with House() as house:
        yield Desk(house)


@pytest.fixture
async def party() -> AsyncIterator[Party]:
    async with Party() as made:
        yield made


async def test_an_unknown_number_is_404_and_closed_at_once(desk: Desk, party: Party) -> None:
    party.call(desk.house, party.body(), user="555")
    assert (await party.hears(SessionRefused)).status == 404
    assert await desk.over() == {"outcome": "refused", "ended_by": "centralita", "status": 404, "cause": 1}
    assert "contact.routed" not in desk.house.kinds()
    assert desk.watched == []


async def test_what_the_profile_does_not_allow_is_403(desk: Desk, party: Party) -> None:
    desk.allowed = False
    party.call(desk.house, party.body(), user="600")
    assert (await party.hears(SessionRefused)).status == 403
    assert (await desk.over())["status"] == 403
    assert "contact.routed" not in desk.house.kinds()


async def test_a_route_is_recorded_before_anything_is_served(desk: Desk, party: Party) -> None:
    party.call(desk.house, party.body(), user="800")
    assert (await party.hears(SessionRefused)).status == 486
    assert await desk.over() == {"outcome": "refused", "ended_by": "centralita", "status": 486, "cause": 17}
    assert desk.house.row("contact.routed").data == {
        "client": "acme",
        "language": "es",
        "destination": "hang-up",
    }
    assert desk.watched == [True, False]


async def test_echo_sends_back_what_is_said(desk: Desk, party: Party) -> None:
    session = party.call(desk.house, party.body(), user="600")
    party.face((await party.hears(SessionAnswered)).description)
    listening = asyncio.create_task(party.listens(30))
    await asyncio.to_thread(party.far.say, tone({800, 1300}, 0.8))
    assert hears(await listening, {800, 1300})
    party.hang_up(session)
    assert await desk.over() == {"outcome": "completed", "ended_by": "caller", "status": 200, "cause": 16}


@pytest.mark.parametrize("after_answer", [True, False])
async def test_a_service_that_breaks_ends_its_call_and_no_other(
    desk: Desk, party: Party, capsys: pytest.CaptureFixture[str], *, after_answer: bool
) -> None:
    desk.services[Menu] = Breaks(RuntimeError(f"could not read {CARD}"), after_answer=after_answer)
    party.call(desk.house, party.body(), user="700")
    if after_answer:
        assert (await party.hears(SessionEnded)).cause == 41
    else:
        assert (await party.hears(SessionRefused)).status == 500
    closed = await desk.over()
    assert (closed["outcome"], closed["cause"]) == ("failed", 41)
    printed = capsys.readouterr()
    assert "RuntimeError" in printed.out + printed.err
    assert CARD not in printed.out + printed.err
    party.call(desk.house, party.body(), user="800")
    assert (await party.hears(SessionRefused)).status == 486


async def test_an_error_of_ours_says_its_own_status(desk: Desk, party: Party) -> None:
    error = CentralitaError("gone")
    error.status, error.cause = 410, 22
    desk.services[Menu] = Breaks(error, after_answer=False)
    party.call(desk.house, party.body(), user="700")
    refused = await party.hears(SessionRefused)
    assert (refused.status, refused.cause) == (410, 22)
    assert (await desk.over())["outcome"] == "failed"


async def test_a_circle_of_destinations_ends(desk: Desk, party: Party) -> None:
    party.call(desk.house, party.body(), user="900")
    assert (await party.hears(SessionRefused)).status == 480
    assert (await desk.over())["outcome"] == "circle"


async def test_a_destination_without_a_service_is_a_failure_of_that_call(desk: Desk, party: Party) -> None:
    party.call(desk.house, party.body(), user="700")
    assert (await party.hears(SessionRefused)).status == 500
    assert (await desk.over())["outcome"] == "failed"


async def test_a_watcher_that_fails_ends_the_call_and_not_the_node(desk: Desk, party: Party) -> None:
    desk.watch_fails = True
    party.call(desk.house, party.body(), user="600")
    assert (await party.hears(SessionRefused)).status == 500
    assert (await desk.over())["outcome"] == "failed"
    assert desk.watched == [True, False]


async def test_a_caller_who_cancels_before_anything_was_served_is_closed_as_gone(
    desk: Desk, party: Party
) -> None:
    desk.services[Queue] = Waits()
    session = party.call(desk.house, party.body(), user="900")
    party.hang_up(session)
    await until(lambda: "contact.closed" in desk.house.kinds())
    closed = await desk.over()
    assert closed["ended_by"] == "caller"


async def test_who_cancels_before_its_task_begins_is_in_a_call_no_longer(desk: Desk, party: Party) -> None:
    """INVITE and CANCEL in one batch of datagrams: the watcher counts, and must hear the beginning first."""

    def arrive(contact: Contact) -> None:
        desk.dispatcher.arrive(contact, CALLER)
        assert contact.caller is not None
        contact.caller.hang_up()

    desk.house.on_arrival = arrive
    party.call(desk.house, party.body(), user="600")
    await party.hears(SessionRefused)
    await desk.over()
    assert desk.watched == [True, False]


@pytest.mark.parametrize("role", ["agent", "external"])
async def test_a_call_that_the_other_party_ended_says_so(desk: Desk, party: Party, role: str) -> None:
    desk.services[Queue] = Talks(role)
    party.call(desk.house, party.body(), user="900")
    await party.hears(SessionEnded)
    closed = await desk.over()
    assert (closed["outcome"], closed["ended_by"]) == ("answered", role)


async def test_a_feature_code_of_somebody_who_is_no_agent_is_403(desk: Desk, party: Party) -> None:
    party.call(desk.house, party.body(), user="*11")
    assert (await party.hears(SessionRefused)).status == 403
    assert (await desk.over())["status"] == 403


async def test_a_feature_code_is_carried_out_confirmed_and_over(desk: Desk, party: Party) -> None:
    done: list[FeatureCode] = []

    async def carry_out(contact: Contact, code: FeatureCode) -> Reply:
        done.append(code)
        return Reply(("agent_available",))

    beep = desk.house.plane.load_clip(tone({440}, 0.1))
    desk.services[FeatureCode] = FeatureCodeApplication(carry_out, lambda prompts, language: (beep,))
    party.call(desk.house, party.body(), user="*11")
    await party.hears(SessionAnswered)
    assert (await party.hears(SessionEnded)).cause == 16
    assert (await desk.over())["outcome"] == "completed"
    assert done == [FeatureCode("*11")]


async def test_draining_waits_then_ends_what_is_left_and_refuses_the_next(desk: Desk, party: Party) -> None:
    desk.services[Queue] = Waits()
    party.call(desk.house, party.body(), user="900")
    await party.hears(SessionAnswered)
    assert await asyncio.wait_for(desk.dispatcher.drain(0.05), 5) == 1
    assert (await party.hears(SessionEnded)).cause == 41
    closed = await desk.over()
    assert (closed["outcome"], closed["ended_by"]) == ("drained", "centralita")
    party.call(desk.house, party.body(), user="600")
    assert (await party.hears(SessionRefused)).status == 503


async def test_draining_without_calls_is_over_at_once(desk: Desk) -> None:
    assert await asyncio.wait_for(desk.dispatcher.drain(60.0), 1) == 0


async def test_a_service_that_hears_nothing_is_cancelled_and_its_contact_closed(
    desk: Desk, party: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("centralita.dispatcher._PATIENCE", 0.05)
    desk.services[Queue] = Waits(deaf=True)
    party.call(desk.house, party.body(), user="900")
    await party.hears(SessionAnswered)
    await asyncio.wait_for(desk.dispatcher.close(), 5)
    await party.hears(SessionEnded)
    assert (await desk.over())["outcome"] == "drained"
