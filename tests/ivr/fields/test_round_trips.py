"""What is typed from a value comes back as that value, and one wrong digit is seen where there is a check digit."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import phonenumbers
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.es import dni, nie
from stdnum.iso7064 import mod_11_10, mod_97_10
from stdnum.pl import nip, pesel

from base.secret import Secret
from tests.ivr.fields.made import TODAY, bare, field, setting

EIGHT = st.text("0123456789", min_size=8, max_size=8)
unhurried = settings(deadline=None, max_examples=60)
"""A busy machine is no fault."""
CENTURIES = {18: 80, 19: 0, 20: 20}


def sent(kind: str, typed: str, language: str = "en", **keys: Any) -> str:
    """What the back end gets of an entry that must be accepted."""
    made, around = field(kind, **keys), setting(language)
    assert made.refusal(Secret(typed), around) is None
    return bare(made.submitted(Secret(typed), around))["it"]


@unhurried
@given(st.dates(date(1902, 1, 1), TODAY), st.sampled_from(["%d%m%Y dmy", "%m%d%Y mdy", "%Y%m%d ymd"]))
def test_a_date_in_any_order(born: date, form: str) -> None:
    pattern, order = form.split()
    assert sent("date", born.strftime(pattern), order=order) == f"{born:%Y%m%d}"


@unhurried
@given(st.dates(date(2017, 1, 1), date(2036, 1, 1)), st.sampled_from(["%d%m%Y es", "%d%m%Y pl", "%m%d%Y en"]))
def test_a_day_as_the_caller_writes_it(day: date, form: str) -> None:
    pattern, language = form.split()
    assert sent("day", day.strftime(pattern), language, country="US") == day.isoformat()


@unhurried
@given(st.times())
def test_a_time_of_the_day(moment: time) -> None:
    assert sent("time", f"{moment:%H%M}") == f"{moment:%H:%M}"


@unhurried
@given(st.integers(1, 999_999_99), st.integers(0, 3))
def test_a_sum_of_money(minor: int, zeros: int) -> None:
    units, cents = divmod(minor, 100)
    written = f"{units:0{min(7, zeros)}}"
    assert sent("amount", f"{written}*{cents:02}") == str(minor)
    if cents % 10 == 0:
        assert sent("amount", f"{written}*{cents // 10}") == str(minor)


@unhurried
@given(st.sampled_from(["ES", "PL", "US", "GB", "DE"]), st.sampled_from(["ES", "PL", "US"]))
def test_a_telephone_number_from_abroad_is_the_same_number(owner: str, country: str) -> None:
    number = phonenumbers.example_number(owner)
    assert number is not None
    whole = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    abroad = "011" if country == "US" else "00"
    assert sent("phone", abroad + whole[1:], country=country) == whole
    national = phonenumbers.national_significant_number(number)
    assert owner != country or sent("phone", national, country=country) == whole


@unhurried
@given(EIGHT)
def test_a_dni_gets_its_letter(typed: str) -> None:
    whole = sent("dni", typed)
    assert whole.startswith(typed)
    assert dni.is_valid(whole)


@unhurried
@given(st.sampled_from("012"), EIGHT)
def test_a_nie_gets_both_letters(first: str, rest: str) -> None:
    whole = sent("nie", first + rest[1:])
    assert whole[1:-1] == rest[1:]
    assert nie.is_valid(whole)


@unhurried
@given(st.dates(date(1800, 1, 1), TODAY), st.integers(0, 9999), st.integers(0, 10), st.integers(1, 9))
def test_a_pesel_holds_a_birth_of_any_century_and_shows_a_slip(
    born: date, serial: int, at: int, by: int
) -> None:
    month = born.month + CENTURIES[born.year // 100]
    number = f"{born.year % 100:02}{month:02}{born.day:02}{serial:04}"
    number += pesel.calc_check_digit(number)
    assert sent("pesel", number) == number
    assert _refusal("pesel", _slip(number, at, by)) == "checksum"


@unhurried
@given(st.integers(10**8, 10**9 - 1), st.integers(0, 9), st.integers(1, 9))
def test_a_nip_shows_a_slip(number: int, at: int, by: int) -> None:
    check = nip.checksum(f"{number}0")
    assume(check != 10)
    typed = f"{number}{check}"
    assert sent("nip", typed) == typed
    assert _refusal("nip", _slip(typed, at, by)) == "checksum"


@pytest.mark.parametrize(
    ("check", "digits"),
    [
        ("luhn", luhn.calc_check_digit),
        ("mod11", mod_11_10.calc_check_digit),
        ("mod97", mod_97_10.calc_check_digits),
    ],
)
@unhurried
@given(number=EIGHT, at=st.integers(0, 8), by=st.integers(1, 9))
def test_an_account_number_shows_a_slip(check: str, digits: Any, number: str, at: int, by: int) -> None:
    typed = number + digits(number)
    assert sent("account", typed, check=check) == typed
    assert _refusal("account", _slip(typed, at, by), check=check) == "checksum"


@unhurried
@given(st.text("0123456789", min_size=11, max_size=11), st.integers(4, 15), st.integers(1, 9))
def test_a_card_number_shows_a_slip(rest: str, at: int, by: int) -> None:
    number = f"4111{rest}"
    number += luhn.calc_check_digit(number)
    assert sent("card_number", number) == number
    assert _refusal("card_number", _slip(number, at, by)) == "checksum"


def _refusal(kind: str, typed: str, **keys: Any) -> str | None:
    return field(kind, **keys).refusal(Secret(typed), setting())


def _slip(number: str, at: int, by: int) -> str:
    """One digit is another."""
    digits = list(number)
    digits[at] = str((int(digits[at]) + by) % 10)
    return "".join(digits)
