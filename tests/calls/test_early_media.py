"""Sound before the answer (RFC 3960, RFC 6337 s.3): what a caller hears of a party that has not answered yet."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from calls.contact import Contact
from calls.events import LegEnded, LegProgressed
from calls.leg_states import LegState
from sip.events import (
    InviteReceived,
    SessionAnswered,
    SessionCancelled,
    SessionConfirmed,
    SessionReanswered,
    SessionRefused,
    SessionReoffered,
    SessionRinging,
)
from sip.session.reliable import Reliability
from sip.stack import CallerIdentity, Target
from tests.kit.line import Line
from tests.kit.party import MUSIC, House, Party, until
from tests.kit.tone import hears, tone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sip.session.session import Session

ANNOUNCEMENT = frozenset({800, 1300})
KEY = frozenset({697, 1209})


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with House() as house, Party() as alice, Party() as bob:
        yield Line(house, alice, bob)


def progress(party: Party, session: Session, status: int = 183) -> None:
    """Say 183 with a description."""
    party.say(lambda now: party.stack.ring(session, status, party.body(), now=now))


async def announcing(line: Line, body: bytes | None = None) -> tuple[Session, Session]:
    """Alice has dialled, Bob's carrier says 183 with a description, which reaches her."""
    hers = line.alice.call(line.house, line.alice.body() if body is None else body)
    his = (await line.bob.hears(InviteReceived)).session
    line.bob.face(his.offer)
    progress(line.bob, his)
    ringing = await line.alice.hears(SessionRinging)
    assert ringing.status == 183
    line.alice.face(ringing.description)
    return hers, his


@pytest.mark.parametrize("reliability", list(Reliability))
async def test_the_caller_hears_announcements_before_the_answer_and_the_party_after_it(
    line: Line, reliability: Reliability
) -> None:
    for stack in (line.house.stack, line.bob.stack):
        stack._context.reliability = lambda profile: reliability
    hers, his = await announcing(line)
    alice_hears = asyncio.create_task(line.alice.listens(40))
    await asyncio.to_thread(line.bob.far.say, tone(ANNOUNCEMENT, 1.0))
    assert hears(await alice_hears, ANNOUNCEMENT)
    bob_hears = asyncio.create_task(line.bob.listens(40))
    await asyncio.to_thread(line.alice.far.say, tone(KEY, 1.0))
    assert hears(await bob_hears, KEY)
    assert "bridge.began" not in line.house.kinds()
    line.bob.answer(his)
    assert (await line.alice.hears(SessionAnswered)).description is not None
    await line.bob.hears(SessionConfirmed)
    alice_hears = asyncio.create_task(line.alice.listens(40))
    await asyncio.to_thread(line.bob.far.say, tone(ANNOUNCEMENT, 1.0))
    assert hears(await alice_hears, ANNOUNCEMENT)
    line.alice.hang_up(hers)
    await line.over()
    assert line.house.kinds().count("leg.early_media") == 2
    assert line.contacts[0].outcome == "answered"


@pytest.mark.parametrize("status", [404, 480, 486, 503])
async def test_a_refusal_after_the_announcement_reaches_the_caller(line: Line, status: int) -> None:
    _, his = await announcing(line)
    line.bob.refuse(his, status)
    assert (await line.alice.hears(SessionRefused)).status == status
    await line.over()


async def test_a_caller_who_hangs_up_during_the_announcement_ends_it(line: Line) -> None:
    hers, _ = await announcing(line)
    line.alice.hang_up(hers)
    await line.bob.hears(SessionCancelled)
    assert (await line.alice.hears(SessionRefused)).status == 487
    await line.over()
    assert line.contacts[0].outcome == "abandoned"


async def test_the_ring_timeout_ends_an_announcement_too(line: Line) -> None:
    line.ring_timeout = 0.3
    await announcing(line)
    await line.bob.hears(SessionCancelled)
    assert (await line.alice.hears(SessionRefused)).status == 480
    await line.over()


async def test_ringing_comes_first_and_early_media_after_it(line: Line) -> None:
    hers, his = await line.ringing()
    line.bob.face(his.offer)
    progress(line.bob, his)
    assert (await line.alice.hears(SessionRinging)).status == 183
    line.alice.hang_up(hers)
    await line.over()


async def test_a_180_with_a_description_is_ringing_until_sound_comes(line: Line) -> None:
    hers = line.alice.call(line.house, line.alice.body())
    his = (await line.bob.hears(InviteReceived)).session
    line.bob.face(his.offer)
    progress(line.bob, his, 180)
    assert (await line.alice.hears(SessionRinging)).status == 180
    await asyncio.to_thread(line.bob.far.say, tone(ANNOUNCEMENT, 0.1))
    assert (await line.alice.hears(SessionRinging)).status == 183
    line.alice.hang_up(hers)
    await line.over()


async def test_a_caller_who_waits_for_our_offer_gets_it_in_the_183(line: Line) -> None:
    hers, his = await announcing(line, b"")
    line.alice.say(lambda now: line.alice.stack.acknowledge(hers, line.alice.body(), now=now))
    await until(lambda: line.house.kinds().count("leg.early_media") == 2)
    alice_hears = asyncio.create_task(line.alice.listens(40))
    await asyncio.to_thread(line.bob.far.say, tone(ANNOUNCEMENT, 1.0))
    assert hears(await alice_hears, ANNOUNCEMENT)
    line.bob.answer(his)
    await line.alice.hears(SessionAnswered)
    line.alice.hang_up(hers)
    await line.over()


async def test_a_caller_who_waits_for_our_offer_and_knows_no_prack_is_told_that_it_rings(line: Line) -> None:
    line.house.stack._context.reliability = lambda profile: Reliability.REQUIRED
    hers = line.alice.call(line.house, None)
    his = (await line.bob.hears(InviteReceived)).session
    progress(line.bob, his)
    assert (await line.alice.hears(SessionRinging)).status == 180
    line.alice.hang_up(hers)
    await line.over()


async def test_a_description_that_cannot_be_heard_is_ringing(line: Line) -> None:
    hers = line.alice.call(line.house, line.alice.body())
    his = (await line.bob.hears(InviteReceived)).session
    line.bob.codecs = "9 101"
    progress(line.bob, his)
    assert (await line.alice.hears(SessionRinging)).status == 180
    line.alice.hang_up(hers)
    await line.over()


async def test_a_change_of_the_early_session_by_update_is_answered(line: Line) -> None:
    hers, his = await announcing(line)
    line.alice.say(lambda now: line.alice.stack.update(hers, line.alice.body(), now=now))
    assert (await line.alice.hears(SessionReanswered)).description is not None
    line.bob.answer(his)
    await line.alice.hears(SessionAnswered)
    line.alice.hang_up(hers)
    await line.over()


async def test_we_can_speak_to_a_caller_before_we_answer() -> None:
    async with House() as house, Party() as alice:
        session = alice.call(house, alice.body())
        contact, leg = await house.arrival()
        leg.progress()
        leg.progress()
        assert leg.state is LegState.EARLY
        assert leg.is_audible
        assert not leg.is_up
        ringing = await alice.hears(SessionRinging)
        alice.face(ringing.description)
        leg.play(house.music(), loop=True)
        assert hears(await alice.listens(), MUSIC)
        leg.refuse(486)
        assert (await alice.hears(SessionRefused)).status == 486
        await house.over()
        posted = [await contact.inbox.next() for _ in range(2)]
        assert [type(each) for each in posted] == [LegProgressed, LegEnded]
        assert session.state.name == "ENDED"


async def test_an_offer_of_ours_that_meets_the_peers_is_made_once_more() -> None:
    async with House() as house, Party() as bob:
        contact = Contact("c", ani="1", display="", dnis="2", record=house.record)
        leg = house.exchange.dial(contact, Target(bob.uri), role="external", caller=CallerIdentity("1"))
        his = (await bob.hears(InviteReceived)).session
        bob.answer(his)
        await bob.hears(SessionConfirmed)
        leg.hold(on=True)
        bob.say(lambda now: bob.stack.reinvite(his, bob.body(), now=now))
        # Ours owns the Call-ID and waits longer: Bob's comes first, ours again once his is acknowledged.
        assert (await bob.hears(SessionReanswered)).description is not None
        held = await bob.hears(SessionReoffered)
        assert held.offer is not None
        assert held.offer.media[0].direction == "sendonly"
        bob.say(lambda now: bob.stack.accept_reoffer(his, bob.body("recvonly"), now=now))
        await until(lambda: leg.stream.is_settled)
        leg.hang_up()
        await house.over()
