"""Keys of SRTP in the descriptions of a call (RFC 4568): agreed, kept, refused, and shown to nobody."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from calls.contact import Contact
from sip.events import InviteReceived, SessionAnswered, SessionRefused, SessionReoffered
from sip.offer.crypto import cryptos
from sip.offer.security import Srtp
from sip.stack import CallerIdentity, Target
from tests.kit.party import House, Party, until

if TYPE_CHECKING:
    from sip.sdp import SessionDescription

SUITE = "AES_CM_128_HMAC_SHA1_80"
KEY = b64encode(bytes(range(30))).decode()


class Guarded(Party):
    """A party that offers SRTP, or takes it."""

    protocol = "RTP/SAVP"
    tag = 1

    def body(self, direction: str = "sendrecv", *, address: str = "127.0.0.1", kind: str = "IP4") -> bytes:
        """An offer or an answer with its key."""
        plain = super().body(direction, address=address, kind=kind).decode()
        line = f"a=crypto:{self.tag} {SUITE} inline:{KEY}\r\n"
        return (plain.replace("RTP/AVP", self.protocol) + line).encode()


def keys_in(description: SessionDescription | None) -> list[tuple[int, str, bytes]]:
    assert description is not None
    return [(each.tag, each.suite, each.key) for each in cryptos(description.media[0].attributes)]


@pytest.mark.parametrize("policy", [Srtp.OFFERED, Srtp.REQUIRED])
@pytest.mark.parametrize("protocol", ["RTP/SAVP", "RTP/AVP"])
async def test_a_caller_who_offers_keys_gets_one_of_ours_and_the_record_says_so(
    policy: Srtp, protocol: str
) -> None:
    async with House(srtp=policy, messages_in_full=True) as house, Guarded() as party:
        party.protocol = protocol
        party.call(house, party.body())
        _contact, leg = await house.arrival()
        leg.answer()
        answer = (await party.hears(SessionAnswered)).description
        ((tag, suite, key),) = keys_in(answer)
        assert (tag, suite, len(key)) == (1, SUITE, 30)
        answered = house.row("leg.answered").data
        assert answered == {"codec": "PCMU", "srtp": "sdes", "to_tag": answered["to_tag"]}
        shown = repr(house.rows)
        assert f"m=audio {party.far.address[1]} {protocol} 0" in shown
        assert KEY not in shown
        assert b64encode(key).decode() not in shown
        leg.hold(on=True)
        reoffer = (await party.hears(SessionReoffered)).offer
        assert keys_in(reoffer) == [(tag, suite, key)], "a hold changes no key"
        leg.hang_up()
        await house.over()


@pytest.mark.parametrize(
    ("policy", "protocol", "answer", "srtp"),
    [
        (Srtp.OFFERED, "RTP/AVP", Guarded, "sdes"),
        (Srtp.OFFERED, "RTP/AVP", Party, None),
        (Srtp.REQUIRED, "RTP/SAVP", Guarded, "sdes"),
        (Srtp.OFF, "RTP/AVP", Party, None),
    ],
)
async def test_who_is_called_is_offered_what_the_profile_wants(
    policy: Srtp, protocol: str, answer: type[Party], srtp: str | None
) -> None:
    async with House(srtp=policy) as house, answer() as bob:
        contact = Contact("c", ani="1", display="", dnis="2", record=house.record)
        leg = house.exchange.dial(contact, Target(bob.uri), role="external", caller=CallerIdentity("1"))
        session = (await bob.hears(InviteReceived)).session
        assert session.offer is not None
        assert session.offer.media[0].protocol == protocol
        tags = {suite: tag for tag, suite, _ in keys_in(session.offer)}
        assert len(tags) == (0 if policy is Srtp.OFF else 4)
        if isinstance(bob, Guarded):
            bob.protocol, bob.tag = protocol, tags[SUITE]
        bob.answer(session)
        await until(lambda: leg.is_up)
        assert house.row("leg.answered").data.get("srtp") == srtp
        leg.hang_up()
        await house.over()


@pytest.mark.parametrize(
    ("policy", "protocol", "party"),
    [(Srtp.OFF, "RTP/SAVP", Guarded), (Srtp.REQUIRED, "RTP/AVP", Party)],
)
async def test_who_offers_more_or_less_than_the_profile_wants_is_refused(
    policy: Srtp, protocol: str, party: type[Party]
) -> None:
    async with House(srtp=policy) as house, party() as caller:
        caller.call(house, caller.body())
        assert (await caller.hears(SessionRefused)).status == 488
        await house.over()
