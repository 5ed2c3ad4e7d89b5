from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ivr.authoring.explain import BUILT_IN, DEFAULTS, OUTER, OWN, Row, explain
from tests.ivr.caller import menus

if TYPE_CHECKING:
    from pathlib import Path

FORM = """
start:
  type: form
  secure: true
  timeout: 10
  fields:
    - {name: card, type: card_number, prompt: ask_card, inter_digit_timeout: 5}
    - {name: birth, type: date, prompt: ask_birth}
  submit: {action: card.activate, processing: wait, timeout: 4}
  results:
    ok: {say: done, queue: people, priority: 7}
    already: {hangup: true, say: bye}
    no_match: {retry: true, say: retry}
    locked: {queue: security}
    fraud: {queue: security}
    unavailable: {queue: people}
"""


def rows(tmp_path: Path, text: str, language: str = "en") -> dict[str, Row]:
    return {row.part: row for row in explain(menus(tmp_path, text), language)}


@pytest.mark.parametrize(
    ("part", "value", "source"),
    [
        ("type", "form", OWN),
        ("secure", "yes", OWN),
        ("timeout", "10 s", OWN),
        ("max_failures", "3", BUILT_IN),
        ("noinput", "silent_1, silent_2", DEFAULTS),
        ("fields.card.type", "card_number", OWN),
        ("fields.card.timeout", "10 s", OUTER),
        ("fields.card.inter_digit_timeout", "5 s", OWN),
        ("fields.birth.inter_digit_timeout", "3 s", BUILT_IN),
        ("fields.card.terminator", "#", BUILT_IN),
        ("submit.timeout", "4 s", OWN),
        ("attempts.per_call", "3", BUILT_IN),
        ("results.ok", "the queue people, saying done, priority 7", OWN),
        ("results.already", "the end of the call, saying bye", OWN),
        ("results.no_match", "asking again, saying retry", OWN),
        ("on_max_timeouts", "the queue people", DEFAULTS),
    ],
)
def test_each_value_in_force_is_told_with_where_it_comes_from(
    tmp_path: Path, part: str, value: str, source: str
) -> None:
    row = rows(tmp_path, FORM)[part]
    assert (row.value, row.source) == (value, source)


def test_prompts_are_told_in_words(tmp_path: Path) -> None:
    found = rows(tmp_path, FORM)
    assert found["results.ok"].words == "The card ending in {digits:last4} is active."
    assert found["noinput"].words == "silent_1 / silent_2"
    assert found["fields.card.prompt"].words == "ask_card"
    assert found["timeout"].words == ""


def test_no_value_is_told_twice(tmp_path: Path) -> None:
    found = explain(menus(tmp_path, FORM), "en")
    assert len({row.part for row in found}) == len(found)


def test_one_step_alone(tmp_path: Path) -> None:
    text = "start: {type: say, prompt: hello, next: end}\nend: {type: hangup, say: bye}\n"
    found = explain(menus(tmp_path, text), "en", step="end")
    assert [(row.step, row.part, row.value) for row in found] == [
        ("end", "type", "hangup"),
        ("end", "say", "bye"),
    ]
    assert found[1].words == "bye"
