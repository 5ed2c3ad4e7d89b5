"""Calls that come in: answered, refused, cancelled, with and without an offer, over real sockets."""

from __future__ import annotations

import pytest

from calls.events import DigitPressed, LegConfirmed, LegEnded
from calls.leg_states import LegState
from sip.events import (
    SessionAnswered,
    SessionEnded,
    SessionReanswered,
    SessionRefused,
    SessionReofferRefused,
    SessionRinging,
)
from sip.reason import Reason
from tests.kit.party import MUSIC, House, Party, until
from tests.kit.tone import hears


async def test_a_caller_is_answered_hears_a_prompt_and_hangs_up() -> None:
    async with House() as house, Party() as party:
        session = party.call(house, party.body())
        contact, leg = await house.arrival()
        assert (contact.ani, contact.display, contact.dnis) == ("600100200", "Bob", "100")
        leg.ring()
        await party.hears(SessionRinging)
        leg.answer()
        party.face((await party.hears(SessionAnswered)).description)
        leg.play(house.music(), loop=True)
        assert hears(await party.listens(), MUSIC)
        party.hang_up(session)
        await house.over()
        assert isinstance(await contact.inbox.next(), object)
        assert leg.ending == LegEnded(leg, "remote", 200, 16, "", (Reason("Q.850", 16),))
        assert house.kinds() == ["contact.opened", "leg.invited", "leg.ringing", "leg.answered", "leg.ended"]
        assert house.row("leg.answered").data == {"codec": "PCMU", "to_tag": session.remote_tag}
        invited = house.row("leg.invited").data
        assert (invited["from_tag"], invited["transport"]) == (session.local_tag, "UDP")
        assert str(invited["remote"]).startswith("127.0.0.1:")
        counters = house.row("leg.ended").data["rtp"]
        assert isinstance(counters, dict)
        assert counters["packets_out"] >= 24  # of the 25 heard: the last may not be counted yet


async def test_an_invite_without_offer_gets_ours_and_its_answer_counts() -> None:
    async with House() as house, Party(codecs="8 101") as party:
        session = party.call(house, None)
        _contact, leg = await house.arrival()
        leg.answer()
        offer = (await party.hears(SessionAnswered)).description
        assert offer is not None
        assert {"0", "8"} <= set(offer.media[0].formats)
        party.face(offer)
        party.say(lambda now: party.stack.acknowledge(session, party.body(), now=now))
        await until(lambda: leg.stream.codec == "PCMA")
        leg.play(house.music(), loop=True)
        assert hears(await party.listens(), MUSIC)
        leg.hang_up()
        await party.hears(SessionEnded)
        await house.over()


async def test_a_late_answer_that_shares_no_codec_ends_the_call() -> None:
    async with House() as house, Party(codecs="18") as party:
        session = party.call(house, None)
        _, leg = await house.arrival()
        leg.answer()
        await party.hears(SessionAnswered)
        party.say(lambda now: party.stack.acknowledge(session, party.body(), now=now))
        await party.hears(SessionEnded)
        assert leg.ending is not None
        assert (leg.ending.by, leg.ending.cause) == ("error", 88)
        await house.over()


async def test_a_late_answer_that_never_comes_ends_the_call() -> None:
    async with House() as house, Party() as party:
        session = party.call(house, None)
        _, leg = await house.arrival()
        leg.answer()
        await party.hears(SessionAnswered)
        party.say(lambda now: party.stack.acknowledge(session, b"", now=now))
        await party.hears(SessionEnded)
        assert leg.ending is not None
        assert leg.ending.by == "error"
        await house.over()


async def test_a_caller_without_a_codec_of_ours_is_refused_with_488() -> None:
    async with House() as house, Party(codecs="18 101") as party:
        party.call(house, party.body())
        refused = await party.hears(SessionRefused)
        assert (refused.status, refused.cause) == (488, 88)
        await house.over()
        assert house.contacts == []
        assert house.kinds() == ["contact.opened", "leg.invited", "leg.ended", "contact.closed"]
        assert house.row("leg.ended").data["reason"] == "no codec in common"
        closed = house.row("contact.closed").data
        assert (closed["outcome"], closed["status"], closed["cause"]) == ("refused", 488, 88)
        assert closed["ended_by"] == "centralita"


async def test_only_codecs_of_the_callers_profile_are_taken() -> None:
    async with House(codecs={"test": ("PCMA",)}) as house, Party() as party, Party(codecs="0 101") as other:
        session = party.call(house, party.body())
        _, leg = await house.arrival()
        assert leg.stream.codec == "PCMA"
        other.call(house, other.body())
        assert (await other.hears(SessionRefused)).status == 488
        party.hang_up(session)
        await house.over()


async def test_a_caller_whose_sound_cannot_be_reached_from_here_is_refused_with_488() -> None:
    async with House() as house, Party() as party:
        party.call(house, party.body(address="2001:db8::1", kind="IP6"))
        refused = await party.hears(SessionRefused)
        assert refused.status == 488
        await house.over()


async def test_without_a_free_rtp_port_a_caller_is_refused_with_503_and_the_ledger_knows() -> None:
    async with House(ports=2) as house, Party() as party, Party() as other:
        party.call(house, party.body())
        _, leg = await house.arrival()
        other.call(house, other.body())
        assert (await other.hears(SessionRefused)).status == 503
        opened = [row.contact for row in house.rows if row.kind == "contact.opened"]
        assert len(opened) == 2
        closed = house.row("contact.closed")
        assert closed.contact == opened[1]
        assert (closed.data["outcome"], closed.data["status"], closed.data["cause"]) == ("refused", 503, 42)
        leg.hang_up()
        await house.over()


@pytest.mark.parametrize("rings", [True, False])
async def test_a_caller_who_cancels_is_gone_and_commands_after_that_do_nothing(*, rings: bool) -> None:
    async with House() as house, Party() as party:
        session = party.call(house, party.body())
        _contact, leg = await house.arrival()
        if rings:
            leg.ring()
            await party.hears(SessionRinging)
        await until(lambda: session.state.name == "EARLY")
        party.hang_up(session)
        assert (await party.hears(SessionRefused)).status == 487
        await until(lambda: leg.has_ended)
        assert leg.ending is not None
        assert (leg.ending.by, leg.ending.status, leg.ending.cause) == ("remote", 487, 16)
        leg.ring()
        leg.answer()
        leg.refuse(486)
        leg.hold(on=True)
        leg.hang_up()
        leg.stop()
        assert leg.state is LegState.ENDED
        await house.over()
        assert house.kinds().count("leg.ended") == 1


@pytest.mark.parametrize(
    ("status", "cause"), [(404, 1), (403, 21), (486, 17), (503, 41), (480, 18), (603, 21)]
)
async def test_a_refusal_says_its_status_and_its_cause(status: int, cause: int) -> None:
    async with House() as house, Party() as party:
        party.call(house, party.body())
        _, leg = await house.arrival()
        leg.refuse(status)
        assert (await party.hears(SessionRefused)).status == status
        assert leg.ending == LegEnded(leg, "local", status, cause, "")
        await house.over()


async def test_hanging_up_before_the_answer_refuses_with_the_status_of_the_cause() -> None:
    async with House() as house, Party() as party:
        party.call(house, party.body())
        _, leg = await house.arrival()
        leg.hang_up(17)
        refused = await party.hears(SessionRefused)
        assert (refused.status, refused.cause) == (486, 17)
        await house.over()


async def test_our_hang_up_tells_the_party_why() -> None:
    async with House() as house, Party() as party:
        party.call(house, party.body())
        contact, leg = await house.arrival()
        leg.answer()
        await party.hears(SessionAnswered)
        assert await contact.inbox.next() is not None
        await until(lambda: bool(contact.inbox._events))
        assert await contact.inbox.next() == LegConfirmed(leg)
        leg.hang_up(19)
        ended = await party.hears(SessionEnded)
        assert (ended.by, ended.cause) == ("remote", 19)
        assert house.row("leg.ended").data["ended_by"] == "local"
        await house.over()


async def test_a_reinvite_without_offer_is_answered_with_ours() -> None:
    async with House() as house, Party() as party:
        session = party.call(house, party.body())
        _, leg = await house.arrival()
        leg.answer()
        party.face((await party.hears(SessionAnswered)).description)
        party.say(lambda now: party.stack.reinvite(session, b"", now=now))
        offer = (await party.hears(SessionReanswered)).description
        assert offer is not None
        party.say(lambda now: party.stack.acknowledge(session, party.body("sendonly"), now=now))
        await until(lambda: leg.state is LegState.HELD)
        leg.hang_up()
        await house.over()


async def test_a_reinvite_that_shares_no_codec_is_refused_and_the_call_goes_on() -> None:
    async with House() as house, Party() as party:
        session = party.call(house, party.body())
        _, leg = await house.arrival()
        leg.answer()
        party.face((await party.hears(SessionAnswered)).description)
        party.codecs = "18"
        party.say(lambda now: party.stack.reinvite(session, party.body(), now=now))
        assert (await party.hears(SessionReofferRefused)).status == 488
        leg.play(house.music(), loop=True)
        assert hears(await party.listens(), MUSIC)
        leg.hang_up()
        await house.over()


async def test_the_ladder_of_a_call_is_whole_from_the_invite_to_the_answer_of_the_bye() -> None:
    async with House() as house, Party() as party:
        party.call(house, party.body())
        _, leg = await house.arrival()
        leg.ring()
        leg.answer()
        await party.hears(SessionAnswered)
        await until(lambda: "ACK" in [row.data.get("summary") for row in house.rows])
        leg.hang_up()
        await party.hears(SessionEnded)
        await until(lambda: "200 OK (BYE)" in [row.data.get("summary") for row in house.rows])
        rows = [
            (row.data["sent"], row.data["summary"])
            for row in house.rows
            if row.kind == "leg.message" and row.leg == leg.id
        ]
        assert rows == [
            (False, "INVITE sdp"),
            (True, "180 Ringing (INVITE)"),
            (True, "200 OK (INVITE sdp)"),
            (False, "ACK"),
            (True, "BYE"),
            (False, "200 OK (BYE)"),
        ]
        await house.over()


async def test_a_caller_who_sends_no_sound_is_told_of_in_the_record_wherever_he_is() -> None:
    async with House(rtp_timeout=0.3) as house, Party() as party:
        session = party.call(house, party.body())
        _contact, leg = await house.arrival()
        leg.answer()
        await party.hears(SessionAnswered)
        await until(lambda: "leg.silent" in house.kinds())
        assert house.row("leg.silent").leg == leg.id
        assert leg.is_up
        party.hang_up(session)
        await house.over()


async def test_a_caller_who_went_without_a_bye_is_ended_after_the_silence_limit() -> None:
    async with House(rtp_timeout=0.2, silence_limit=0.5) as house, Party() as party:
        party.call(house, party.body())
        _contact, leg = await house.arrival()
        leg.answer()
        await party.hears(SessionAnswered)
        await party.hears(SessionEnded)
        assert leg.ending is not None
        assert (leg.ending.by, leg.ending.reason) == ("timeout", "nothing was heard")
        await house.over()


@pytest.mark.parametrize("codecs", ["0", "0 101"])
async def test_a_key_in_an_info_counts_whatever_was_agreed_and_once(codecs: str) -> None:
    """Phones that are set to INFO offer telephone-event all the same; some send both."""
    async with House() as house, Party(codecs=codecs) as party:
        session = party.call(house, party.body())
        contact, leg = await house.arrival()
        leg.answer()
        await party.hears(SessionAnswered)
        await until(lambda: session.dialog is not None)
        leg.keys.heard("7", "event")
        party.info(session, b"Signal=7\r\nDuration=100\r\n")
        party.info(session, b"Signal=8\r\nDuration=100\r\n")
        party.hang_up(session)
        await house.over()
        heard = []
        while (event := await contact.inbox.next(0.0)) is not None:
            heard.append(event)
        assert [event.digit for event in heard if isinstance(event, DigitPressed)] == ["7", "8"]
        assert leg.has_ended
