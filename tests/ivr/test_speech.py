from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.speech import Passage, Speech, unguarded

WELCOME, NOTICE, OPTIONS = Passage(("a", "b")), Passage(("n",), guarded=True), Passage(("o",))


def said(speech: Speech, hurried: list[bool]) -> list[tuple[str, ...]]:
    found = []
    for each in hurried:
        segments = speech.onward(hurried=each)
        if not segments:
            break
        found.append(segments)
    return found


def test_plain_passages_are_one_and_need_no_conducting() -> None:
    speech = Speech([WELCOME, OPTIONS])
    assert not speech.conducted
    assert speech.onward(hurried=False) == ("a", "b", "o")
    assert not speech.guarded
    assert speech.onward(hurried=False) == ()


def test_a_guarded_passage_stands_alone_and_is_conducted_to_the_end() -> None:
    speech = Speech([WELCOME, NOTICE, OPTIONS])
    seen = []
    while segments := speech.onward(hurried=False):
        seen.append((segments, speech.guarded, speech.conducted))
    assert seen == [(("a", "b"), False, True), (("n",), True, True), (("o",), False, True)]
    assert not speech.conducted
    assert not speech.guarded


def test_a_hurried_caller_hears_only_what_is_guarded() -> None:
    assert said(Speech([WELCOME, NOTICE, OPTIONS]), [True] * 4) == [("n",)]
    assert said(Speech([WELCOME, OPTIONS]), [True]) == []


def test_a_prompt_without_words_is_no_passage() -> None:
    speech = Speech([Passage((), guarded=True), WELCOME])
    assert not speech.conducted


def test_what_no_key_may_cut_is_one_passage() -> None:
    assert unguarded([WELCOME, NOTICE]) == (Passage(("a", "b", "n")),)


@settings(deadline=None)
@given(
    st.lists(st.builds(Passage, st.lists(st.integers().map(str), max_size=3).map(tuple), st.booleans())),
    st.lists(st.booleans(), min_size=20, max_size=20),
)
def test_whatever_the_hurry_each_guarded_sound_is_heard_once_and_in_order(
    passages: list[Passage], hurried: list[bool]
) -> None:
    heard = [each for segments in said(Speech(passages), hurried * 9) for each in segments]
    everything = [each for passage in passages for each in passage.segments]
    guarded = [each for passage in passages if passage.guarded for each in passage.segments]
    assert _within(guarded, heard)
    assert _within(heard, everything)


def _within(few: list[str], many: list[str]) -> bool:
    """Whether the few stand among the many in the same order."""
    rest = iter(many)
    return all(each in rest for each in few)
