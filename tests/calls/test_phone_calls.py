"""Which calls each account of the house has, as colleagues' lamps are told (RFC 4235), over real sockets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from calls.contact import Contact
from calls.leg_states import LegState
from calls.phone_calls import STATES
from sip.events import InviteReceived, SessionAnswered, SessionConfirmed
from sip.stack import CallerIdentity, Target
from sip.subscriptions.packages.dialog import DialogState
from sip.verdicts import Admitted
from tests.kit.builders import Everybody
from tests.kit.party import House, Party, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sip.flow import Flow
    from sip.message import Request


class Phones(Everybody):
    """Admits everybody as the phone of account 1001."""

    def admit(self, request: Request, flow: Flow, now: float) -> Admitted:
        """Admit."""
        caller = super().admit(request, flow, now).caller
        return Admitted(type(caller)("internal", "1001", None, caller.user, caller.display, caller.source))


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with House(admission=Phones()) as made:
        yield made


def watch(house: House) -> list[tuple[str, list[DialogState]]]:
    """Each change from now on: whose, and the states of the calls then."""
    seen: list[tuple[str, list[DialogState]]] = []
    calls = house.exchange.phone_calls
    calls.on_change = lambda account: seen.append((account, [each.state for each in calls.dialogs(account)]))
    return seen


def test_each_state_of_a_leg_is_one_of_a_dialog() -> None:
    assert STATES.keys() == set(LegState) - {LegState.ENDED}


async def test_a_call_to_a_phone_is_told_from_trying_to_its_end(house: House) -> None:
    seen = watch(house)
    async with Party() as bob:
        contact = Contact("c", ani="600100200", display="Bob", dnis="2", record=house.record)
        target = Target(bob.uri, account="1002")
        leg = house.exchange.dial(contact, target, role="agent", caller=CallerIdentity("1"))
        session = (await bob.hears(InviteReceived)).session
        bob.ring(session)
        await until(lambda: len(seen) == 2)
        (ringing,) = house.exchange.phone_calls.dialogs("1002")
        assert (ringing.is_initiator, ringing.remote, ringing.display) == (False, "600100200", "Bob")
        assert (ringing.call_id, ringing.local_tag) == (session.call_id, session.local_tag)
        assert ringing.remote_tag == session.remote_tag
        bob.answer(session)
        await until(lambda: len(seen) == 3)
        await bob.hears(SessionConfirmed)
        bob.say(lambda now: bob.stack.reinvite(session, bob.body("sendonly"), now=now))
        await until(lambda: len(seen) == 4)
        (held,) = house.exchange.phone_calls.dialogs("1002")
        assert (held.id, held.is_holding) == (ringing.id, True)
        leg.hang_up()
        await house.over()
    assert seen == [
        ("1002", [DialogState.TRYING]),
        ("1002", [DialogState.EARLY]),
        ("1002", [DialogState.CONFIRMED]),
        ("1002", [DialogState.CONFIRMED]),
        ("1002", []),
    ]


@pytest.mark.parametrize("hidden", ["is_private", "is_hidden"])
async def test_a_caller_who_hides_or_is_hidden_is_so_from_onlookers_too(house: House, hidden: str) -> None:
    """By his own wish (RFC 3323), or by the client company's."""
    async with Party() as bob:
        contact = Contact("c", ani="600100200", display="Bob", dnis="2", record=house.record)
        setattr(contact, hidden, True)
        target = Target(bob.uri, account="1002")
        leg = house.exchange.dial(contact, target, role="agent", caller=CallerIdentity("1"))
        (told,) = house.exchange.phone_calls.dialogs("1002")
        assert (told.remote, told.display) == ("", "")
        leg.hang_up()
        await house.over()


async def test_a_call_from_a_phone_is_told_with_what_was_dialled(house: House) -> None:
    seen = watch(house)
    async with Party() as alice:
        hers = alice.call(house, alice.body(), user="777")
        _, leg = await house.arrival()
        (trying,) = house.exchange.phone_calls.dialogs("1001")
        assert (trying.is_initiator, trying.remote) == (True, "777")
        assert (trying.local_tag, trying.remote_tag) == (hers.local_tag, leg.session.local_tag)
        leg.answer()
        await alice.hears(SessionAnswered)
        alice.hang_up(hers)
        await house.over()
    assert [states for _, states in seen] == [[DialogState.TRYING], [DialogState.CONFIRMED], []]


async def test_calls_of_nobodys_account_are_not_told(house: House) -> None:
    seen = watch(house)
    async with Party() as bob:
        contact = Contact("c", ani="1", display="", dnis="2", record=house.record)
        leg = house.exchange.dial(contact, Target(bob.uri), role="agent", caller=CallerIdentity("1"))
        leg.hang_up()
        await house.over()
    assert seen == []
