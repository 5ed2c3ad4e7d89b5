"""Steps `voicemail`, `callback` and `survey`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from calls.destination import Hangup, Queue
from ivr.commands import AskBackEnd, RecordMessage, SetAttribute, StopMessage
from ivr.events import DigitPressed, MessageEnded
from ivr.session import MenuSession
from ivr.surroundings import Quiet
from tests.ivr import caller as kit
from tests.ivr.caller import Caller, load

if TYPE_CHECKING:
    from base.document import Fault
    from ivr.compiled import CompiledMenus

FILE = Path(__file__).resolve().parents[1] / "data/menus/good/message_and_callback.yaml"


@pytest.fixture
def menus() -> CompiledMenus:
    faults: list[Fault] = []
    found = load(FILE, faults)
    assert found is not None, faults
    return found


def speaking(menus: CompiledMenus) -> Caller:
    """A caller whose message is being recorded."""
    caller = Caller(menus).press("1").listen().listen()
    assert [each.mailbox for each in commands(caller, RecordMessage)] == ["changes"]
    return caller


def commands(caller: Caller, kind: type) -> list:  # type: ignore[type-arg]
    return [each for each in caller.commands if isinstance(each, kind)]


def message_ends(caller: Caller, seconds: float, recording: str | None = "m.wav") -> Caller:
    """A key, and the recording is on disk."""
    caller.call.dictation.recording = recording
    caller.call.talk(seconds)
    return caller.press("#").wait(0.2)


def test_a_key_ends_the_message_and_it_becomes_a_case(menus: CompiledMenus) -> None:
    caller = message_ends(speaking(menus), 6.0)
    assert len(commands(caller, StopMessage)) == 1
    caller.press("1")
    assert SetAttribute("message", "m.wav") in caller.commands
    assert caller.asked is not None
    assert caller.asked.fields["message"] == "m.wav"
    assert caller.asked.fields["kind"] == "address"
    caller.reply("ok", reference="123").listen()
    assert caller.left == Hangup(cause=16)


def with_prompt(folder: Path, prompt: str) -> CompiledMenus:
    path = folder / "message_and_callback.yaml"
    path.write_text(FILE.read_text().replace("    prompt: hello\n", f"    prompt: {prompt}\n"))
    faults: list[Fault] = []
    found = load(path, faults)
    assert found is not None, faults
    return found


def test_a_notice_before_the_message_is_heard_whole(tmp_path: Path) -> None:
    caller = Caller(with_prompt(tmp_path, "[{say: notice, bargein: false}, hello]")).press("1").press("5")
    assert caller.said[-1] == ("notice",)
    assert caller.listen().said[-1] == ("loop",), "the rest gives way to the key, and the beep follows"


def test_a_message_whose_words_no_key_cuts(tmp_path: Path) -> None:
    caller = Caller(with_prompt(tmp_path, "hello\n    bargein: false")).press("1").press("5")
    assert caller.said[-1] == ("hello",)
    assert caller.listen().said[-1] == ("loop",)


def test_a_pause_or_the_longest_time_ends_it_too(menus: CompiledMenus) -> None:
    caller = speaking(menus)
    caller.wait(4.0)
    assert commands(caller, StopMessage)
    caller = speaking(menus).wait(30.0)
    assert commands(caller, StopMessage)


def test_the_pause_that_ends_a_message_is_nothing_said(menus: CompiledMenus) -> None:
    caller = speaking(menus)
    caller.call.talk(6.0)
    assert caller.wait(30.0).records("menu.message")[-1]["seconds"] == 6.0
    silent = speaking(menus).wait(30.0)
    assert silent.records("menu.message")[-1]["result"] == "empty"


def test_messages_and_questions_are_numbered_over_the_menus_of_a_contact(menus: CompiledMenus) -> None:
    session = MenuSession(menus, start=None, language="en", caller=replace(kit.FACTS, requests=4))
    session.start(now=0.0)
    session.feed(DigitPressed("1"), now=1.0)
    session.handle_timeout(now=200.0)
    (recorded,) = [each for each in session.handle_timeout(now=400.0) if isinstance(each, RecordMessage)]
    assert recorded.message == 5


def test_a_message_that_is_never_on_disk_leads_where_failure_does(menus: CompiledMenus) -> None:
    caller = speaking(menus)
    feed = caller.session.feed
    feed(DigitPressed("#"), now=caller.now)
    assert feed(MessageEnded(99, 6.0, "another.wav"), now=caller.now) == []
    assert caller.wait(10).listen().left == Queue("people")
    assert message_ends(speaking(menus), 0.0, None).listen().left == Queue("people")


def test_nothing_said_is_no_message(menus: CompiledMenus) -> None:
    caller = message_ends(speaking(menus), 0.4).listen()
    assert caller.left == Queue("people")
    assert caller.records("menu.message")[-1]["result"] == "empty"


def test_it_can_be_said_again(menus: CompiledMenus) -> None:
    caller = message_ends(speaking(menus), 6.0).press("2").listen().listen()
    assert len(commands(caller, RecordMessage)) == 2
    assert [(each["result"], each["recording"]) for each in caller.records("menu.message")] == [
        ("kept", "m.wav"),
        ("discarded", "m.wav"),
    ]
    # The end of the first message no longer counts.
    assert caller.session.feed(MessageEnded(1, 6.0, "old.wav"), now=caller.now) == []


def test_a_caller_who_hangs_up_amid_a_message_is_over(menus: CompiledMenus) -> None:
    assert speaking(menus).hang_up().session.finished


def test_called_back_at_the_number_one_calls_from(menus: CompiledMenus) -> None:
    caller = Caller(menus).press("2").press("1")
    assert caller.asked is not None
    assert caller.asked.action == "callback.promise"
    asked = [caller.asked.fields[name] for name in ("number", "queue", "language")]
    assert asked == ["+34911222333", "people", "en"]
    assert caller.reply("ok", reference="77").listen().left == Hangup(cause=16)


def test_called_back_at_another_number_that_is_confirmed(menus: CompiledMenus) -> None:
    caller = Caller(menus).press("2").press("2").press("600111222#")
    assert not commands(caller, AskBackEnd)  # not before it is confirmed
    caller.press("1")
    assert caller.asked is not None
    assert caller.asked.fields["number"] == "+34600111222"
    assert caller.reply("unavailable").listen().left == Queue("people")


def test_without_a_number_to_call_it_is_asked_for(
    menus: CompiledMenus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kit, "FACTS", replace(kit.FACTS, caller="anonymous"))
    caller = Caller(menus).press("2").press("806111222#")
    assert caller.records("field.captured")[-1]["reason"] in ("premium", "number")
    caller.press("911222444#").press("1")
    assert caller.asked is not None
    assert caller.asked.fields["number"] == "+34911222444"


class Promised(Quiet):
    """Surroundings where some numbers are not simply called back."""

    def __init__(self, verdict: str) -> None:
        self.verdict = verdict

    def callback(self, queue: str, number: str) -> tuple[str, str]:
        assert (queue, number) == ("people", "+34911222333")
        return self.verdict, "77" if self.verdict == "standing" else ""


def test_who_is_to_be_called_back_already_is_told_so_and_asked_nothing(menus: CompiledMenus) -> None:
    caller = Caller(menus, rest=Promised("standing")).press("2")
    assert SetAttribute("reference", "77") in caller.commands
    assert not commands(caller, AskBackEnd)
    assert caller.listen().left == Hangup(cause=16)
    assert caller.said[-1] == ("bye",)


def test_a_number_that_is_never_called_back_is_not_offered(menus: CompiledMenus) -> None:
    caller = Caller(menus, rest=Promised("refused")).press("2")
    assert caller.said[-1] == ("ask_number",)


@pytest.mark.parametrize(("result", "said"), [("standing", "bye"), ("refused", "connecting")])
def test_what_stands_and_what_is_refused_lead_on_where_nothing_else_is_said(
    menus: CompiledMenus, result: str, said: str
) -> None:
    caller = Caller(menus).press("2").press("1")
    caller.reply(result, **({"reference": "77"} if result == "standing" else {}))
    assert (said,) in caller.said


def test_a_survey_notes_each_answer(menus: CompiledMenus) -> None:
    caller = Caller(menus).press("3").press("5").press("0").listen()
    answers = [(each["question"], each["answer"], each["most"]) for each in caller.records("survey.answered")]
    assert answers == [("content", 5, 5), ("likely", 0, 9)]
    assert caller.left == Hangup(cause=16)


def test_a_survey_that_nobody_answers_leads_on_and_notes_nothing(menus: CompiledMenus) -> None:
    caller = Caller(menus).press("3").wait(100)
    assert caller.left == Hangup(cause=16)
    assert not caller.records("survey.answered")
    assert Caller(menus).press("3").press("9").press("9").press("9").listen().left == Hangup(cause=16)
