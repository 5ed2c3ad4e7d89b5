"""Differences in words: each sentence, and that no changed value is ever passed over in silence."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centralita.configuration import load_configuration
from ivr.authoring.diff import diff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONFIG = Path(__file__).resolve().parents[3] / "config"
SETS = load_configuration(CONFIG).menus
BANK = json.loads(SETS["banco_sol"].content)

Place = tuple[str | int, ...]


def steps(content: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = content["menus"]["steps"]
    return found


def told(change: Callable[[dict[str, Any]], object]) -> list[str]:
    """What is said of a change made to the bank's menus."""
    after = copy.deepcopy(BANK)
    change(after)
    return [str(each) for each in diff(json.dumps(BANK), json.dumps(after))]


@pytest.mark.parametrize("name", SETS)
def test_nothing_is_said_of_the_same(name: str) -> None:
    assert diff(SETS[name].content, SETS[name].content) == []


def test_a_key_that_leads_elsewhere() -> None:
    assert told(lambda to: steps(to)["main"]["choices"]["2"].update(goto="person")) == [
        "step main: key 2 now leads to person (was: pay)"
    ]


def test_a_key_that_is_new_and_one_that_is_gone() -> None:
    def change(to: dict[str, Any]) -> None:
        choices = steps(to)["main"]["choices"]
        choices["8"] = {**choices["1"], "say": ["please_wait"]}
        del choices["9"]

    assert told(change) == [
        "step main: key 9 is gone (led to the same again)",
        "step main: key 8 is new and leads to activate, saying please_wait",
    ]


def test_times_limits_and_answers() -> None:
    def change(to: dict[str, Any]) -> None:
        to["menus"]["defaults"]["timeout"] = 7.5
        steps(to)["activate"]["results"]["locked"]["priority"] = 30
        steps(to)["activate"]["timeout"] = 12

    was = BANK["menus"]["defaults"].get("timeout")
    priority = steps(BANK)["activate"]["results"]["locked"]["priority"]
    found = told(change)
    assert f"defaults: timeout: {was:g} s -> 7.5 s" in found
    assert any(each.startswith("step activate: timeout: ") and each.endswith(" -> 12 s") for each in found)
    (answer,) = [each for each in found if "the result locked" in each]
    assert "priority 30" in answer
    assert f"priority {priority}" in answer


def test_a_step_renamed_is_no_step_lost() -> None:
    def change(to: dict[str, Any]) -> None:
        found = steps(to)
        found["bye"] = found.pop("goodbye")
        text = json.dumps(to["menus"]).replace('"goto": "goodbye"', '"goto": "bye"')
        to["menus"] = json.loads(text)

    assert told(change) == ["step bye: was called goodbye"]


def test_a_step_gone_and_a_step_new() -> None:
    def change(to: dict[str, Any]) -> None:
        steps(to)["farewell"] = {"type": "say", "prompt": ["goodbye"], "next": steps(to)["start"]["next"]}
        del steps(to)["goodbye"]

    found = told(change)
    assert "step goodbye: is gone (a hangup)" in found
    (new,) = [each for each in found if each.startswith("step farewell")]
    assert new.startswith("step farewell: is new: a say; prompt goodbye; next ")


def test_words_are_told_before_and_after() -> None:
    def change(to: dict[str, Any]) -> None:
        to["words"]["pl"]["goodbye"] = [{"text": "Do widzenia"}]

    (found,) = told(change)
    assert found.startswith('prompt goodbye (pl): words changed: "')
    assert found.endswith(' -> "Do widzenia"')


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (None, "1" * 64, "now a recording"),
        ("1" * 64, "2" * 64, "recorded anew"),
        ("1" * 64, None, "spoken by the voice again"),
    ],
)
def test_recordings_that_come_change_and_go(before: str | None, after: str | None, said: str) -> None:
    contents = []
    for recording in (before, after):
        content = copy.deepcopy(BANK)
        if recording is not None:
            content["words"]["es"]["goodbye"][0]["recording"] = recording
        contents.append(json.dumps(content))
    (found,) = diff(*contents)
    assert str(found).startswith(f"prompt goodbye (es): {said}")


def leaves(value: Any, place: Place = ()) -> Iterator[Place]:
    if isinstance(value, dict) and value:
        for key, each in value.items():
            yield from leaves(each, (*place, key))
    elif isinstance(value, list) and value:
        for at, each in enumerate(value):
            yield from leaves(each, (*place, at))
    else:
        yield place


LEAVES = sorted(leaves(BANK), key=str)
NUMBER, WORD = 4321, "zzchanged"


def put(content: dict[str, Any], place: Place) -> str:
    """Change the value at a place; a part of what must be told."""
    inside: Any = content
    for key in place[:-1]:
        inside = inside[key]
    old = inside[place[-1]]
    if isinstance(old, bool):
        inside[place[-1]] = not old
        return ""
    if isinstance(old, (dict, list)):  # empty
        inside[place[-1]] = {WORD: 3} if isinstance(old, dict) else [WORD]
        return WORD
    inside[place[-1]] = NUMBER if isinstance(old, (int, float)) else WORD
    return str(NUMBER if isinstance(old, (int, float)) else WORD)


@given(st.lists(st.sampled_from(LEAVES), min_size=1, max_size=6, unique=True))
def test_every_value_that_changed_is_told(places: list[Place]) -> None:
    after = copy.deepcopy(BANK)
    touched = [(place, put(after, place)) for place in places]
    found = [str(each) for each in diff(json.dumps(BANK), json.dumps(after))]
    for place, value in touched:
        where = place[2] if place[:2] == ("menus", "steps") else place[2] if place[0] == "words" else place[1]
        about = [each for each in found if str(where) in each.partition(": ")[0] or "menu set" in each]
        assert any(value in each for each in about), (place, value, found)


@given(st.data())
def test_it_is_silent_only_about_what_is_the_same(data: st.DataObject) -> None:
    after = copy.deepcopy(BANK)
    names = sorted(steps(after))
    for name in data.draw(st.lists(st.sampled_from(names), max_size=3, unique=True)):
        if data.draw(st.booleans()):
            del steps(after)[name]
        else:
            steps(after)[f"{name}_2"] = steps(after).pop(name)
    same = json.dumps(after, sort_keys=True) == json.dumps(BANK, sort_keys=True)
    assert (diff(json.dumps(BANK), json.dumps(after)) == []) is same
