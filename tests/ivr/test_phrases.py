"""Spoken phrases against tables (tests/data/phrases: each case with its source) and laws that hold for every value."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr import phrases
from ivr.answers import FACT_FORMS
from ivr.phrases import Gender, figures
from ivr.wording import load_wording
from media import catalogue
from media.catalogue import Silence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from base.document import Fault

DATA = Path(__file__).parent.parent / "data" / "phrases"
LANGUAGES = sorted(phrases.LANGUAGES)
languages = st.sampled_from(LANGUAGES)


class Case(NamedTuple):
    """One line of a table."""

    language: str
    kind: str
    value: str
    words: str
    source: str


def table() -> Iterator[Case]:
    for language in LANGUAGES:
        for line in (DATA / f"{language}.tsv").read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                yield Case(language, *line.split("\t"))


CASES = list(table())


def said(kind: str, value: str, language: str) -> str:
    """The words of a slot; `number.f` is the feminine, which no slot asks for."""
    kind, _, gender = kind.partition(".")
    if not gender:
        return phrases.text(phrases.speak(kind, value, language), language)
    form = {"number": phrases.number, "ordinal": phrases.ordinal}[kind]
    return phrases.text(form(int(value), language, gender=Gender(gender)), language)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.language} {case.kind} {case.value}")
def test_a_value_is_spoken_as_its_source_says(case: Case) -> None:
    assert said(case.kind, case.value, case.language) == case.words, case.source


def test_the_tables_are_large_sourced_and_of_every_kind() -> None:
    assert len(CASES) >= 300
    assert all(case.source.strip() for case in CASES)
    assert len({case[:3] for case in CASES}) == len(CASES)
    for language in LANGUAGES:
        kinds = {case.kind for case in CASES if case.language == language}
        assert set(phrases.KINDS) <= kinds


def test_a_prompt_may_have_every_kind_of_slot_and_no_other() -> None:
    assert set(catalogue.KINDS) == set(phrases.KINDS)


UNFIT = {
    "digits": ["", "-", "12a", "●●●●", "\uff11\uff12", "\u0663", "1" * 35, "1\n"],
    "money": [
        "",
        "EUR",
        "12",
        "12 XXX",
        "12.50 EUR",
        "12 EUR ",
        "1e3 EUR",
        "٣ EUR",
        "1" * 19 + " EUR",
        "12 eur",
    ],
    "number": ["", "x", "1.5", "--1", "+1", " 1", "1 ", "²", "٣", "1_000", "9" * 5000],
    "ordinal": ["", "0", "-1", "1000", "1.", "x", "9" * 5000],
    "date": [
        "",
        "21-11-2026",
        "20261121",
        "2026-W47-6",
        "2026-02-30",
        "0999-12-31",
        "3000-01-01",
        "\u0662\u0660\u0662\u0666-11-21",
    ],
    "time": ["", "24:00", "14:60", "9:05", "14:30:00", "1430", "14.30"],
    "duration": ["", "-1", "1.5", "PT5M", "9" * 13],
    "minutes": ["", "-1", "1.5", "two"],
    "people": ["", "-1", "1.5", "two"],
    "phone": [
        "",
        "911222333",
        "0034911222333",
        "+0911222333",
        "anonymous",
        "+34 911",
        "+1234567890123456",
        "+12345",
    ],
    "card": ["", "****1234", "x", "٣٣٣٣"],
    "letters": ["", "ß!", "a?", "你", "A" * 35],
    "colour": ["1"],
}


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, each in UNFIT.items() for value in each])
def test_a_value_that_does_not_fit_its_slot_is_silent(kind: str, value: str) -> None:
    for language in LANGUAGES:
        assert phrases.speak(kind, value, language) == ()


def test_every_kind_has_values_that_do_not_fit() -> None:
    assert set(phrases.KINDS) < set(UNFIT)


@given(st.sampled_from(phrases.KINDS), st.text(max_size=40), languages)
def test_no_value_breaks_a_slot_and_each_word_has_a_sound(kind: str, value: str, language: str) -> None:
    assert set(phrases.speak(kind, value, language)) <= phrases.words(language).keys()


MINOR = st.integers(-(10**18) + 1, 10**18 - 1)
VALUES = {
    "digits": st.from_regex(r"\A[0-9]{1,34}\Z"),
    "money": st.builds("{} {}".format, MINOR, st.sampled_from(phrases.CURRENCIES)),
    "number": MINOR.map(str),
    "ordinal": st.integers(1, phrases.LARGEST_ORDINAL).map(str),
    "date": st.dates(date(1000, 1, 1), date(2999, 12, 31)).map(date.isoformat),
    "time": st.times().map(lambda time: time.strftime("%H:%M")),
    "duration": st.integers(0, 10**12 - 1).map(str),
    "minutes": st.integers(0, phrases.LARGEST).map(str),
    "people": st.integers(0, phrases.LARGEST).map(str),
    "phone": st.from_regex(r"\A\+[1-9][0-9]{6,14}\Z"),
    "card": st.from_regex(r"\A[0-9]{4,19}\Z"),
    "letters": st.from_regex(r"\A[0-9A-Za-z]{1,34}\Z"),
}


@given(st.data(), st.sampled_from(phrases.KINDS), languages)
def test_every_value_that_fits_is_spoken_in_words_that_have_a_sound(
    data: st.DataObject, kind: str, language: str
) -> None:
    spoken = phrases.speak(kind, data.draw(VALUES[kind]), language)
    assert spoken
    assert set(spoken) <= phrases.words(language).keys()


FACTS = {"reference": "letters", "last4": "card", "balance": "money"}


@given(st.data(), st.sampled_from(sorted(FACTS)), languages)
def test_what_a_back_end_may_tell_can_be_spoken(data: st.DataObject, fact: str, language: str) -> None:
    value = data.draw(st.from_regex(re.compile(FACT_FORMS[fact], re.ASCII), fullmatch=True))
    if fact == "balance":
        value = value[:-3] + data.draw(st.sampled_from(phrases.CURRENCIES))
    if any(each.isalnum() for each in value):
        assert phrases.speak(FACTS[fact], value, language)


@given(st.integers(0, phrases.LARGEST), st.sampled_from(Gender), languages)
def test_two_numbers_never_sound_alike(value: int, gender: Gender, language: str) -> None:
    here = phrases.text(phrases.number(value, language, gender=gender), language)
    after = (value + 1) % (phrases.LARGEST + 1)
    assert here != phrases.text(phrases.number(after, language, gender=gender), language)


def test_no_two_values_of_a_day_a_place_or_a_short_number_sound_alike() -> None:
    hours = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(24 * 60)]
    days = [(date(1999, 1, 1) + timedelta(each)).isoformat() for each in range(4 * 366)]
    places = [str(each) for each in range(1, phrases.LARGEST_ORDINAL + 1)]
    for language in LANGUAGES:
        for kind, values in (("time", hours), ("date", days), ("ordinal", places)):
            assert len({said(kind, value, language) for value in values}) == len(values)


def test_a_word_never_has_the_name_of_a_prompt_and_always_a_text() -> None:
    for language in LANGUAGES:
        for word, text in phrases.words(language).items():
            assert "." in word  # a prompt's id has none
            assert text.strip() == text != ""
        assert 250 < len(phrases.words(language)) < 450  # some hundreds: they are made and held at start


def test_the_pause_is_a_silence_and_the_other_words_are_said() -> None:
    faults: list[Fault] = []
    wording = load_wording([Path("prompts")], faults)
    assert faults == []
    for language in LANGUAGES:
        sounds = {word: wording.sound(language, word) for word in phrases.words(language)}
        silent = {word: sound for word, sound in sounds.items() if not isinstance(sound, str)}
        assert silent == {phrases.PAUSE: Silence(silence=phrases.PAUSE_SECONDS)}
        assert all(any(map(str.isalpha, str(sounds[word]))) for word in sounds.keys() - silent.keys())


@given(st.from_regex(r"\A[0-9]{1,34}\Z"), languages)
def test_a_pause_changes_no_figure_and_leaves_none_alone(value: str, language: str) -> None:
    groups = " ".join(phrases.speak("digits", value, language)).split(phrases.PAUSE)
    assert "".join(group.replace("n.", "").replace(" ", "") for group in groups) == value
    sizes = [len(group.split()) for group in groups]
    assert max(sizes) <= 4
    assert min(sizes) > 1 or len(value) == 1


def test_country_codes_are_those_in_use() -> None:
    for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
        spoken = figures.phone(f"+{code}5550123", home="")
        assert spoken[1 : spoken.index(phrases.PAUSE)] == tuple(f"n.{figure}" for figure in str(code))


def test_a_card_slot_never_says_more_than_four_figures() -> None:
    for length in range(1, 20):
        assert len(phrases.speak("card", "1234567890123456789"[:length], "en")) == min(length, 4)


def test_spanish_thousand_never_has_one_before_it() -> None:
    for value in (*range(1000, 2000), *range(1_001_000, 1_002_000)):
        assert "un mil" not in phrases.text(phrases.number(value, "es"), "es").split("millón")[-1]


def test_what_is_above_the_largest_number_is_read_figure_by_figure() -> None:
    assert said("number", str(phrases.LARGEST + 1), "en").startswith("one zero zero, zero")
    assert said("money", f"{phrases.LARGEST + 1}00 EUR", "es").endswith("cero cero cero cero euros")
