"""How a caller is asked: what may be cut, what is said after silence and slips, which keys end and erase."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.destination import Hangup, Queue
from ivr.commands import Leave, StopPlayback
from ivr.events import DigitPressed
from ivr.scene import LONGEST_PLAYBACK
from ivr.session import MenuSession
from tests.ivr.caller import FACTS, LONG, Caller, menus

if TYPE_CHECKING:
    from pathlib import Path

NOTICE = "{say: notice, bargein: false}"
MENU = """\
start:
  type: menu
  prompt: [hello, {say: notice, bargein: false}, options]
  reprompt: options_short
  choices: {"1": {goto: second}, "2": {queue: people}, "0": {queue: people}}
second:
  type: menu
  prompt: again
  choices: {"1": {queue: security}, "#": {say: bye, hangup: true}, "0": {queue: people}}
"""


def ask(folder: Path, keys: str = "", *fields: str) -> Caller:
    """A form of fields; then the attributes are known and a menu follows."""
    written = fields or ("{name: order, type: digits, max_digits: 6, prompt: ask_number}",)
    lines = "".join(f"    - {each}\n" for each in written)
    form = f"start:\n  type: form\n  fields:\n{lines}  next: second\n  on_cancel: {{goto: away}}\n"
    if keys:
        form += f"  {keys}\n"
    return Caller(menus(folder, form + "away: {type: hangup, say: bye}\n" + MENU[MENU.index("second:") :]))


def test_a_guarded_prompt_is_heard_whole_between_prompts_that_a_key_cuts(tmp_path: Path) -> None:
    caller = Caller(menus(tmp_path, MENU)).listen().listen().listen()
    assert caller.said == [("hello",), ("notice",), ("options",)]


def test_a_key_leads_to_the_guarded_prompt_and_counts_when_that_is_over(tmp_path: Path) -> None:
    caller = Caller(menus(tmp_path, MENU)).press("1")
    assert caller.said == [("hello",), ("notice",)]
    assert caller.records("menu.input") == []
    caller.wait(LONG)
    assert caller.said == [("hello",), ("notice",), ("again",)]
    assert len(caller.records("menu.input")) == 1


def test_keys_wait_for_the_end_of_a_guarded_prompt(tmp_path: Path) -> None:
    caller = Caller(menus(tmp_path, MENU)).listen().press("11").wait(LONG - 0.3)
    assert caller.left is None
    assert not any(isinstance(each, StopPlayback) for each in caller.commands)
    assert caller.wait(0.3).left == Queue("security")
    assert caller.said == [("hello",), ("notice",)]


def test_a_key_cuts_what_follows_a_guarded_prompt(tmp_path: Path) -> None:
    caller = Caller(menus(tmp_path, MENU)).listen().listen().press("2")
    assert caller.left == Queue("people")
    assert caller.said == [("hello",), ("notice",), ("options",)]
    assert any(isinstance(each, StopPlayback) for each in caller.commands)


def test_the_first_digit_time_begins_when_all_is_said(tmp_path: Path) -> None:
    caller = Caller(menus(tmp_path, MENU)).wait(3 * LONG + 5.9)
    assert caller.records("menu.noinput") == []
    assert len(caller.wait(0.2).records("menu.noinput")) == 1


def test_keys_typed_ahead_pass_over_all_but_the_guarded_prompt(tmp_path: Path) -> None:
    begin = "begin: {type: say, prompt: loop, bargein: false, next: start}\n"
    text = (
        (begin + MENU)
        .replace("start:", "middle:")
        .replace("begin:", "start:")
        .replace("next: start", "next: middle")
    )
    caller = Caller(menus(tmp_path, text)).press("2").wait(LONG)
    assert caller.said == [("loop",), ("notice",)]
    assert caller.left is None
    assert caller.wait(LONG).left == Queue("people")


def test_where_no_key_cuts_the_whole_is_one_prompt(tmp_path: Path) -> None:
    text = MENU.replace("reprompt", "bargein: false\n  reprompt")
    caller = Caller(menus(tmp_path, text)).press("2")
    assert caller.said == [("hello", "notice", "options")]
    assert caller.left is None
    assert caller.listen().left == Queue("people")


def test_words_of_a_branch_can_be_guarded(tmp_path: Path) -> None:
    text = f"start: {{type: say, prompt: hello, next: {{say: [{NOTICE}, wait], queue: people}}}}\n"
    caller = Caller(menus(tmp_path, text)).press("1").wait(0.1)
    assert caller.said == [("hello",), ("notice",)]
    assert caller.press("2").left is None
    assert caller.wait(LONG).left == Queue("people")
    assert caller.said == [("hello",), ("notice",)]


def test_keys_during_a_notice_before_a_secure_form_are_void(tmp_path: Path) -> None:
    fields = "[{name: code, type: otp, prompt: ask_code}]"
    form = f"form: {{type: form, secure: true, fields: {fields}, next: {{queue: people}}}}\n"
    text = f"start: {{type: say, prompt: [{NOTICE}], next: form}}\n" + form
    caller = Caller(menus(tmp_path, text)).press("123456").wait(LONG)
    assert caller.said == [("notice",), ("ask_code",)]
    assert caller.records("field.captured") == []


def test_a_guarded_prompt_whose_end_is_never_told_holds_nobody(tmp_path: Path) -> None:
    session = MenuSession(menus(tmp_path, MENU), start=None, language="en", caller=FACTS)
    session.start(now=0.0)
    session.feed(DigitPressed("2"), now=1.0)
    left = session.handle_timeout(now=1.0 + LONGEST_PLAYBACK)
    assert isinstance(left[-1], Leave)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    guarded=st.lists(st.booleans(), min_size=5, max_size=5),
    typed=st.lists(st.tuples(st.sampled_from("123"), st.floats(0, 4)), min_size=5, max_size=5),
)
def test_whatever_is_guarded_and_whenever_they_come_keys_answer_in_their_order(
    tmp_path: Path, guarded: list[bool], typed: list[tuple[str, float]]
) -> None:
    choices = '{"1": w1, "2": w2, "3": w3}'
    prompts = [f"[{NOTICE if each else 'ask_number'}, again]" for each in guarded]
    fields = [
        f"{{name: f{at}, type: choice, choices: {choices}, prompt: {prompt}}}"
        for at, prompt in enumerate(prompts)
    ]
    caller = ask(tmp_path, "", *fields)
    for key, pause in typed:
        caller.press(key).wait(pause)
    caller.wait(5 * 2 * LONG)
    answers = [caller.session.attributes[f"f{at}"] for at in range(5)]
    assert answers == [f"w{key}" for key, _ in typed]
    assert sum("notice" in each for each in caller.said) == sum(guarded)


def test_silence_and_slips_have_their_own_words_by_count(tmp_path: Path) -> None:
    limits = "max_timeouts: 4\n  max_failures: 4"
    caller = ask(tmp_path, limits)
    for words in ("silent_1", "silent_2", "silent_2"):
        assert caller.wait(LONG + 6).said[-1] == (words, "ask_number")
    assert caller.records("menu.nomatch") == []
    caller = ask(tmp_path, limits, "{name: sure, type: yes_no, prompt: ask_number}")
    for words in ("wrong_1", "wrong_2", "wrong_2"):
        assert caller.press("7").said[-1] == (words, "ask_number")
    assert caller.records("menu.noinput") == []
    assert caller.press("7").left == Queue("people")


def test_silence_and_slips_are_counted_apart(tmp_path: Path) -> None:
    caller = ask(
        tmp_path, "max_timeouts: 2\n  max_failures: 2", "{name: sure, type: yes_no, prompt: ask_number}"
    )
    caller.press("7").wait(LONG + 6)
    assert caller.left is None
    assert [caller.records(f"menu.{each}")[-1]["count"] for each in ("nomatch", "noinput")] == [1, 1]


def test_before_the_last_try_callers_are_told_what_follows(tmp_path: Path) -> None:
    keys = "max_timeouts: 3\n  max_failures: 2\n  last_try: connecting"
    caller = ask(tmp_path, keys, "{name: sure, type: yes_no, prompt: ask_number}").wait(LONG + 6)
    assert caller.said[-1] == ("silent_1", "ask_number")
    assert caller.wait(LONG + 6).said[-1] == ("silent_2", "connecting", "ask_number")
    caller = ask(tmp_path, keys, "{name: sure, type: yes_no, prompt: ask_number}").press("7")
    assert caller.said[-1] == ("wrong_1", "connecting", "ask_number")


def test_the_language_question_is_asked_again_in_every_language(tmp_path: Path) -> None:
    text = (
        'start: {type: language, prompt: pick_language, choices: {"1": en, "2": es}, next: {queue: people}}\n'
    )
    caller = Caller(menus(tmp_path, text), language=None).press("9")
    assert caller.said[-1] == ("en:wrong_1", "en:pick_language", "es:wrong_1", "es:pick_language")


def test_the_terminator_with_nothing_typed_counts_as_silence(tmp_path: Path) -> None:
    caller = ask(tmp_path).press("#")
    assert caller.said[-1] == ("silent_1", "ask_number")
    assert (len(caller.records("menu.noinput")), caller.records("menu.nomatch")) == (1, [])
    assert caller.records("field.captured") == []


def test_a_key_that_means_nothing_here_changes_nothing(tmp_path: Path) -> None:
    caller = ask(tmp_path, "cancel_key: none").press("*").wait(0.5).press("42#")
    assert caller.session.attributes["order"] == "42"
    assert (caller.records("menu.nomatch"), caller.records("menu.noinput")) == ([], [])


def test_without_a_terminator_a_pause_ends_the_entry(tmp_path: Path) -> None:
    caller = ask(tmp_path, "terminator: none").press("42#").wait(2.8)
    assert "order" not in caller.session.attributes
    assert caller.wait(0.2).session.attributes["order"] == "42"


def test_terminator_and_cancel_key_can_change_places_for_one_field(tmp_path: Path) -> None:
    swapped = (
        '{name: order, type: digits, max_digits: 6, prompt: ask_number, terminator: "*", cancel_key: "#"}'
    )
    caller = ask(tmp_path, "", swapped).press("41#42*")
    assert caller.session.attributes["order"] == "42"


@pytest.mark.parametrize(
    ("typed", "order", "step"),
    [("41*42#", "42", "second"), ("41**", None, "away"), ("*", None, "away"), ("41*#", None, "start")],
)
def test_the_cancel_key_erases_what_was_typed_and_leaves_when_nothing_was(
    tmp_path: Path, typed: str, order: str | None, step: str
) -> None:
    caller = ask(tmp_path).press(typed)
    assert caller.session.attributes.get("order") == order
    assert caller.session.step == step


@pytest.mark.parametrize(
    ("typed", "amount", "step"),
    [
        ("12*5#", "1250 EUR", "second"),
        ("12**13#", "1300 EUR", "second"),
        ("**", None, "away"),
        ("12**", None, "start"),
    ],
)
def test_where_the_star_is_a_decimal_mark_two_of_them_cancel(
    tmp_path: Path, typed: str, amount: str | None, step: str
) -> None:
    caller = ask(tmp_path, "", "{name: amount, type: amount, currency: EUR, prompt: ask_amount}").press(typed)
    assert caller.session.attributes.get("amount") == amount
    assert caller.session.step == step


def test_the_cancel_key_at_a_read_back_leaves_the_form(tmp_path: Path) -> None:
    field = "{name: amount, type: amount, currency: EUR, prompt: ask_amount, confirm: read_amount}"
    caller = ask(tmp_path, "", field).press("12#*")
    assert caller.session.step == "away"


def test_the_cancel_key_says_a_menu_again_and_is_no_slip(tmp_path: Path) -> None:
    caller = Caller(
        menus(
            tmp_path,
            MENU.replace("prompt: [hello, {say: notice, bargein: false}, options]", "prompt: options"),
        )
    )
    caller.press("*")
    assert caller.said == [("options",), ("options_short",)]
    assert caller.records("menu.nomatch") == []


def test_a_key_typed_behind_a_star_answers_the_menu_that_is_said_again(tmp_path: Path) -> None:
    ahead = """\
        start: {type: lookup, submit: {action: customer.find}, results: {found: ask, none: ask, unavailable: ask}}
        ask: {type: menu, prompt: options, choices: {"1": {say: bye, hangup: true}, "0": {queue: people}}}
        """
    caller = Caller(menus(tmp_path, ahead))
    caller.press("*0").reply("none")
    assert caller.left == Queue("people")


def test_the_cancel_key_can_be_an_option(tmp_path: Path) -> None:
    text = 'start: {type: menu, prompt: options, choices: {"*": {say: bye, hangup: true}, "0": {queue: people}}}\n'
    assert Caller(menus(tmp_path, text)).press("*").listen().left == Hangup(cause=16)


def test_a_terminator_out_of_habit_is_passed_over_for_as_long_as_a_pause(tmp_path: Path) -> None:
    sure, order = (
        "{name: sure, type: yes_no, prompt: again}",
        "{name: order, type: digits, prompt: ask_number}",
    )
    caller = ask(tmp_path, "", sure, order).press("1").wait(2.5).press("#")
    assert caller.records("menu.noinput") == []
    caller = ask(tmp_path, "", sure, order).press("1").wait(3.5).press("#")
    assert len(caller.records("menu.noinput")) == 1


def test_a_terminator_out_of_habit_cuts_no_words(tmp_path: Path) -> None:
    text = (
        'start: {type: menu, prompt: options, choices: {"1": {say: wait, goto: second}, "0": {queue: people}}}\n'
        + MENU[MENU.index("second:") :]
    )
    caller = Caller(menus(tmp_path, text.replace('"#"', '"2"'))).press("1#").wait(0.5)
    assert caller.said == [("options",), ("wait",)]
    assert caller.wait(LONG).said[-1] == ("again",)
    assert caller.records("menu.nomatch") == []


def test_an_option_is_no_habit(tmp_path: Path) -> None:
    text = MENU.replace("prompt: [hello, {say: notice, bargein: false}, options]", "prompt: options")
    assert Caller(menus(tmp_path, text)).press("1#").listen().left == Hangup(cause=16)
