from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from base.secret import Secret
from calls.destination import Queue
from ivr.commands import AskBackEnd, BeginSecure, EndSecure
from tests.ivr.caller import Caller, menus

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.compiled import CompiledMenus

CARD = "4111111111111111"
BIRTH = "01021980"

ACTIVATE = """\
start:
  type: menu
  prompt: options
  choices: {"1": {goto: activate}, "2": {goto: pay}, "0": {queue: people}}
activate:
  type: form
  secure: true
  timeout: 10
  intro: notice
  fields:
    - {name: card, type: card_number, prompt: ask_card, invalid: {checksum: misread}}
    - {name: birth, type: date, prompt: ask_birth}
  submit: {action: card.activate, timeout: 8, processing: wait}
  results:
    ok: {say: done, goto: start}
    already: {goto: start}
    no_match: {retry: true, say: retry}
    locked: {queue: security, priority: 80}
    fraud: {queue: security}
    unavailable: {say: down, queue: people}
  on_cancel: {goto: start}
pay:
  type: form
  secure: true
  fields:
    - {name: amount, type: amount, currency: EUR, prompt: ask_amount, confirm: read_amount}
    - {name: card, type: card_number, prompt: ask_card}
    - {name: expiry, type: expiry, prompt: ask_expiry}
    - {name: cvv, type: cvv, prompt: ask_cvv}
  confirm: read_card
  submit: {action: payment.charge, timeout: 12}
  results:
    approved: {goto: start}
    declined: {retry: true, say: retry}
    locked: {queue: security}
    fraud: {queue: security}
    unavailable: {queue: people}
    unknown: {say: down, queue: people, priority: 50}
"""


@pytest.fixture
def caller(tmp_path: Path) -> Caller:
    return Caller(menus(tmp_path, ACTIVATE))


def test_a_card_is_activated(caller: Caller) -> None:
    caller.press("1").press(CARD + "#").press(BIRTH)
    asked = caller.asked
    assert asked is not None
    assert asked.action == "card.activate"
    assert {name: type(each) for name, each in asked.fields.items()} == {
        "client": str,
        "caller": str,
        "card": Secret,
        "birth": Secret,
    }
    card, birth = asked.fields["card"], asked.fields["birth"]
    assert isinstance(card, Secret)
    assert isinstance(birth, Secret)
    assert (card.reveal(), birth.reveal()) == (CARD, "19800201")
    caller.listen().reply("ok", last4="1111")
    assert not card
    assert not birth
    assert caller.said[-1] == ("done.1", "n.1", "n.1", "n.1", "n.1", "done.2")
    assert caller.listen().said[-1] == ("options",)


def test_the_answer_waits_for_the_end_of_the_processing_prompt(caller: Caller) -> None:
    caller.press("1").press(CARD + "#").press(BIRTH).reply("already")
    assert caller.said[-1] == ("wait",)
    assert caller.listen().said[-1] == ("options",)


def test_secure_begins_before_the_first_question_and_ends_before_the_next_step(caller: Caller) -> None:
    caller.press("1").press(CARD + "#").press(BIRTH).listen().reply("locked")
    kinds = [type(each) for each in caller.commands]
    assert kinds.index(BeginSecure) < kinds.index(AskBackEnd) < kinds.index(EndSecure)
    assert caller.left == Queue("security", 80)


def test_keys_typed_before_a_secure_form_are_void(tmp_path: Path) -> None:
    guarded = "begin: {type: say, prompt: hello, bargein: false, next: activate}\n"
    steps = guarded + ACTIVATE[ACTIVATE.index("activate:\n") : ACTIVATE.index("pay:\n")]
    caller = Caller(menus(tmp_path, steps.replace("begin:", "start:"))).press("4111").listen()
    assert caller.said == [("hello",), ("notice", "ask_card")]
    caller.press("55#")
    assert caller.records("field.captured")[-1]["length"] == 2


def test_keys_left_over_from_a_secure_form_never_reach_the_next_step(caller: Caller) -> None:
    caller.press("1").press(CARD + "#").press(BIRTH + "000").listen().reply("already").listen()
    assert caller.left is None


def test_a_number_that_fails_its_check_digit_is_no_attempt(caller: Caller) -> None:
    caller.press("1").press("4111111111111112#")
    assert caller.asked is None
    assert caller.said[-1] == ("misread", "ask_card")
    assert caller.records("field.captured")[-1]["reason"] == "checksum"
    caller.press(CARD + "#").press(BIRTH)
    assert caller.asked is not None


def test_three_refusals_lock_for_the_rest_of_the_call(caller: Caller) -> None:
    caller.press("1")
    for _ in range(2):
        caller.press(CARD + "#").press(BIRTH).listen().reply("no_match")
        assert caller.said[-1] == ("retry", "ask_card")
    caller.press(CARD + "#").press(BIRTH).listen().reply("no_match")
    assert caller.left == Queue("security", 80)


def test_a_refused_card_is_wiped_before_it_is_asked_again(caller: Caller) -> None:
    caller.press("1").press(CARD + "#").press(BIRTH)
    asked = caller.asked
    assert asked is not None
    caller.listen().reply("no_match")
    assert caller.said[-1] == ("retry", "ask_card")
    assert not any(each for each in asked.fields.values() if isinstance(each, Secret))


def test_attempts_count_on_when_the_form_is_entered_again(caller: Caller) -> None:
    for _ in range(2):
        caller.press("1").press(CARD + "#").press(BIRTH).listen().reply("no_match").listen().press("*")
        assert caller.left is None
    caller.press("1").press(CARD + "#").press(BIRTH).listen().reply("no_match")
    assert caller.left == Queue("security", 80)


def test_what_went_well_is_no_attempt_in_vain(caller: Caller) -> None:
    for _ in range(4):
        caller.press("1").press(CARD + "#").press(BIRTH).listen().reply("already").listen()
    assert caller.left is None
    assert sum(isinstance(each, AskBackEnd) for each in caller.commands) == 4


def test_a_silent_back_end_leads_where_silence_leads(caller: Caller) -> None:
    caller.press("1").press(CARD + "#").press(BIRTH).wait(11)
    assert caller.left == Queue("people")
    assert caller.records("menu.result")[-1]["result"] == "unavailable"


def test_a_charge_without_an_answer_is_unknown_and_never_asked_again(caller: Caller) -> None:
    caller.press("2").press("12*50#1").press(CARD + "#").press("1228").press("123#").press("1").wait(15)
    assert caller.left == Queue("people", 50)
    assert sum(isinstance(each, AskBackEnd) for each in caller.commands) == 1
    count = len(caller.commands)
    caller.reply("approved")
    assert len(caller.commands) == count


def test_a_payment_reads_back_amount_and_card(caller: Caller) -> None:
    caller.press("2").press("12*50#").press("1").press(CARD + "#").press("1228").press("123#")
    amount = ("read_amount.1", "n.12", "eur.other", "w.and", "n.50", "eur.sub.other", "read_amount.2")
    card = ("read_card.1", "n.1", "n.1", "n.1", "n.1", "read_card.2")
    assert caller.said.index(amount) < caller.said.index(card) == len(caller.said) - 1
    assert caller.asked is None
    caller.press("1")
    fields = caller.commands[-1].fields if isinstance(caller.commands[-1], AskBackEnd) else {}
    assert (fields["amount"], fields["currency"]) == ("1250", "EUR")


def test_no_to_the_amount_asks_it_again_and_no_to_the_payment_begins_again(caller: Caller) -> None:
    caller.press("2").press("12#2")
    assert caller.said[-1] == ("ask_amount",)
    caller.press("15#1").press(CARD + "#").press("1228").press("123#").press("2")
    assert caller.said[-1] == ("ask_amount",)
    assert caller.asked is None


def test_the_cancel_key_erases_and_a_second_one_leaves(caller: Caller) -> None:
    caller.press("1").press("4111*")
    assert caller.said[-1] == ("ask_card",)
    caller.press("*")
    assert caller.said[-1] == ("options",)
    assert caller.left is None


def test_a_terminator_after_a_full_entry_belongs_to_it(caller: Caller) -> None:
    caller.press("2").press("12#1").press(CARD + "#").press("1228#").press("123#").press("1")
    assert caller.asked is not None
    assert caller.records("menu.nomatch") == []


def test_hanging_up_while_the_back_end_works_wipes_and_says_nothing_more(caller: Caller) -> None:
    caller.press("1").press(CARD + "#").press(BIRTH)
    asked = caller.asked
    assert asked is not None
    caller.hang_up()
    assert not any(each for each in asked.fields.values() if isinstance(each, Secret))
    count = len(caller.commands)
    assert len(caller.reply("ok").commands) == count


def test_hanging_up_in_the_middle_of_a_number_wipes_it(tmp_path: Path) -> None:
    caller = Caller(_menus(tmp_path)).press("1").press("41111")
    caller.hang_up()
    assert caller.session.finished
    assert caller.asked is None


def test_no_key_is_seen_in_any_command_or_record(caller: Caller) -> None:
    caller.press("2").press("12*50#1").press(CARD + "#").press("1228").press("975#").press("2")
    caller.press("12*50#1").press(CARD + "#").press("1228").press("975#").press("1").listen()
    caller.reply("declined", last4="1111").press("*").wait(100)
    seen = repr(caller.commands) + repr(caller.session) + str(caller.asked)
    for secret in (CARD, CARD[:6], CARD[-6:], "1228", "975", BIRTH):
        assert secret not in seen


def test_silence_in_a_form_ends_with_a_person(caller: Caller) -> None:
    caller.press("1").wait(60)
    assert caller.left == Queue("people")
    assert any(isinstance(each, EndSecure) for each in caller.commands)


def _menus(folder: Path) -> CompiledMenus:
    return menus(folder, ACTIVATE)
