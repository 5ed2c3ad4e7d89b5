"""A caller connected straight to one other party: every way in which that can go, over real sockets."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from calls.contact import Contact
from calls.destination import Menu
from calls.events import LegHeld, LegResumed
from calls.leg_states import LegState
from sip.events import (
    InviteReceived,
    SessionAnswered,
    SessionCancelled,
    SessionEnded,
    SessionReanswered,
    SessionRefused,
    SessionReoffered,
)
from sip.reason import Reason
from sip.stack import CallerIdentity, Target
from tests.kit.line import Line
from tests.kit.party import MUSIC, PATIENCE, House, Party, until
from tests.kit.tone import hears, tone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


VOICE = frozenset({800, 1300})


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with House() as house, Party() as alice, Party() as bob:
        yield Line(house, alice, bob)


@pytest.mark.parametrize(("role", "formats"), [("agent", ["8", "101"]), ("external", ["0", "101"])])
async def test_who_is_called_is_offered_the_codecs_of_the_profile(role: str, formats: list[str]) -> None:
    codecs = {"internal": ("PCMA",), "external": ("PCMU",)}
    async with House(codecs=codecs) as house, Party() as bob:
        contact = Contact("c", ani="1", display="", dnis="2", record=house.record)
        target, caller = Target(bob.uri), CallerIdentity("1")
        leg = house.exchange.dial(contact, target, role=role, caller=caller, prefer="PCMU")
        offer = (await bob.hears(InviteReceived)).session.offer
        assert offer is not None
        assert list(offer.media[0].formats) == formats
        leg.hang_up()
        await house.over()


async def test_both_hear_each_other_and_the_called_ones_hang_up_ends_both(line: Line) -> None:
    _, his = await line.talking()
    alice_hears = asyncio.create_task(line.alice.listens(40))
    await asyncio.to_thread(line.bob.far.say, tone(VOICE, 1.0))
    assert hears(await alice_hears, VOICE)
    bob_hears = asyncio.create_task(line.bob.listens(40))
    await asyncio.to_thread(line.alice.far.say, tone(VOICE, 1.0))
    assert hears(await bob_hears, VOICE)
    line.bob.hang_up(his)
    ended = await line.alice.hears(SessionEnded)
    assert (ended.by, ended.cause) == ("remote", 16)
    await line.over()
    assert line.contacts[0].outcome == "answered"
    assert line.house.kinds().count("leg.ended") == 2
    assert line.house.kinds().count("bridge.ended") == 1


async def test_the_callers_hang_up_ends_both(line: Line) -> None:
    hers, _ = await line.talking()
    line.alice.hang_up(hers)
    assert (await line.bob.hears(SessionEnded)).by == "remote"
    await line.over()
    assert line.house.row("leg.ended", leg=line.contacts[0].caller).data["ended_by"] == "remote"


async def test_the_called_one_sees_who_calls_and_the_callers_codec_first(line: Line) -> None:
    line.alice.codecs = "8 101"
    line.alice.call(line.house, line.alice.body())
    invited = await line.bob.hears(InviteReceived)
    assert invited.caller.user == "600100200"
    assert invited.caller.display == "Bob"
    assert invited.session.offer is not None
    assert invited.session.offer.media[0].formats[0] == "8"
    line.bob.refuse(invited.session, 486)
    await line.over()


@pytest.mark.parametrize(
    ("status", "told", "cause"),
    [
        (486, 486, 17),
        (600, 600, 17),
        (603, 603, 21),
        (404, 404, 1),
        (480, 480, 18),
        (488, 488, 88),
        (503, 503, 41),
        (401, 503, 21),
        (407, 503, 21),
        (415, 488, 79),
        (421, 503, 41),
        (422, 503, 41),
        (482, 503, 25),
        (430, 480, 20),
        (487, 480, 16),
        (302, 480, 31),
    ],
)
async def test_a_refusal_reaches_the_caller_in_words_he_can_use(
    line: Line, status: int, told: int, cause: int
) -> None:
    _, his = await line.ringing()
    line.bob.refuse(his, status)
    refused = await line.alice.hears(SessionRefused)
    assert (refused.status, refused.cause) == (told, cause)
    await line.over()
    party = next(leg for leg in line.contacts[0].legs if leg.role == "external")
    assert party.ending is not None
    assert (party.ending.by, party.ending.status, party.ending.cause) == ("remote", status, cause)
    assert "bridge.began" not in line.house.kinds()


async def test_a_caller_who_cancels_while_it_rings_stops_the_ringing(line: Line) -> None:
    hers, _ = await line.ringing()
    line.alice.hang_up(hers)
    await line.bob.hears(SessionCancelled)
    assert (await line.alice.hears(SessionRefused)).status == 487
    await line.over()
    assert line.contacts[0].outcome == "abandoned"


async def test_a_party_that_rings_out_is_cancelled_and_the_caller_told(line: Line) -> None:
    line.ring_timeout = 0.05
    line.alice.call(line.house, line.alice.body())
    await line.bob.hears(InviteReceived)
    await line.bob.hears(SessionCancelled)
    refused = await line.alice.hears(SessionRefused)
    assert (refused.status, refused.cause) == (480, 19)
    await line.over()


async def test_an_answer_that_crosses_the_callers_cancel_is_ended_at_once(line: Line) -> None:
    hers, his = await line.ringing()
    line.alice.say(lambda now: line.alice.stack.end(hers, now=now))
    line.bob.answer(his)
    assert (await line.bob.hears(SessionEnded)).by == "remote"
    await line.over()
    assert line.alice.stack.counters()["sessions"] == 0


async def test_an_answer_without_a_description_ends_both(line: Line) -> None:
    _, his = await line.ringing()
    line.bob.answer(his, b"")
    await line.bob.hears(SessionEnded)
    refused = await line.alice.hears(SessionRefused)
    assert (refused.status, refused.cause) == (480, 88)
    await line.over()


async def test_a_party_nobody_listens_for_is_503_or_408_for_the_caller(line: Line) -> None:
    await line.bob.endpoint.close()
    line.alice.call(line.house, line.alice.body())
    assert (await line.alice.hears(SessionRefused)).status in (408, 503)
    await line.over()


@pytest.mark.parametrize("uri", ["sip:bob@a-name-nobody-resolves.invalid", "mailto:bob", "not a uri", "sip:"])
async def test_an_address_that_cannot_be_called_leaves_no_port_open(line: Line, uri: str) -> None:
    line.target = Target(uri)
    line.alice.call(line.house, line.alice.body())
    assert (await line.alice.hears(SessionRefused)).status >= 400
    await line.over()


async def test_the_one_put_on_hold_hears_music_and_the_voice_again_after_it(line: Line) -> None:
    _, his = await line.talking()
    line.bob.say(lambda now: line.bob.stack.reinvite(his, line.bob.body("sendonly"), now=now))
    assert (await line.bob.hears(SessionReanswered)).description is not None
    await until(lambda: "leg.held" in line.house.kinds())
    assert hears(await line.alice.listens(), MUSIC)
    line.bob.say(lambda now: line.bob.stack.reinvite(his, line.bob.body("sendrecv"), now=now))
    await line.bob.hears(SessionReanswered)
    await until(lambda: "leg.resumed" in line.house.kinds())
    alice_hears = asyncio.create_task(line.alice.listens(40))
    await asyncio.to_thread(line.bob.far.say, tone(VOICE, 1.0))
    heard = await alice_hears
    assert hears(heard, VOICE)
    line.bob.hang_up(his)
    await line.over()


async def test_the_caller_may_hold_too(line: Line) -> None:
    hers, _ = await line.talking()
    line.alice.say(lambda now: line.alice.stack.reinvite(hers, line.alice.body("inactive"), now=now))
    await line.alice.hears(SessionReanswered)
    await until(lambda: "leg.held" in line.house.kinds())
    assert hears(await line.bob.listens(), MUSIC)
    line.alice.hang_up(hers)
    await line.over()


async def test_who_hangs_up_while_the_other_is_held_ends_both(line: Line) -> None:
    hers, his = await line.talking()
    line.bob.say(lambda now: line.bob.stack.reinvite(his, line.bob.body("sendonly"), now=now))
    await until(lambda: "leg.held" in line.house.kinds())
    line.alice.hang_up(hers)
    await line.bob.hears(SessionEnded)
    await line.over()


async def test_we_can_hold_and_take_back_and_only_the_last_wish_counts() -> None:
    async with House() as house, Party() as bob:
        contact = Contact("c", ani="1", display="", dnis="2", record=house.record)
        leg = house.exchange.dial(contact, Target(bob.uri), role="external", caller=CallerIdentity("1"))
        his = (await bob.hears(InviteReceived)).session
        leg.hold(on=True)  # not answered: nothing to hold
        bob.answer(his)
        await until(lambda: leg.is_up)
        leg.hold(on=True)
        leg.hold(on=False)
        leg.hold(on=True)
        first = await bob.hears(SessionReoffered)
        assert first.offer is not None
        assert first.offer.media[0].direction == "sendonly"
        bob.say(lambda now: bob.stack.accept_reoffer(his, bob.body("recvonly"), now=now))
        second = await bob.hears(SessionReoffered)
        assert second.offer is not None
        assert second.offer.media[0].direction == "sendonly"
        bob.say(lambda now: bob.stack.refuse_reoffer(his, 488, now=now))
        await until(lambda: leg.stream.is_settled)
        leg.hold(on=False)
        third = await bob.hears(SessionReoffered)
        assert third.offer is not None
        assert third.offer.media[0].direction == "sendrecv"
        bob.say(lambda now: bob.stack.accept_reoffer(his, bob.body(), now=now))
        await until(lambda: leg.stream.is_settled)
        assert leg.state is LegState.UP
        leg.hang_up()
        await house.over()


async def test_a_caller_can_be_held_before_the_ack_has_come() -> None:
    async with House() as house, Party() as alice:
        session = alice.call(house, None)
        contact, leg = await house.arrival()
        leg.answer()
        leg.hold(on=True)
        await alice.hears(SessionAnswered)
        alice.say(lambda now: alice.stack.acknowledge(session, alice.body(), now=now))
        offered = await alice.hears(SessionReoffered)
        assert offered.offer is not None
        assert offered.offer.media[0].direction == "sendonly"
        leg.hang_up()
        await house.over()
        held = []
        while contact.inbox._events:
            held.append(await contact.inbox.next())
        assert not [each for each in held if isinstance(each, LegHeld | LegResumed)]


async def test_answering_and_refusing_a_leg_that_we_called_does_no_harm() -> None:
    async with House() as house, Party() as bob:
        contact = Contact("c", ani="1", display="", dnis="2", record=house.record)
        leg = house.exchange.dial(contact, Target(bob.uri), role="external", caller=CallerIdentity("1"))
        his = (await bob.hears(InviteReceived)).session
        bob.ring(his)
        await until(lambda: leg.state is LegState.RINGING)
        leg.answer()
        leg.ring()
        assert leg.state is LegState.RINGING
        leg.refuse(486)
        await bob.hears(SessionCancelled)
        await house.over()


async def test_why_one_hangs_up_is_told_to_the_other_in_the_same_words(line: Line) -> None:
    """RFC 3326: the Reason of a BYE goes on to the other leg, both ways."""
    why = (Reason("SIP", 503, "Line cut"), Reason("Q.850", 27))
    hers, _ = await line.talking()
    line.alice.say(lambda now: line.alice.stack.end(hers, reasons=why, now=now))
    assert (await line.bob.hears(SessionEnded)).reasons == why
    await line.over()
    line.alice.events.clear()
    _, his = await line.talking()
    line.bob.say(lambda now: line.bob.stack.end(his, reasons=why, now=now))
    assert (await line.alice.hears(SessionEnded)).reasons == why
    await line.over()


async def test_why_the_caller_cancels_and_why_the_called_one_refuses_is_passed_on(line: Line) -> None:
    why = (Reason("SIP", 200, "Call completed elsewhere"),)
    hers, _ = await line.ringing()
    line.alice.say(lambda now: line.alice.stack.end(hers, reasons=why, now=now))
    assert (await line.bob.hears(SessionCancelled)).reasons == why
    await line.over()
    line.alice.events.clear()
    _, his = await line.ringing()
    header = ("Reason", 'Q.850;cause=17;text="On the phone"')
    line.bob.say(lambda now: line.bob.stack.reject(his, 486, headers=(header,), now=now))
    assert (await line.alice.hears(SessionRefused)).reasons == (Reason("Q.850", 17, "On the phone"),)
    await line.over()


@pytest.mark.parametrize("how", ["refuses", "is not there", "rings out"])
async def test_an_answered_caller_whom_the_other_does_not_take_goes_where_that_leads(
    line: Line, how: str
) -> None:
    line.otherwise = Menu("main", "nobody")
    if how == "is not there":
        line.target = Target("sip:nobody@127.0.0.1:9")
    line.ring_timeout = 0.2 if how == "rings out" else 5.0
    hers = line.alice.call(line.house, line.alice.body())
    await line.alice.hears(SessionAnswered)
    if how != "is not there":
        his = (await line.bob.hears(InviteReceived)).session
        if how == "refuses":
            line.bob.refuse(his, 486)
        else:
            await line.bob.hears(SessionCancelled)
    assert await asyncio.wait_for(line.tasks[0], PATIENCE) == line.otherwise
    caller = line.contacts[0].caller
    assert caller is not None
    assert caller.is_up
    line.alice.hang_up(hers)
    await line.over()
