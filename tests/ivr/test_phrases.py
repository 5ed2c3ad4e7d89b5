"""Spoken phrases against tables. Rules: RAE, Nueva gramática s.21 (es); CLDR plural classes one, few, many (pl)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr import phrases
from ivr.phrases import Gender
from ivr.phrases.pl import plural

EURO, ZLOTY, DOLLAR = "EUR", "PLN", "USD"

NUMBERS = [
    ("en", 0, "zero"),
    ("en", 13, "thirteen"),
    ("en", 21, "twenty-one"),
    ("en", 100, "one hundred"),
    ("en", 101, "one hundred one"),
    ("en", 999, "nine hundred ninety-nine"),
    ("en", 1000, "one thousand"),
    ("en", 1234, "one thousand two hundred thirty-four"),
    ("en", 20_001, "twenty thousand one"),
    ("en", 999_999, "nine hundred ninety-nine thousand nine hundred ninety-nine"),
    ("es", 0, "cero"),
    ("es", 1, "uno"),
    ("es", 16, "dieciséis"),
    ("es", 21, "veintiuno"),
    ("es", 22, "veintidós"),
    ("es", 31, "treinta y uno"),
    ("es", 100, "cien"),
    ("es", 101, "ciento uno"),
    ("es", 200, "doscientos"),
    ("es", 500, "quinientos"),
    ("es", 700, "setecientos"),
    ("es", 900, "novecientos"),
    ("es", 1000, "mil"),
    ("es", 1001, "mil uno"),
    ("es", 1100, "mil cien"),
    ("es", 2000, "dos mil"),
    ("es", 21_000, "veintiún mil"),
    ("es", 31_000, "treinta y un mil"),
    ("es", 100_000, "cien mil"),
    ("es", 101_000, "ciento un mil"),
    ("es", 555_555, "quinientos cincuenta y cinco mil quinientos cincuenta y cinco"),
    ("pl", 0, "zero"),
    ("pl", 1, "jeden"),
    ("pl", 14, "czternaście"),
    ("pl", 19, "dziewiętnaście"),
    ("pl", 22, "dwadzieścia dwa"),
    ("pl", 100, "sto"),
    ("pl", 200, "dwieście"),
    ("pl", 500, "pięćset"),
    ("pl", 1000, "tysiąc"),
    ("pl", 2000, "dwa tysiące"),
    ("pl", 5000, "pięć tysięcy"),
    ("pl", 12_000, "dwanaście tysięcy"),
    ("pl", 21_000, "dwadzieścia jeden tysięcy"),
    ("pl", 22_000, "dwadzieścia dwa tysiące"),
    ("pl", 112_000, "sto dwanaście tysięcy"),
    ("pl", 1999, "tysiąc dziewięćset dziewięćdziesiąt dziewięć"),
]
COUNTS = [
    ("es", 1, Gender.FEMININE, "una"),
    ("es", 21, Gender.FEMININE, "veintiuna"),
    ("es", 31, Gender.FEMININE, "treinta y una"),
    ("es", 200, Gender.FEMININE, "doscientas"),
    ("es", 200_000, Gender.FEMININE, "doscientas mil"),
    ("es", 21_001, Gender.FEMININE, "veintiún mil una"),
    ("es", 11, Gender.FEMININE, "once"),
    ("pl", 1, Gender.FEMININE, "jedna"),
    ("pl", 2, Gender.FEMININE, "dwie"),
    ("pl", 12, Gender.FEMININE, "dwanaście"),
    ("pl", 21, Gender.FEMININE, "dwadzieścia jeden"),
    ("pl", 22, Gender.FEMININE, "dwadzieścia dwie"),
    ("pl", 102, Gender.FEMININE, "sto dwie"),
    ("pl", 2000, Gender.FEMININE, "dwa tysiące"),
    ("pl", 1, Gender.NEUTER, "jedno"),
    ("pl", 2, Gender.NEUTER, "dwa"),
    ("en", 21, Gender.FEMININE, "twenty-one"),
]
MONEY = [
    ("en", 100, EURO, "one euro"),
    ("en", 2100, EURO, "twenty-one euros"),
    ("en", 123_450, EURO, "one thousand two hundred thirty-four euros and fifty cents"),
    ("en", 1, EURO, "one cent"),
    ("en", 0, EURO, "zero euros"),
    ("en", 101, DOLLAR, "one dollar and one cent"),
    ("en", 500, ZLOTY, "five zlotys"),
    ("es", 100, EURO, "un euro"),
    ("es", 200, EURO, "dos euros"),
    ("es", 2100, EURO, "veintiún euros"),
    ("es", 3100, EURO, "treinta y un euros"),
    ("es", 10_000, EURO, "cien euros"),
    ("es", 10_100, EURO, "ciento un euros"),
    ("es", 100_000, EURO, "mil euros"),
    ("es", 2_100_000, EURO, "veintiún mil euros"),
    ("es", 123_450, EURO, "mil doscientos treinta y cuatro euros con cincuenta céntimos"),
    ("es", 101, EURO, "un euro con un céntimo"),
    ("es", 1221, EURO, "doce euros con veintiún céntimos"),
    ("es", 50, EURO, "cincuenta céntimos"),
    ("es", 0, EURO, "cero euros"),
    ("es", 101, DOLLAR, "un dólar con un centavo"),
    ("es", 202, DOLLAR, "dos dólares con dos centavos"),
    ("pl", 100, ZLOTY, "jeden złoty"),
    ("pl", 200, ZLOTY, "dwa złote"),
    ("pl", 500, ZLOTY, "pięć złotych"),
    ("pl", 1200, ZLOTY, "dwanaście złotych"),
    ("pl", 1400, ZLOTY, "czternaście złotych"),
    ("pl", 2100, ZLOTY, "dwadzieścia jeden złotych"),
    ("pl", 2200, ZLOTY, "dwadzieścia dwa złote"),
    ("pl", 2500, ZLOTY, "dwadzieścia pięć złotych"),
    ("pl", 11_200, ZLOTY, "sto dwanaście złotych"),
    ("pl", 12_300, ZLOTY, "sto dwadzieścia trzy złote"),
    ("pl", 100_000, ZLOTY, "tysiąc złotych"),
    ("pl", 123_450, ZLOTY, "tysiąc dwieście trzydzieści cztery złote pięćdziesiąt groszy"),
    ("pl", 1, ZLOTY, "jeden grosz"),
    ("pl", 2, ZLOTY, "dwa grosze"),
    ("pl", 21, ZLOTY, "dwadzieścia jeden groszy"),
    ("pl", 24, ZLOTY, "dwadzieścia cztery grosze"),
    ("pl", 0, ZLOTY, "zero złotych"),
    ("pl", 100, EURO, "jedno euro"),
    ("pl", 200, EURO, "dwa euro"),
    ("pl", 500, EURO, "pięć euro"),
    ("pl", 10_100, EURO, "sto jeden euro"),
    ("pl", 1250, EURO, "dwanaście euro pięćdziesiąt centów"),
    ("pl", 103, EURO, "jedno euro trzy centy"),
    ("pl", 300, DOLLAR, "trzy dolary"),
    ("pl", 1100, DOLLAR, "jedenaście dolarów"),
]


@pytest.mark.parametrize(("language", "value", "spoken"), NUMBERS)
def test_numbers(language: str, value: int, spoken: str) -> None:
    assert phrases.text(phrases.number(value, language), language) == spoken


@pytest.mark.parametrize(("language", "value", "gender", "spoken"), COUNTS)
def test_counts_agree_with_what_is_counted(language: str, value: int, gender: Gender, spoken: str) -> None:
    assert phrases.text(phrases.number(value, language, gender=gender), language) == spoken


@pytest.mark.parametrize(("language", "minor", "currency", "spoken"), MONEY)
def test_money(language: str, minor: int, currency: str, spoken: str) -> None:
    assert phrases.text(phrases.money(minor, currency, language), language) == spoken


@pytest.mark.parametrize(
    ("language", "spoken"),
    [("en", "zero zero one two"), ("es", "cero cero uno dos"), ("pl", "zero zero jeden dwa")],
)
def test_card_endings_are_read_figure_by_figure(language: str, spoken: str) -> None:
    assert phrases.text(phrases.speak("digits", "0012", language), language) == spoken


@pytest.mark.parametrize(
    ("kind", "value"), [("money", "12 XXX"), ("money", "EUR"), ("number", "x"), ("colour", "1")]
)
def test_a_value_that_does_not_fit_its_slot_is_silent(kind: str, value: str) -> None:
    assert phrases.speak(kind, value, "es") == ()


@given(
    st.integers(0, 10**12), st.sampled_from(phrases.CURRENCIES), st.sampled_from(sorted(phrases.LANGUAGES))
)
def test_every_sum_has_a_sound_for_each_word(minor: int, currency: str, language: str) -> None:
    spoken = phrases.money(minor, currency, language)
    assert spoken
    assert set(spoken) <= phrases.words(language).keys()


@given(st.integers(0, phrases.LARGEST), st.sampled_from(Gender), st.sampled_from(sorted(phrases.LANGUAGES)))
def test_every_number_has_a_sound_for_each_word(value: int, gender: Gender, language: str) -> None:
    assert set(phrases.number(value, language, gender=gender)) <= phrases.words(language).keys()


@given(st.integers(0, phrases.LARGEST))
def test_two_numbers_never_sound_alike(value: int) -> None:
    for language in phrases.LANGUAGES:
        here = phrases.text(phrases.number(value, language), language)
        assert here != phrases.text(phrases.number((value + 1) % 1_000_000, language), language)


@pytest.mark.parametrize(
    ("form", "counts"),
    [
        ("one", [1]),
        ("few", [2, 3, 4, 22, 24, 33, 102, 104, 1002]),
        ("many", [0, 5, 10, 11, 12, 13, 14, 20, 21, 25, 101, 111, 112, 114, 1001, 1012]),
    ],
)
def test_polish_plurals_are_those_of_cldr(form: str, counts: list[int]) -> None:
    assert [plural(each) for each in counts] == [form] * len(counts)


def test_spanish_thousand_never_has_one_before_it() -> None:
    for value in range(1000, 2000):
        assert phrases.text(phrases.number(value, "es"), "es").startswith("mil")
