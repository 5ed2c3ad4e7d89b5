"""Sessions that are refreshed (RFC 4028 s.7.4), and reasons that pass from leg to leg (RFC 3326), over real sockets."""

from __future__ import annotations

import pytest

from calls.contact import Contact
from sip.events import InviteReceived, SessionEnded, SessionReoffered
from sip.reason import Reason
from sip.stack import CallerIdentity, Target
from tests.kit.party import House, Party, until


@pytest.mark.parametrize("is_held", [False, True])
async def test_a_refresh_repeats_our_description_to_the_letter_and_changes_nothing(*, is_held: bool) -> None:
    async with House() as house, Party() as bob:
        contact = Contact("c", ani="1", display="", dnis="2", record=house.record)
        leg = house.exchange.dial(contact, Target(bob.uri), role="agent", caller=CallerIdentity("1"))
        his = (await bob.hears(InviteReceived)).session
        said, answer = his.offer, bob.body("recvonly" if is_held else "sendrecv")
        bob.answer(his)
        await until(lambda: leg.is_up)
        if is_held:
            leg.hold(on=True)
            said = (await bob.hears(SessionReoffered)).offer
            bob.say(lambda now: bob.stack.accept_reoffer(his, answer, now=now))
            await until(lambda: leg.stream.is_settled)
        before, state = leg.stream.agreed, leg.state
        leg.reoffers.refresh()
        leg.reoffers.refresh()  # one is open: nothing more is sent
        assert (await bob.hears(SessionReoffered)).offer == said
        bob.say(lambda now: bob.stack.accept_reoffer(his, answer, now=now))
        await until(lambda: leg.stream.is_settled)
        assert (leg.stream.agreed, leg.state) == (before, state)
        leg.hang_up(reasons=(Reason("SIP", 480, "Gone home"),))
        assert (await bob.hears(SessionEnded)).reason == "Gone home"
        await house.over()
