"""Secure capture by an agent: the caller is led into a form and back, and no key of it reaches anybody."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from calls import acts, secure_span
from calls.acts import ActRefused
from calls.capture import outcome
from calls.destination import Menu
from calls.events import DigitPressed, LegEnded, TakenBack
from sip.events import SessionEnded
from tests.kit.party import until

if TYPE_CHECKING:
    from calls.contact import Inbox
    from calls.leg import Leg
    from tests.kit.handled import Handled

TALKING = {"alice": {"bob"}, "bob": {"alice"}}


class Form:
    """Reads keys up to the hash key, like a form of ivr/."""

    def __init__(self, answer: str = "approved") -> None:
        self.answer = answer
        self.keys = ""
        self.is_taken_back = False
        self.is_over = False

    async def serve(self, leg: Leg, inbox: Inbox[object]) -> str:
        while True:
            match await inbox.next():
                case DigitPressed(leg=who, digit="#") if who is leg:
                    self.is_over = True
                    return self.answer
                case DigitPressed(leg=who, digit=digit) if who is leg:
                    self.keys += digit
                case TakenBack():
                    self.is_taken_back = self.is_over = True
                    return ""
                case LegEnded(leg=who) if who is leg:
                    self.is_over = True
                    return ""
                case _:
                    pass


@pytest.fixture
def form(handled: Handled) -> Form:
    made = Form()
    handled.rules.menu, handled.rules.form = Menu("pay", "card"), made.serve
    return made


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ("approved", "approved"),
        ("ok", "approved"),
        ("declined", "declined"),
        ("locked", "declined"),
        ("unknown", "failed"),
        ("failed", "failed"),
        ("", "left"),
    ],
)
async def test_the_agent_hears_the_result_in_a_word(
    handled: Handled, form: Form, answer: str, word: str
) -> None:
    assert outcome(answer) == word
    form.answer = answer
    await handled.ask(acts.CaptureSecurely())
    await handled.key("4929#", "alice")
    await handled.told("capture.ended")
    assert form.keys == "4929"
    assert handled.rules.said[-1] == f"agent_capture_{word}"
    assert handled.house.row("capture.ended").data["result"] == word
    await handled.settles(**TALKING)
    await handled.over()


async def test_no_key_of_the_form_reaches_the_agent(handled: Handled, form: Form) -> None:
    bob = handled.party("bob").far
    while not bob.hears_nothing(seconds=0.0):
        bob.hear(1)
    await handled.key("*38")
    await handled.told("capture.began")
    await handled.key("4929#", "alice")
    await handled.told("capture.ended")
    heard = await asyncio.to_thread(bob.hear, 200, patience=1.5)
    assert [each for each in heard if each.payload_type == 101] == []
    assert form.keys == "4929"
    kept = str(handled.house.rows)
    assert "4929" not in kept
    await handled.over()


async def test_the_agent_hears_music_and_not_the_caller_meanwhile(handled: Handled, form: Form) -> None:
    await handled.ask(acts.CaptureSecurely())
    await handled.settles(bob={"music"}, alice=set())
    await handled.key("#", "alice")
    await handled.settles(**TALKING)
    await handled.over()


async def test_a_key_that_is_still_down_when_they_are_joined_is_not_heard(
    handled: Handled, form: Form
) -> None:
    """The span of the plane ends only when no key is down."""
    await handled.ask(acts.CaptureSecurely())
    bob, alice = handled.party("bob").far, handled.party("alice").far
    alice.press("#", packets=40)
    await handled.told("capture.ended")
    heard = await asyncio.to_thread(bob.hear, 200, patience=1.0)
    assert [each for each in heard if each.payload_type == 101] == []
    await handled.over()


async def test_recordings_are_masked_until_after_they_are_joined(
    handled: Handled, form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secure_span, "UNMASK_AFTER", 1.0)
    caller, now = handled.leg("alice"), asyncio.get_running_loop().time
    await handled.ask(acts.CaptureSecurely())
    assert caller.secrets == handled.leg("bob").secrets == (secure_span.SECURE_SPAN,)
    before = now()
    await handled.key("#", "alice")
    await handled.told("capture.ended")
    await until(lambda: not caller.secrets and not handled.leg("bob").secrets)
    assert now() - before >= 1.0
    await handled.over()


async def test_the_agent_takes_the_caller_back(handled: Handled, form: Form) -> None:
    await handled.ask(acts.CaptureSecurely())
    await handled.key("49", "alice")
    await handled.key("*35")
    await handled.told("capture.ended")
    assert form.is_taken_back
    await handled.settles(**TALKING)
    await handled.over()


async def test_a_caller_who_hangs_up_in_the_form_ends_all(handled: Handled, form: Form) -> None:
    await handled.ask(acts.CaptureSecurely())
    await handled.key("49", "alice")
    handled.hang_up("alice")
    await handled.party("bob").hears(SessionEnded)
    assert form.is_over
    await handled.over()


async def test_a_caller_whose_agent_dies_ends_the_form_and_is_stranded(handled: Handled, form: Form) -> None:
    await handled.ask(acts.CaptureSecurely())
    await handled.key("49", "alice")
    handled.hang_up("bob")
    await until(lambda: handled.leg("bob").has_ended)
    await handled.key("29#", "alice")
    await handled.party("alice").hears(SessionEnded)
    assert form.keys == "4929"
    assert handled.board.contacts[0].outcome == "transfer_failed"
    await handled.over()


async def test_without_a_form_nothing_is_captured(handled: Handled) -> None:
    with pytest.raises(ActRefused) as refused:
        await handled.ask(acts.CaptureSecurely())
    assert refused.value.status == 403
    await handled.settles(**TALKING)
    await handled.over()


async def test_a_conversation_that_breaks_takes_the_form_with_it(handled: Handled, form: Form) -> None:
    await handled.ask(acts.CaptureSecurely())
    handled.board.tasks[0].cancel()
    await until(lambda: form.is_taken_back)
    for contact in handled.board.contacts:
        for leg in contact.legs:
            leg.hang_up()
    await handled.house.over()


async def test_recordings_pause_by_keys_where_that_is_allowed(handled: Handled) -> None:
    await handled.key("*40")
    await handled.told("act.refused")  # nothing is recorded
    handled.rules.may_pause = False
    with pytest.raises(ActRefused) as refused:
        await handled.ask(acts.PauseRecording())
    assert refused.value.status == 403
    await handled.over()
