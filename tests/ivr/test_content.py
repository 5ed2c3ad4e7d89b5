"""A version is made again from its content alone, and its content is what its name says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centralita.configuration import load_configuration
from ivr.compiled import CompiledMenus, compile_menus, compiled_again
from ivr.content import name_of
from ivr.load import load_menus
from ivr.model import MenuFile
from media.catalogue import ANY, Catalogue, Music, Silence, Slot, Tone
from media.prompt_recordings import Recording
from tests.ivr.caller import QUEUES, wording

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]


def every_set() -> list[CompiledMenus]:
    """The golden menus of the tests, and those of the demonstration."""
    golden = load_menus(ROOT / "tests/data/menus/good", wording(), [], queues=QUEUES)
    return [*golden.values(), *load_configuration(ROOT / "config").menus.values()]


SETS = every_set()


@pytest.mark.parametrize("menus", SETS, ids=[each.name for each in SETS])
def test_a_version_is_made_again_from_its_content_alone(menus: CompiledMenus) -> None:
    again = compiled_again(menus.content)
    assert again.version == menus.version == name_of(menus.content)
    assert again.content == menus.content
    assert dict(again.manners) == dict(menus.manners)
    assert dict(again.on_max_timeouts) == dict(menus.on_max_timeouts)
    assert {name: set(step.says()) for name, step in again.steps.items()} == {
        name: set(step.says()) for name, step in menus.steps.items()
    }
    assert compiled_again(again.content).version == menus.version


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for each in value.values() for text in texts(each))
    elif isinstance(value, list):
        yield from (text for each in value for text in texts(each))


@pytest.mark.parametrize("menus", SETS, ids=[each.name for each in SETS])
def test_every_prompt_that_rules_name_anywhere_has_its_words_in_the_content(menus: CompiledMenus) -> None:
    content = json.loads(menus.content)
    for language in menus.languages:
        named = {each for each in texts(content["menus"]) if menus.wording.has(language, each)}
        assert named <= content["words"][language].keys(), "a step must tell all it says: see StepPart.says"


def spoken(catalogue: Catalogue) -> CompiledMenus:
    file = MenuFile.model_validate(
        {
            "schema": "ivr/1",
            "menu_set": "a",
            "languages": ["en", "es"],
            "start": "say",
            "steps": {"say": {"type": "hangup", "say": ["mixed", "tune", "pause", "tone"]}},
        }
    )
    return compile_menus(file, catalogue)


def words() -> Catalogue:
    catalogue = Catalogue()
    for language in ("en", "es"):
        catalogue.add(language, "mixed", "You pay {money:amount} today")
    catalogue.add(ANY, "tune", Music(music="calm", seconds=5))
    catalogue.add(ANY, "pause", Silence(silence=0.5))
    catalogue.add(ANY, "tone", Tone(tone=(440.0,), seconds=0.5))
    return catalogue


def test_words_tones_and_slots_come_back_as_they_were() -> None:
    again = spoken(words())
    again = compiled_again(again.content)
    first, slot, last = again.segments("en", "mixed")
    assert slot == Slot("money", "amount")
    assert isinstance(first, str)
    assert isinstance(last, str)
    assert [again.wording.sound("en", each) for each in (first, last)] == ["You pay", "today"]
    (tune,) = again.segments("es", "tune")
    assert isinstance(tune, str)
    assert again.wording.sound("es", tune) == Music(music="calm", seconds=5)
    assert again.segments("en", "tune") == (tune,), "made once for all languages"


def test_two_versions_of_a_prompt_have_pieces_of_different_names() -> None:
    other = words()
    other.add("en", "mixed", "You owe {money:amount} today")
    before, after = (compiled_again(spoken(each).content) for each in (words(), other))
    first = before.segments("en", "mixed")
    second = after.segments("en", "mixed")
    assert first[0] != second[0]
    assert first[2] == second[2], "what stayed the same is the same sound"
    assert before.version != after.version


def test_a_recording_is_part_of_a_version_by_its_content() -> None:
    voice, recorded, other = words(), words(), words()
    recorded.recordings["en", "mixed.1"] = Recording("1" * 64)
    other.recordings["en", "mixed.1"] = Recording("2" * 64)
    versions = [spoken(each) for each in (voice, recorded, other)]
    assert len({each.version for each in versions}) == 3
    again = compiled_again(versions[1].content)
    (piece, *_) = again.segments("en", "mixed")
    assert isinstance(piece, str)
    assert again.wording.recordings == {("en", piece): Recording("1" * 64)}
    assert again.version == versions[1].version


def test_what_a_later_program_may_take_for_granted_otherwise_is_written_out() -> None:
    menus = json.loads(spoken(words()).content)["menus"]
    assert menus["person"] == "required"
    assert "bargein" not in menus["steps"]["say"]
    assert menus["steps"]["say"]["say"] == ["mixed", "tune", "pause", "tone"]


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="{}"), min_size=1, max_size=40)
PROMPTS = ("one", "two", "three")


@st.composite
def drafts(draw: st.DrawFn) -> CompiledMenus:
    """Menus of any shape, whether or not they make sense."""
    catalogue = Catalogue()
    for prompt in PROMPTS:
        for language in ("en", "es"):
            text = (
                draw(WORDS) + draw(st.sampled_from(["", " {money:amount} ", "{digits:last4}"])) + draw(WORDS)
            )
            catalogue.add(language, prompt, text)
    names = draw(st.lists(st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True), min_size=1, unique=True))
    branches = st.one_of(
        st.builds(lambda to: {"goto": to}, st.sampled_from(names)),
        st.builds(lambda at: {"queue": "people", "priority": at}, st.integers(0, 100)),
        st.builds(lambda said: {"hangup": True, "say": said}, st.lists(st.sampled_from(PROMPTS))),
    )
    choices = st.dictionaries(st.from_regex(r"[0-9*#]{1,2}", fullmatch=True), branches, min_size=1)
    seconds = st.one_of(st.integers(1, 90), st.sampled_from(["20s", "500ms", "1.5s"]))
    menu = st.fixed_dictionaries(
        {"type": st.just("menu"), "prompt": st.sampled_from(PROMPTS), "choices": choices},
        optional={
            "timeout": seconds,
            "bargein": st.booleans(),
            "nomatch": st.lists(st.sampled_from(PROMPTS)),
            "on_max_timeouts": branches,
        },
    )
    say = st.fixed_dictionaries({"type": st.just("say"), "prompt": st.just("two"), "next": branches})
    steps = {name: draw(st.one_of(menu, say)) for name in names}
    head = {"schema": "ivr/1", "menu_set": "a", "languages": ["en", "es"], "start": names[0]}
    return compile_menus(MenuFile.model_validate({**head, "steps": steps}), catalogue)


@given(drafts())
def test_any_menus_are_the_same_when_they_are_made_again(menus: CompiledMenus) -> None:
    again = compiled_again(menus.content)
    assert (again.version, again.content, dict(again.manners)) == (
        menus.version,
        menus.content,
        dict(menus.manners),
    )
    said = [
        [
            each if isinstance(each, Slot) else found.wording.sound(language, each)
            for language in ("en", "es")
            for prompt in PROMPTS
            if again.wording.has(language, prompt)
            for each in found.segments(language, prompt)
        ]
        for found in (menus, again)
    ]
    assert said[0] == said[1]


@pytest.mark.parametrize(
    "content", ["{}", '{"menus": {}, "words": {}}', '{"menus": {"schema_": "ivr/9"}, "words": {}}', "nothing"]
)
def test_a_content_of_another_program_is_refused(content: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        compiled_again(content)
