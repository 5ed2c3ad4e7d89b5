from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from calls.destination import Hangup, Queue
from ivr.commands import Play, Require, SetLanguage, StopPlayback
from ivr.errors import UnknownStep
from ivr.events import PlaybackFinished
from ivr.scene import LONGEST_PLAYBACK
from ivr.session import MenuSession
from tests.ivr.caller import FACTS, Caller, menus

if TYPE_CHECKING:
    from pathlib import Path

LEAVE = "leave: {type: hangup, say: bye}\nperson: {type: queue, queue: people, say: connecting}\n"
MENU = """\
start:
  type: menu
  prompt: options
  reprompt: options_short
  choices:
    "1": {goto: leave}
    "22": {goto: leave}
    "9": {repeat: true, say: again}
    "0": {goto: person}
"""
SAY = "start: {type: say, prompt: hello, next: menu}\n" + MENU.replace("start:", "menu:")


def test_say_goes_on_when_its_prompt_ends(tmp_path: Path) -> None:
    caller = Caller(menus(tmp_path, SAY + LEAVE)).listen()
    assert caller.said == [("hello",), ("options",)]


def test_a_key_cuts_say_and_serves_the_menu_after_it(tmp_path: Path) -> None:
    caller = Caller(menus(tmp_path, SAY + LEAVE)).press("1").listen()
    assert caller.said == [("hello",), ("bye",)]
    assert any(isinstance(each, StopPlayback) for each in caller.commands)
    assert caller.left == Hangup(cause=16)


def test_say_that_may_not_be_cut_keeps_the_key_for_later(tmp_path: Path) -> None:
    text = SAY.replace("prompt: hello", "prompt: hello, bargein: false")
    caller = Caller(menus(tmp_path, text + LEAVE)).press("1")
    assert caller.said == [("hello",)]
    assert caller.listen().said == [("hello",), ("bye",)]


def test_say_speaks_what_is_announced_after_its_prompt(tmp_path: Path) -> None:
    text = SAY.replace("prompt: hello", "prompt: hello, announcements: [outage, news]")
    menu_set = menus(tmp_path, text + LEAVE)
    assert Caller(menu_set, announced={"outage": "down"}).listen().said[0] == ("hello", "down")
    assert Caller(menu_set).listen().said[0] == ("hello",)


def test_say_that_only_announces_is_passed_over_while_nothing_is_on(tmp_path: Path) -> None:
    text = SAY.replace("prompt: hello", "announcements: [outage]")
    menu_set = menus(tmp_path, text + LEAVE)
    assert Caller(menu_set, announced={"outage": "down"}).listen().said == [("down",), ("options",)]
    assert Caller(menu_set).listen().said == [("options",)]


def test_say_in_a_loop_takes_keys_until_the_one_it_waits_for(tmp_path: Path) -> None:
    text = 'start: {type: say, prompt: loop, loop: true, until: "#", longest: 1h, next: {hangup: true, say: bye}}\n'
    caller = Caller(menus(tmp_path, text)).wait(3500).press("0123456789*")
    assert caller.left is None
    assert [each.loop for each in caller.commands if isinstance(each, Play)] == [True]
    assert len(caller.records("menu.input")) == 11
    assert caller.press("#").listen().left == Hangup(cause=16)


def test_say_in_a_loop_ends_after_its_longest(tmp_path: Path) -> None:
    text = "start: {type: say, prompt: loop, loop: true, longest: 2m, next: {say: bye, hangup: true}}\n"
    caller = Caller(menus(tmp_path, text)).wait(119)
    assert caller.said == [("loop",)]
    assert caller.wait(2).said == [("loop",), ("bye",)]
    assert caller.listen().left == Hangup(cause=16)


def test_the_name_of_a_step_alone_is_a_way_out_of_any_step(tmp_path: Path) -> None:
    text = MENU.replace('"1": {goto: leave}', '"1": leave').replace(
        "  choices", "  on_max_timeouts: leave\n  choices"
    )
    menu_set = menus(tmp_path, text + LEAVE)
    assert Caller(menu_set).press("1").listen().left == Hangup(cause=16)
    assert Caller(menu_set).wait(60).left == Hangup(cause=16)


def test_a_menu_leads_by_key(tmp_path: Path) -> None:
    caller = Caller(menus(tmp_path, MENU + LEAVE)).press("0").listen()
    assert caller.left == Queue("people")
    assert caller.records("menu.input") == [
        {"menu": "set_a", "step": "start", "digits": 1, "result": "goto person"}
    ]


def test_a_key_of_two_digits_needs_both(tmp_path: Path) -> None:
    caller = Caller(menus(tmp_path, MENU + LEAVE)).press("2")
    assert caller.records("menu.input") == []
    assert caller.press("2").records("menu.input")[0]["digits"] == 2


def test_half_of_a_two_digit_key_is_no_match_after_the_inter_digit_time(tmp_path: Path) -> None:
    caller = Caller(menus(tmp_path, MENU + LEAVE)).press("2").wait(2.9)
    assert caller.records("menu.nomatch") == []
    assert len(caller.wait(0.2).records("menu.nomatch")) == 1


def test_repeat_says_the_menu_again(tmp_path: Path) -> None:
    caller = Caller(menus(tmp_path, MENU + LEAVE)).press("9")
    assert caller.said[-1] == ("again", "options_short")


GUARDED = "start: {type: say, prompt: hello, bargein: false, next: menu}\n" + MENU.replace("start:", "menu:")


def test_keys_typed_ahead_pass_over_the_prompts(tmp_path: Path) -> None:
    text = GUARDED.replace("goto: leave", "goto: second", 1) + MENU.replace("start:", "second:").replace(
        '"1"', '"5"'
    )
    caller = Caller(menus(tmp_path, text + LEAVE)).press("15").listen()
    assert [each["step"] for each in caller.records("menu.input")] == ["menu", "second"]
    assert caller.said == [("hello",), ("bye",)]


def test_a_wrong_key_voids_what_was_typed_after_it(tmp_path: Path) -> None:
    caller = Caller(menus(tmp_path, GUARDED + LEAVE)).press("71").listen()
    assert caller.left is None
    assert caller.said[-1] == ("wrong_1", "options_short")


def test_silence_is_asked_again_with_other_words_and_ends_with_a_person(tmp_path: Path) -> None:
    text = MENU.replace("prompt: options\n", "prompt: options\n  max_timeouts: 3\n")
    caller = Caller(menus(tmp_path, text + LEAVE)).wait(60)
    assert caller.said == [("options",), ("silent_1", "options_short"), ("silent_2", "options_short")]
    assert [each["count"] for each in caller.records("menu.noinput")] == [1, 2, 3]
    assert caller.left == Queue("people")


def test_the_first_digit_time_begins_when_the_prompt_ends(tmp_path: Path) -> None:
    caller = Caller(menus(tmp_path, MENU + LEAVE)).wait(7.9)
    assert caller.records("menu.noinput") == []
    assert len(caller.wait(0.2).records("menu.noinput")) == 1


def test_wrong_keys_have_their_own_limit_and_words(tmp_path: Path) -> None:
    caller = Caller(menus(tmp_path, MENU + LEAVE)).press("7")
    assert caller.said[-1] == ("wrong_1", "options_short")
    assert caller.press("7").said[-1] == ("wrong_2", "options_short")
    assert caller.press("7").left == Queue("people")


def test_a_prompt_whose_end_is_never_told_does_not_hold_the_caller(tmp_path: Path) -> None:
    session = MenuSession(menus(tmp_path, SAY + LEAVE), start=None, language="en", caller=FACTS)
    session.start(now=0.0)
    assert session.next_timeout() == LONGEST_PLAYBACK
    said = session.handle_timeout(now=LONGEST_PLAYBACK)
    assert [each.segments for each in said if isinstance(each, Play)] == [("options",)]


def test_the_end_of_a_prompt_that_was_replaced_is_not_the_end_of_the_new_one(tmp_path: Path) -> None:
    session = MenuSession(menus(tmp_path, SAY + LEAVE), start=None, language="en", caller=FACTS)
    session.start(now=0.0)
    session.feed(PlaybackFinished(1), now=1.0)
    before = session.next_timeout()
    assert session.feed(PlaybackFinished(1), now=1.5) == []
    assert session.next_timeout() == before
    session.feed(PlaybackFinished(2), now=2.0)
    assert session.next_timeout() == 8.0


LANGUAGE = """\
start:
  type: language
  from: [did, ani_prefix]
  prompt: pick_language
  choices: {"1": en, "2": es, "3": pl}
  next: menu
"""


def test_language_known_from_the_number_is_not_asked(tmp_path: Path) -> None:
    text = LANGUAGE + MENU.replace("start:", "menu:") + LEAVE
    caller = Caller(menus(tmp_path, text), language="pl")
    assert caller.said == [("options",)]
    assert SetLanguage("pl") in caller.commands


def test_language_is_asked_in_each_language_the_likely_one_first(tmp_path: Path) -> None:
    text = LANGUAGE + MENU.replace("start:", "menu:") + LEAVE
    caller = Caller(menus(tmp_path, text), language=None)
    assert caller.said == [("es:pick_language", "en:pick_language", "pl:pick_language")]
    caller.press("3")
    assert SetLanguage("pl") in caller.commands
    assert [each.language for each in caller.commands if isinstance(each, Play)][-1] == "pl"


def test_a_language_nobody_offered_is_no_match(tmp_path: Path) -> None:
    text = LANGUAGE + MENU.replace("start:", "menu:") + LEAVE
    caller = Caller(menus(tmp_path, text), language=None).press("8")
    assert len(caller.records("menu.nomatch")) == 1
    assert caller.left is None


def test_queue_carries_priority_and_requirements(tmp_path: Path) -> None:
    text = "start: {type: queue, queue: people, priority: 40, requires: {cards: 3}}\n"
    caller = Caller(menus(tmp_path, text))
    assert caller.left == Queue("people", 40, (("cards", 3),))
    assert caller.session.next_timeout() is None


def test_hangup_says_goodbye_first(tmp_path: Path) -> None:
    caller = Caller(menus(tmp_path, "start: {type: hangup, say: bye}\n"))
    assert caller.left is None
    assert caller.listen().left == Hangup(cause=16)


def test_nothing_follows_the_end(tmp_path: Path) -> None:
    caller = Caller(menus(tmp_path, MENU + LEAVE)).hang_up()
    count = len(caller.commands)
    caller.press("1").wait(100)
    assert len(caller.commands) == count
    assert caller.records("menu.left")[-1]["destination"] == "caller_hung_up"


def test_a_step_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownStep, match="no step cellar"):
        Caller(menus(tmp_path, MENU + LEAVE), start="cellar")


def test_a_bufferful_of_keys_passes_many_steps_at_once_and_nobody_is_cut_off(tmp_path: Path) -> None:
    text = """\
        start:
          type: lookup
          submit: {action: customer.find}
          results: {found: {goto: main}, none: {goto: main}, unavailable: {goto: main}}
        main: {type: menu, prompt: options, choices: {"1": {say: wait, goto: one}, "0": {queue: people}}}
        one: {type: set, attributes: {seen: "1"}, next: two}
        two: {type: set, attributes: {seen: "2"}, next: three}
        three: {type: say, prompt: hello, next: main}
        """
    caller = Caller(menus(tmp_path, text)).press("1" * 32)
    assert caller.reply("none").left is None
    assert len(caller.records("menu.input")) == 32
    assert caller.wait(60).left == Queue("people")


def test_attributes_may_have_any_name_even_those_of_the_record_itself(tmp_path: Path) -> None:
    text = 'start: {type: set, attributes: {step: "1", menu: "2", kind: "3"}, next: person}\n'
    caller = Caller(
        menus(tmp_path, text + "person: {type: queue, queue: people, say: connecting}\n")
    ).listen()
    assert caller.left == Queue("people")
    assert {"step": "1", "menu": "2", "kind": "3"}.items() <= caller.session.attributes.items()
    (noted,) = caller.records("attributes.set")
    assert noted == {"menu": "set_a", "step": "start", "set": "step 1, menu 2, kind 3"}


def test_what_is_not_set_stays_as_it_was(tmp_path: Path) -> None:
    text = """\
        start: {type: set, priority: 50, next: two}
        two: {type: set, requires: {gold: 2}, next: person}
        person: {type: queue, queue: people, say: connecting}
        """
    caller = Caller(menus(tmp_path, text))
    asked = [each for each in caller.commands if isinstance(each, Require)]
    assert asked == [Require({}, 50), Require({"gold": 2}, None)]
    assert caller.records("attributes.set") == []
