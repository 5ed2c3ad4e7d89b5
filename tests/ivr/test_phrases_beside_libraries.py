"""Spoken phrases beside CLDR (by babel) and num2words: the same where those are right, and where they are not, shown.

The list of what is wrong or unfit there stands in docs/decisions/0011-spoken-phrases.md; should a new version of a
library put one right, its test here fails and the line goes.
"""

from __future__ import annotations

import re
from datetime import date

import pytest
from babel import Locale
from babel.dates import get_month_names
from babel.numbers import format_currency
from babel.units import format_unit
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from ivr import phrases
from ivr.phrases import Gender, pl

LANGUAGES = sorted(phrases.LANGUAGES)
languages = st.sampled_from(LANGUAGES)
UNITS = ("hour", "minute", "second")
# By CLDR class. People are no unit of CLDR, subunits no currency of it: their forms stand here.
NOUNS = {
    "en": {
        "person": {"one": "person", "other": "people"},
        "eur.sub": {"one": "cent", "other": "cents"},
        "usd.sub": {"one": "cent", "other": "cents"},
        "pln.sub": {"one": "grosz", "other": "groszy"},
    },
    "es": {
        "person": {"one": "persona", "other": "personas", "many": "de personas"},
        "eur.sub": {"one": "céntimo", "other": "céntimos", "many": "de céntimos"},
        "usd.sub": {"one": "centavo", "other": "centavos", "many": "de centavos"},
        "pln.sub": {"one": "grosz", "other": "groszy", "many": "de groszy"},
    },
    "pl": {
        "person": {"one": "osoba", "few": "osoby", "many": "osób"},
        "eur.sub": {"one": "cent", "few": "centy", "many": "centów"},
        "usd.sub": {"one": "cent", "few": "centy", "many": "centów"},
        "pln.sub": {"one": "grosz", "few": "grosze", "many": "groszy"},
    },
}
# Adjectives of countries, which nobody says of the money in use.
COUNTRIES = re.compile(
    r" (polski\w*|złoty\w* polski\w*|amerykańsk\w+|polacos?|estadounidenses?)$|(Polish|US) "
)


def number(value: int, language: str) -> str:
    return phrases.text(phrases.number(value, language), language)


def counted(count: int, noun: str, language: str) -> str:
    return phrases.text(phrases.counted(count, noun, language), language)


def noun_of(count: int, noun: str, language: str) -> str:
    """What is said after the number, `de` with it."""
    spoken = phrases.counted(count, noun, language)
    return phrases.text(spoken[-2:] if spoken[-2] == "w.de" else spoken[-1:], language)


def class_of(count: int, language: str) -> str:
    return str(Locale.parse(language).plural_form(count))


# Every count of a call, and samples of all to two millions; the edges of classes come often.
counts = st.one_of(
    st.integers(0, 2_000_000),
    st.integers(0, 2000),
    st.builds(lambda base, ones: base + ones, st.sampled_from([0, 100, 1000, 10**6]), st.integers(0, 30)),
    st.just(2_000_000),
)


@given(counts, languages, st.data())
def test_a_noun_stands_in_the_form_of_its_cldr_class(count: int, language: str, data: st.DataObject) -> None:
    noun = data.draw(st.sampled_from(sorted(NOUNS[language])))
    assert noun_of(count, noun, language) == NOUNS[language][noun][class_of(count, language)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_count_of_a_long_queue_takes_the_form_of_its_cldr_class(language: str) -> None:
    for noun, forms in NOUNS[language].items():
        for count in (*range(1300), *range(999_900, 1_000_200), 2_000_000):
            assert noun_of(count, noun, language) == forms[class_of(count, language)], count


@given(counts, languages, st.sampled_from(UNITS))
def test_units_of_time_are_those_of_cldr(count: int, language: str, unit: str) -> None:
    if class_of(count, language) == "many" and language == "es":
        return  # babel has none, see below
    theirs = format_unit(count, f"duration-{unit}", length="long", locale=language)
    assert noun_of(count, unit, language) == re.sub(r"^[\d.,\s]+", "", theirs)


@given(counts, languages, st.sampled_from(phrases.CURRENCIES))
def test_money_is_that_of_cldr_but_for_the_country(count: int, language: str, currency: str) -> None:
    named = format_currency(
        count, currency, format="#,##0", locale=language, format_type="name", currency_digits=False
    )
    name = COUNTRIES.sub("", re.sub(r"^[\d.,\s]+", "", named))
    ours = noun_of(count, currency.lower(), language).removeprefix("de ")
    assert ours == name


@pytest.mark.parametrize("language", LANGUAGES)
def test_months_are_those_of_cldr(language: str) -> None:
    for month, name in get_month_names("wide", "format", language).items():
        said = phrases.text(phrases.day(date(2026, month, 1), language), language)
        assert f" {name} " in f" {said} "


@given(st.integers(0, 2_000_000))
def test_our_polish_rule_is_the_plural_rule_of_cldr(count: int) -> None:
    assert pl.plural(count) == class_of(count, "pl")


numbers = st.one_of(st.integers(0, phrases.LARGEST), st.integers(0, 10**6), st.integers(0, 3000))


@given(numbers)
def test_english_numbers_are_those_of_num2words_but_for_and_and_commas(value: int) -> None:
    assert number(value, "en") == num2words(value, lang="en").replace(" and ", " ").replace(",", "")


@given(numbers)
def test_polish_numbers_are_those_of_num2words(value: int) -> None:
    assert number(value, "pl") == num2words(value, lang="pl")


def cut(spanish: str) -> str:
    """Put right what num2words says before mil and millones."""
    spanish = re.sub(r"veintiuno (mil|millones)\b", r"veintiún \1", spanish)
    return re.sub(r"\buno (mil|millones)\b", r"un \1", spanish)


@given(numbers)
def test_spanish_numbers_are_those_of_num2words_but_for_one_before_mil_and_millones(value: int) -> None:
    assert number(value, "es") == cut(num2words(value, lang="es"))


sums = st.integers(1, 2 * 10**8)


@given(sums)
def test_polish_sums_are_those_of_num2words_but_for_the_comma_and_noughts(minor: int) -> None:
    theirs = num2words(minor, lang="pl", to="currency", currency="PLN")
    theirs = theirs.removeprefix("zero złotych, ").removesuffix(", zero groszy").replace(",", "")
    assert phrases.text(phrases.money(minor, "PLN", "pl"), "pl") == theirs


@given(
    sums.filter(lambda minor: (minor // 100) % 10**6),
    st.sampled_from([("EUR", "euros", "céntimos"), ("USD", "dólares", "centavos")]),
)
def test_spanish_sums_are_those_of_num2words_but_for_noughts_and_exact_millions(
    minor: int, money: tuple[str, str, str]
) -> None:
    currency, units, subunits = money
    theirs = cut(num2words(minor, lang="es", to="currency", currency=currency))
    theirs = theirs.removeprefix(f"cero {units} con ").removesuffix(f" con cero {subunits}")
    assert phrases.text(phrases.money(minor, currency, "es"), "es") == theirs


def test_english_ordinals_are_those_of_num2words_but_for_and() -> None:
    for value in range(1, phrases.LARGEST_ORDINAL + 1):
        theirs = num2words(value, lang="en", to="ordinal").replace(" and ", " ")
        assert phrases.text(phrases.ordinal(value, "en"), "en") == theirs


def test_polish_ordinals_are_those_of_num2words_which_knows_the_masculine_only() -> None:
    for value in range(1, phrases.LARGEST_ORDINAL + 1):
        theirs = num2words(value, lang="pl", to="ordinal")
        theirs = theirs.replace("trzysetny", "trzechsetny").replace("czterysetny", "czterechsetny")
        assert phrases.text(phrases.ordinal(value, "pl", gender=Gender.MASCULINE), "pl") == theirs


# What is wrong or not usable there, each line as the decision lists it.
WRONG = [
    ("es", {}, 21_000, "veintiuno mil", "veintiún mil"),
    ("es", {}, 31_000_000, "treinta y uno millones", "treinta y un millones"),
    ("es", {"to": "ordinal"}, 11, "décimoprimero", "undécimo"),
    ("es", {"to": "ordinal"}, 13, "décimo tercero", "decimotercero"),
    ("es", {"to": "ordinal"}, 40, "quadragésimo", "cuadragésimo"),
    ("pl", {"to": "ordinal"}, 3, "trzeci", "trzecie"),
    ("pl", {"to": "ordinal"}, 300, "trzysetny", "trzechsetne"),
    ("en", {}, 101, "one hundred and one", "one hundred one"),
    ("en", {}, 1100, "one thousand, one hundred", "one thousand one hundred"),
]


@pytest.mark.parametrize(("language", "how", "value", "theirs", "ours"), WRONG)
def test_where_num2words_is_not_what_callers_are_told(
    language: str, how: dict[str, str], value: int, theirs: str, ours: str
) -> None:
    assert num2words(value, lang=language, **how) == theirs
    kind = how.get("to", "number")
    assert phrases.text(phrases.speak(kind, str(value), language), language) == ours


SUMS = [
    ("es", 100_000_000, "EUR", "un millón euros con cero céntimos", "un millón de euros"),
    ("es", 5000, "EUR", "cincuenta euros con cero céntimos", "cincuenta euros"),
    ("es", 50, "EUR", "cero euros con cincuenta céntimos", "cincuenta céntimos"),
    ("pl", 100, "EUR", "jeden euro, zero centów", "jedno euro"),
    ("pl", 300, "USD", "trzy dolary amerykańskie, zero centów", "trzy dolary"),
    ("en", 200, "EUR", "two euro, zero cents", "two euros"),
]


@pytest.mark.parametrize(("language", "minor", "currency", "theirs", "ours"), SUMS)
def test_where_sums_of_num2words_are_not_what_callers_are_told(
    language: str, minor: int, currency: str, theirs: str, ours: str
) -> None:
    assert num2words(minor, lang=language, to="currency", currency=currency) == theirs
    assert phrases.text(phrases.money(minor, currency, language), language) == ours


def test_num2words_has_no_polish_dates() -> None:
    assert num2words(2026, lang="pl", to="year") == "dwa tysiące dwadzieścia sześć"
    assert phrases.text(phrases.day(date(2026, 1, 1), "pl"), "pl").endswith(
        "dwa tysiące dwudziestego szóstego roku"
    )


def test_num2words_has_no_gender_for_what_is_counted() -> None:
    for language in LANGUAGES:
        with pytest.raises(TypeError, match="gender"):
            num2words(2, lang=language, gender="f")
    assert counted(2, "minute", "pl") == "dwie minuty"
    assert counted(21, "person", "es") == "veintiuna personas"


def test_babel_lacks_the_spanish_units_of_exact_millions() -> None:
    assert class_of(10**6, "es") == "many"
    assert format_unit(10**6, "duration-hour", length="long", locale="es") == "1.000.000 duration-hour"
    assert format_unit(10**6, "duration-minute", length="long", locale="es") == "1.000.000 minutos"
    assert counted(10**6, "minute", "es") == "un millón de minutos"


def test_babel_names_the_country_of_every_currency_and_knows_no_subunits() -> None:
    assert format_currency(5, "PLN", format="0", locale="pl", format_type="name").endswith("złotych polskich")
    assert format_currency(5, "USD", format="0", locale="es", format_type="name").endswith(
        "dólares estadounidenses"
    )
