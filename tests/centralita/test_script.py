"""Scripts of the phone: every step read, every fault named, and no digit ever repeated."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centralita.phone.script import (
    Answer,
    BadScript,
    HangUp,
    Hold,
    Keys,
    Play,
    Record,
    Refuse,
    Until,
    Wait,
    read_script,
)

CARD = "4111111111111111"


def test_steps_stand_between_semicolons_or_on_lines() -> None:
    steps = read_script(" answer ; wait 2s\n\nuntil held;\n hang up ")
    assert steps == [Answer(), Wait(2.0), Until("held"), HangUp()]


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("answer", Answer()),
        ("hang up", HangUp()),
        ("hold", Hold(on=True)),
        ("resume", Hold(on=False)),
        ("refuse 486", Refuse(486)),
        ("wait 500ms", Wait(0.5)),
        ("until answered", Until("answered")),
        ("play a file.wav", Play(Path("a file.wav"))),
        ("record heard.wav", Record(Path("heard.wav"))),
        ("record off", Record(None)),
    ],
)
def test_each_step_is_read(text: str, step: object) -> None:
    assert read_script(text) == [step]


def test_keys_are_kept_where_no_printing_shows_them() -> None:
    (step,) = read_script(f"keys {CARD}#*A")
    assert isinstance(step, Keys)
    assert step.keys.reveal() == f"{CARD}#*A"
    assert CARD not in repr(step)
    assert CARD not in f"{step} {[step]}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("pick up", 'no step is called "pick"; there are: wait, until, keys'),
        ("keys", "keys: nothing follows"),
        ("keys 12x", "keys: only 0-9"),
        ("keys 1 2", "keys: only 0-9"),
        ("keys ١٢", "keys: only 0-9"),
        ("wait", "wait: nothing follows"),
        ("wait long", "wait: write a time"),
        ("wait -1s", "wait: write a time"),
        ("until", "until: nothing follows"),
        ("until later", 'until: "later" is not known; there are: answered'),
        ("refuse", "refuse: nothing follows"),
        ("refuse 200", "refuse: write a status"),
        ("refuse 7000", "refuse: write a status"),
        ("play", "play: nothing follows"),
        ("hang", 'no step is called "hang"'),
        ("answer now", 'no step is called "answer"'),
        ("ANSWER", 'no step is called "ANSWER"'),
    ],
)
def test_a_fault_is_named_with_what_is_known(text: str, says: str) -> None:
    with pytest.raises(BadScript, match=says.replace("(", r"\(")):
        read_script(f"answer; {text}")


@pytest.mark.parametrize(
    "text",
    [CARD, f"key {CARD}", f"keys{CARD}", f"keys {CARD}x", f"until {CARD}", f"refuse {CARD}", f"wait {CARD}x"],
)
def test_digits_in_the_wrong_place_are_not_repeated(text: str) -> None:
    with pytest.raises(BadScript) as failed:
        read_script(text)
    assert CARD not in str(failed.value)


@given(st.text(max_size=60))
def test_whatever_is_written_is_read_or_refused_without_its_digits(text: str) -> None:
    try:
        read_script(text)
    except BadScript as error:
        assert not [run for run in ("1111", CARD) if run in text and run in str(error)]
