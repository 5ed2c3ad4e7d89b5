"""Simulated calls: virtual time, what is heard as text, and what a transcript never shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from calls.destination import Hangup, Queue
from ivr.authoring.hearing import Hearing
from ivr.authoring.simulation import Reply, Simulation
from ivr.authoring.stage import Stage
from ivr.authoring.transcript import DOT, BackEndAsked, Left, Pressed, Said, as_json, clock, lines
from ivr.errors import NothingAsked
from ivr.surroundings import QueueStatus, Quiet
from media.catalogue import Catalogue, Silence, Slot, Tone
from tests.ivr.caller import menus

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.commands import AskBackEnd
    from media.catalogue import Segment

CARD, BIRTH = "5555555555554444", "31121975"
STEPS = """\
start:
  type: menu
  prompt: options
  choices: {"1": {goto: activate}, "2": {goto: slow}, "9": {repeat: true}, "0": {queue: people, priority: 7}}
slow: {type: say, prompt: hello, bargein: false, next: activate}
activate:
  type: form
  secure: true
  fields:
    - {name: card, type: card_number, prompt: ask_card}
    - {name: birth, type: date, prompt: ask_birth}
  submit: {action: card.activate, timeout: 8, processing: wait}
  results:
    ok: {say: done, goto: leave}
    already: {goto: start}
    no_match: {retry: true, say: retry}
    locked: {queue: security, priority: 80}
    fraud: {queue: security}
    unavailable: {queue: people}
leave: {type: hangup, say: bye}
"""


@pytest.fixture
def call(tmp_path: Path) -> Simulation:
    return Simulation(menus(tmp_path, STEPS), Stage(language="en"))


def shown(call: Simulation) -> str:
    """Everything a transcript can become."""
    return "\n".join(
        [
            *lines(call.transcript),
            json.dumps([as_json(each) for each in call.transcript]),
            repr(call.transcript),
        ]
    )


def test_a_call_is_told_step_by_step(call: Simulation) -> None:
    call.hear_out()
    call.press("1")
    call.hear_out()
    call.press(CARD + "#")
    call.hear_out()
    call.press(BIRTH)
    call.hear_out()
    assert (call.awaits_answer, call.is_secure) == (True, True)
    call.reply("ok", last4="4444")
    call.hear_out()
    assert call.steps == ("start", "activate", "leave")
    assert call.said == ("options", "ask_card", "ask_birth", "wait", "done", "bye")
    assert call.left == Hangup(cause=16)
    assert [line[9:] for line in lines(call.transcript)] == [
        "step start",
        'says "options"',
        "keys 1",
        "chosen: goto activate",
        "step activate",
        "secure entry begins: not recorded, nobody listens",
        'says "ask_card"',
        f"keys {DOT * 17}",
        "field card, 16 keys: taken",
        "last4 = 4444",
        'says "ask_birth"',
        f"keys {DOT * 8}",
        "field birth, 8 keys: taken",
        "asks card.activate (card, birth)",
        'says "wait"',
        "card.activate: ok",
        "last4 = 4444",
        "the caller is identified",
        "secure entry ends",
        'says "The card ending in four four four four is active."',
        "step leave",
        'says "bye"',
        "hung up after bye",
    ]


def test_what_is_secret_is_in_no_form_of_the_transcript(call: Simulation) -> None:
    call.press("1")
    call.press(f"{CARD}#")
    call.press("00000000")
    call.press(BIRTH)
    call.reply("no_match")
    call.hear_out()
    call.press(CARD[:9])
    call.hang_up()
    assert call.asked is None
    for secret in (CARD, CARD[:8], BIRTH, "3112", "1975"):
        assert secret not in shown(call)


def test_keys_typed_before_a_secure_form_are_dots_when_nothing_had_asked_for_them(call: Simulation) -> None:
    call.press("2" + CARD[:6])
    call.hear_out()
    assert "555" not in shown(call)
    assert [each.keys for each in call.transcript if isinstance(each, Pressed)] == ["2", *DOT * 6]


def test_a_card_number_is_never_shown_wherever_it_is_typed(call: Simulation) -> None:
    call.press(CARD + "#")
    assert "5555" not in shown(call)


def test_an_option_that_leads_to_a_secure_form_is_shown(call: Simulation) -> None:
    call.press("1")
    assert call.is_secure
    assert [each.keys for each in call.transcript if isinstance(each, Pressed)] == ["1"]


def test_time_passes_only_where_it_is_told_to(call: Simulation) -> None:
    assert call.now == 0
    call.wait(0.2)
    assert call.now == pytest.approx(0.2)
    call.stay_silent()
    said = [each for each in call.transcript if isinstance(each, Said)]
    assert said[1].text.startswith("silent_1")
    assert said[1].at == pytest.approx(said[0].seconds + 6)


def test_silence_ends_with_a_person_and_nothing_goes_on_after_it(call: Simulation) -> None:
    for _ in range(9):
        call.stay_silent()
    assert call.left == Queue("people")
    assert call.finished
    count = len(call.transcript)
    call.press("1")
    call.hang_up()
    assert len(call.transcript) == count


def test_a_back_end_may_answer_by_itself_a_second_later(tmp_path: Path) -> None:
    asked: list[AskBackEnd] = []

    def answer(question: AskBackEnd) -> Reply:
        asked.append(question)
        return Reply("locked")

    call = Simulation(menus(tmp_path, STEPS), Stage(language="en"), start="activate", back_end=answer)
    call.press(CARD + "#")
    call.press(BIRTH)
    call.wait(5)
    assert [each.action for each in asked] == ["card.activate"]
    assert call.left == Queue("security", 80)


def test_a_late_answer_changes_nothing_and_an_answer_to_nothing_is_refused(call: Simulation) -> None:
    with pytest.raises(NothingAsked):
        call.reply("ok")
    call.press("1")
    call.press(CARD + "#")
    call.press(BIRTH)
    call.wait(30)
    assert call.left == Queue("people")
    call.reply("ok")
    assert call.left == Queue("people")
    with pytest.raises(NothingAsked):
        call.reply("ok")


def test_the_end_names_priority_and_what_agents_must_know(tmp_path: Path) -> None:
    steps = 'start: {type: menu, prompt: options, choices: {"0": {queue: people, priority: 7, requires: {cards: 2}}}}'
    call = Simulation(menus(tmp_path, steps), Stage())
    call.press("0")
    assert call.transcript[-1] == Left(call.now, "queue people priority 7 requires cards 2")


def test_words_that_end_a_call_are_heard_out_whatever_is_pressed(tmp_path: Path) -> None:
    call = Simulation(menus(tmp_path, "start: {type: hangup, say: bye}\n"), Stage())
    call.press("12")
    assert not call.finished
    call.hear_out()
    assert call.transcript[-1] == Left(call.now, "hung up after bye")


def test_only_the_names_of_fields_are_told(call: Simulation) -> None:
    call.press("1")
    call.press(CARD + "#")
    call.press(BIRTH)
    assert [each.fields for each in call.transcript if isinstance(each, BackEndAsked)] == [("card", "birth")]


def test_numbers_are_spoken_as_words_in_the_language_of_the_call(tmp_path: Path) -> None:
    call = Simulation(menus(tmp_path, STEPS), Stage(language="pl"), start="activate")
    call.press(CARD + "#")
    call.press(BIRTH)
    call.reply("ok", last4="4444")
    call.listen()
    assert any("cztery cztery cztery cztery" in each for each in lines(call.transcript))
    assert "four four four four" in call.heard_last("en")


def test_a_stage_tells_the_hours_queues_and_announcements_it_was_told() -> None:
    stage = Stage(
        states={"shop": "holiday"},
        queues={"people": QueueStatus(waiting=4)},
        spoken={"outage": "down", "strike": "wait"},
    )
    assert stage.hours("shop", stage.moment) == "holiday"
    assert stage.hours("other", stage.moment) == "open"
    assert Stage(always="closed").hours("other", stage.moment) == "closed"
    assert stage.queue("people").waiting == 4
    assert stage.queue("other").agents_ready == 1
    assert stage.announcements(("strike", "snow")) == ("wait",)


def test_an_announcement_is_said_though_the_menus_have_no_words_for_it(tmp_path: Path) -> None:
    class Announcing(Quiet):
        def announced(self, language: str, prompt: str) -> tuple[Segment, ...]:
            return (f"{prompt}.1", Slot("digits", "last4")) if language == "en" else ()

    place = "start: {type: say, prompt: hello, announcements: [outage], next: {queue: people}}\n"
    stage = Stage(language="en", spoken={"outage": "news"}, attributes={"last4": "12"}, rest=Announcing())
    call = Simulation(menus(tmp_path, place), stage)
    said = [each.segments for each in call.transcript if isinstance(each, Said)]
    assert said == [("hello", "news.1", "n.1", "n.2")]


def test_sounds_that_are_no_words_have_a_name_and_a_length() -> None:
    catalogue = Catalogue()
    catalogue.add("en", "beep", Tone(tone=(440.0,), seconds=2.0))
    catalogue.add("en", "pause", Silence(silence=0.5))
    catalogue.add("en", "sum", "You pay {number:sum}. Thank you")
    catalogue.add_words({"en": {"n.2": "two"}})
    hearing = Hearing(catalogue)
    assert (
        hearing.text(("beep", "sum.1", "n.2", "pause", "en:sum.2"), "en") == "(beep) You pay two, Thank you"
    )
    assert hearing.text(("sum.1", "n.2", "sum.2"), "en") == "You pay two. Thank you"
    assert hearing.prompts(("sum.1", "n.2", "sum.2", "sum.1", "n.2", "sum.2", "beep"), "en") == (
        "sum",
        "sum",
        "beep",
    )
    assert hearing.seconds(("beep", "pause"), "en") == 2.5
    assert 0 < hearing.seconds(("n.2",), "en") < 1


def test_times_are_minutes_and_seconds() -> None:
    assert [clock(0), clock(7.46), clock(59.96), clock(600)] == ["0:00.0", "0:07.5", "1:00.0", "10:00.0"]
