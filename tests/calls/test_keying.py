"""Keys towards a party: as its profile or trunk wants them, after its answer, and those that another party presses."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from calls import secure_span
from calls.destination import Number
from calls.ways import Way
from sip.events import KeySignalled, SessionAnswered
from sip.offer.keys import Dtmf
from sip.target import CallerIdentity, Target
from tests.kit.line import Line
from tests.kit.party import House, Party, until
from tests.kit.rtp import EVENT_PAYLOAD
from tests.kit.tone import hears_key

if TYPE_CHECKING:
    from calls.leg import Leg
    from sip.session.session import Session

WITH_EVENTS = "0 101"
FLASH = struct.pack("!BBH", 16, 0x8A, 800)


async def answered(house: House, party: Party) -> tuple[Session, Leg]:
    """A call that the house has answered."""
    session = party.call(house, party.body())
    _, leg = await house.arrival()
    leg.answer()
    party.face((await party.hears(SessionAnswered)).description)
    await until(lambda: session.dialog is not None)
    return session, leg


async def infos(party: Party, count: int) -> str:
    """The keys of so many INFOs."""
    return "".join([(await party.hears(KeySignalled)).key for _ in range(count)])


async def test_who_wants_info_gets_each_key_in_its_order_and_nothing_in_the_media() -> None:
    async with House(dtmf=Dtmf.INFO) as house, Party(codecs=WITH_EVENTS) as party:
        session, leg = await answered(house, party)
        leg.keys.send("1d")
        leg.keys.send("#")
        assert await infos(party, 3) == "1D#"
        assert leg.stream.port.counters().digits_out == 0
        party.hang_up(session)
        await house.over()


async def test_a_pause_lasts_a_second_and_nothing_is_pressed_after_the_end() -> None:
    async with House(dtmf=Dtmf.INFO) as house, Party(codecs=WITH_EVENTS) as party:
        session, leg = await answered(house, party)
        began = house.endpoint.now()
        leg.keys.send("p7,,8")
        assert await infos(party, 1) == "7"
        assert house.endpoint.now() - began >= 1.0
        party.hang_up(session)
        await house.over()
        assert leg.keys._timer is None


@pytest.mark.parametrize("dtmf", [Dtmf.AUTO, Dtmf.RFC4733])
async def test_who_takes_events_gets_events(dtmf: Dtmf) -> None:
    async with House(dtmf=dtmf) as house, Party(codecs=WITH_EVENTS) as party:
        session, leg = await answered(house, party)
        leg.keys.send("5")
        packets = party.far.hear(6)
        assert {each.payload_type for each in packets} == {EVENT_PAYLOAD}
        party.hang_up(session)
        await house.over()


@pytest.mark.parametrize("dtmf", Dtmf)
async def test_events_are_agreed_to_unless_keys_go_otherwise(dtmf: Dtmf) -> None:
    async with House(dtmf=dtmf) as house, Party(codecs=WITH_EVENTS) as party, Party() as bob:
        line = Line(house, party, bob)
        hers, his = await line.talking()
        (contact,) = line.contacts
        assert contact.caller is not None
        agreed = contact.caller.stream.agreed
        assert agreed is not None
        said = [b"telephone-event" in agreed.body, b"telephone-event" in his.request.body]
        assert said == [dtmf in (Dtmf.AUTO, Dtmf.RFC4733)] * 2
        party.hang_up(hers)
        await line.over()


async def test_inband_agrees_to_no_events_and_sends_tones() -> None:
    async with House(dtmf=Dtmf.INBAND) as house, Party(codecs=WITH_EVENTS) as party:
        session, leg = await answered(house, party)
        assert leg.stream.agreed is not None
        assert b"telephone-event" not in leg.stream.agreed.body
        leg.keys.send("5")
        assert hears_key(party.far.hear_sound(6), "5")
        party.hang_up(session)
        await house.over()


async def test_what_is_pressed_after_the_answer_comes_once_the_two_talk() -> None:
    async with House(dtmf=Dtmf.INFO) as house, Party() as alice, Party() as bob:
        line = Line(house, alice, bob)
        line.digits = "20*"
        hers, _ = await line.talking()
        assert await infos(bob, 3) == "20*"
        assert not any(isinstance(event, KeySignalled) for event in alice.events)
        alice.hang_up(hers)
        await line.over()


async def test_a_key_of_the_other_party_goes_by_info_but_not_in_a_secure_span(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(secure_span, "UNMASK_AFTER", 0.3)
    async with House(dtmf=Dtmf.INFO) as house, Party() as alice, Party() as bob:
        line = Line(house, alice, bob)
        hers, _ = await line.talking()
        (contact,) = line.contacts
        assert contact.talk is not None
        first = contact.talk.parties[0]
        secure_span.begin(first, contact.talk.parties)
        alice.info(hers, b"Signal=4\r\n")
        await until(lambda: "secure.began" in house.kinds())
        alice.info(hers, b"Signal=5\r\n")
        await until(lambda: hers.dialog is not None and len(first.keys._heard._recent) == 2)
        secure_span.end(first, contact.talk.parties)
        first.keys.heard("8", "tone")
        await until(lambda: not first.secrets)
        alice.info(hers, b"Signal=6\r\n")
        assert await infos(bob, 1) == "6"
        alice.hang_up(hers)
        await line.over()


async def test_a_hook_flash_is_in_the_record_and_is_no_key() -> None:
    async with House() as house, Party(codecs=WITH_EVENTS) as party:
        session, leg = await answered(house, party)
        party.far.send(FLASH, payload_type=EVENT_PAYLOAD, marker=True)
        await until(lambda: "leg.hook_flash" in house.kinds())
        assert house.row("leg.hook_flash").leg == leg.id
        party.hang_up(session)
        await house.over()


def test_digits_are_not_shown() -> None:
    way = Way(Target("sip:x@192.0.2.1"), CallerIdentity("1"), digits="4711")
    assert "4711" not in repr(Number("600", digits="4711")) + repr(way)
