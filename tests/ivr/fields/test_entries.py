"""Every type with entries that it takes and, for each of its reasons, one that it refuses."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from base.secret import Secret
from ivr.fields import FIELD_TYPES
from ivr.fields.amount import minor_units
from ivr.manners import Manners
from tests.ivr.fields.made import bare, field, setting

ES, PL, US = ({"country": each} for each in ("ES", "PL", "US"))
VISA, MASTERCARD, AMEX = "4111111111111111", "5555555555554444", "378282246310005"

REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("card_number", {}, "4111111111111112", "checksum"),
    ("card_number", {}, "41111111111", "length"),
    ("card_number", {}, "", "length"),
    ("card_number", {}, "41111111111116", "length"),  # its check digit is right; no Visa has 14
    ("card_number", {}, "3782822463100054", "length"),
    ("card_number", {}, "555555555555444442", "length"),
    ("card_number", {"bins": ["5555"]}, VISA, "range"),
    ("card_last4", {}, "123", "length"),
    ("expiry", {}, "1026", "past"),
    ("expiry", {}, "1326", "month"),
    ("expiry", {}, "0027", "month"),
    ("expiry", {}, "126", "length"),
    ("expiry", {}, "0147", "far"),
    ("expiry", {}, "0199", "far"),
    ("cvv", {}, "12", "length"),
    ("digits", {"min_digits": 4, "max_digits": 6}, "123", "length"),
    ("account", {}, "", "length"),
    ("account", {"lengths": [8, 10]}, "123456789", "length"),
    ("account", {"begins": ["10", "20"]}, "30002003", "range"),
    ("account", {"check": "luhn"}, "79927398710", "checksum"),
    ("account", {"check": "mod11"}, "794624", "checksum"),
    ("account", {"check": "mod97"}, "12345678979", "checksum"),
    ("amount", {}, "", "length"),
    ("amount", {}, "*", "form"),
    ("amount", {}, "*50", "form"),
    ("amount", {}, "1*2*3", "form"),
    ("amount", {}, "12*505", "form"),
    ("amount", {}, "12345678", "form"),
    ("amount", {}, "0", "least"),
    ("amount", {"least": 100}, "0*99", "least"),
    ("amount", {"most": 10000}, "100*01", "most"),
    ("date", {}, "0102198", "length"),
    ("date", {}, "29022023", "calendar"),
    ("date", {}, "00000000", "calendar"),
    ("date", {}, "31041980", "calendar"),
    ("date", {}, "22112026", "future"),
    ("date", {}, "21111900", "far"),
    ("date", {}, "01010101", "far"),
    ("date", {"past": False}, "21112199", "far"),
    ("date", {"least_age": 18}, "22112008", "age"),
    ("day", {}, "2411202", "length"),
    ("day", {}, "32122026", "calendar"),
    ("day", {"past": False}, "20112026", "past"),
    ("day", {"future": False}, "22112026", "future"),
    ("day", {"within_days": 30}, "22122026", "far"),
    ("day", {}, "01019999", "far"),
    ("time", {}, "14", "length"),
    ("time", {}, "2400", "clock"),
    ("time", {}, "1460", "clock"),
    ("time", {}, "960", "clock"),
    ("time", {"earliest": "09:00"}, "0859", "early"),
    ("time", {"latest": "18:00"}, "1801", "late"),
    ("otp", {}, "12345", "length"),
    ("otp", {"length": 4}, "12345", "length"),
    ("phone", ES, "", "length"),
    ("phone", ES, "112", "length"),
    ("phone", ES, "00", "length"),
    ("phone", ES, "91122233", "length"),
    ("phone", ES, "9112223334", "length"),
    ("phone", US, "5550123", "length"),
    ("phone", ES, "111111111", "number"),
    ("phone", PL, "111111111", "number"),
    ("phone", ES, "00999123456789", "number"),
    ("phone", ES, "806123456", "premium"),
    ("phone", ES, "0019002345678", "premium"),
    ("phone", {**ES, "abroad": False}, "0048221234567", "abroad"),
    ("postcode", ES, "2801", "length"),
    ("postcode", ES, "00999", "range"),
    ("postcode", ES, "53001", "range"),
    ("postcode", PL, "00000", "range"),
    ("postcode", US, "00500", "range"),
    ("postcode", US, "99951", "range"),
    ("pesel", {}, "4405140135", "length"),
    ("pesel", {}, "44051401358", "checksum"),
    ("pesel", {}, "00330100009", "calendar"),
    ("pesel", {}, "99130100007", "calendar"),
    ("pesel", {}, "26312200002", "future"),
    ("nip", {}, "856734621", "length"),
    ("nip", {}, "8567346216", "checksum"),
    ("nip", {}, "0000000000", "checksum"),
    ("dni", {}, "1234567", "length"),
    ("nie", {}, "0248230", "length"),
    ("nie", {}, "32482300", "first"),
    ("iban_tail", {}, "133", "length"),
    ("iban_tail", {"length": 6}, "1332", "length"),
    ("ssn_last4", {}, "678", "length"),
    ("ssn_last4", {}, "0000", "number"),
    ("yes_no", {}, "3", "choice"),
    ("yes_no", {}, "", "choice"),
    ("choice", {}, "3", "choice"),
    ("choice", {}, "", "choice"),
]
TAKEN: list[tuple[str, dict[str, Any], str, str]] = [
    ("card_number", {}, VISA, VISA),
    ("card_number", {}, AMEX, AMEX),
    ("card_number", {"bins": ["5555"]}, MASTERCARD, MASTERCARD),
    ("card_last4", {}, "0000", "0000"),
    ("expiry", {}, "1126", "1126"),
    ("expiry", {}, "1246", "1246"),
    ("cvv", {}, "123", "123"),
    ("cvv", {}, "1234", "1234"),
    ("digits", {"min_digits": 4, "max_digits": 6}, "0042", "0042"),
    ("account", {"lengths": [8, 10]}, "1234567890", "1234567890"),
    ("account", {"begins": ["10", "20"]}, "20002003", "20002003"),
    ("account", {"check": "luhn"}, "79927398713", "79927398713"),
    ("account", {"check": "mod11"}, "794623", "794623"),
    ("account", {"check": "mod97"}, "12345678978", "12345678978"),
    ("amount", {}, "0012", "1200"),
    ("amount", {}, "12*5", "1250"),
    ("amount", {}, "0*01", "1"),
    ("amount", {}, "999999*99", "99999999"),
    ("date", {}, "29022024", "20240229"),
    ("date", {}, "21112026", "20261121"),
    ("date", {"past": False}, "22112026", "20261122"),
    ("date", {"least_age": 18}, "21112008", "20081121"),
    ("date", {"order": "mdy"}, "02292024", "20240229"),
    ("date", {"order": "ymd"}, "20240229", "20240229"),
    ("day", {}, "24122026", "2026-12-24"),
    ("day", {"past": False}, "21112026", "2026-11-21"),
    ("day", {"future": False}, "21112026", "2026-11-21"),
    ("day", {"within_days": 30}, "21122026", "2026-12-21"),
    ("time", {}, "0000", "00:00"),
    ("time", {}, "2359", "23:59"),
    ("time", {}, "930", "09:30"),
    ("time", {"earliest": "09:00", "latest": "18:00"}, "1800", "18:00"),
    ("otp", {"length": 8}, "00000000", "00000000"),
    ("phone", ES, "911222333", "+34911222333"),
    ("phone", ES, "600123456", "+34600123456"),
    ("phone", ES, "34911222333", "+34911222333"),
    ("phone", ES, "0034911222333", "+34911222333"),
    ("phone", ES, "0048221234567", "+48221234567"),
    ("phone", {**ES, "abroad": False}, "0034911222333", "+34911222333"),
    ("phone", ES, "900123456", "+34900123456"),
    ("phone", PL, "221234567", "+48221234567"),
    ("phone", PL, "0034911222333", "+34911222333"),
    ("phone", US, "2025550123", "+12025550123"),
    ("phone", US, "12025550123", "+12025550123"),
    ("phone", US, "01148221234567", "+48221234567"),
    ("phone", US, "0048221234567", "+48221234567"),
    ("postcode", ES, "01001", "01001"),
    ("postcode", ES, "52006", "52006"),
    ("postcode", PL, "00950", "00950"),
    ("postcode", US, "00501", "00501"),
    ("pesel", {}, "44051401359", "44051401359"),
    ("pesel", {}, "02270803624", "02270803624"),  # born in 2002: the month has 20 more
    ("pesel", {}, "84810100002", "84810100002"),  # and 80 more in the 1800s
    ("nip", {}, "8567346215", "8567346215"),
    ("dni", {}, "12345678", "12345678Z"),
    ("dni", {}, "00000001", "00000001R"),
    ("nie", {}, "02482300", "X2482300W"),
    ("nie", {}, "11234567", "Y1234567X"),
    ("nie", {}, "21234567", "Z1234567R"),
    ("iban_tail", {"length": 6}, "051332", "051332"),
    ("ssn_last4", {}, "0001", "0001"),
    ("yes_no", {}, "1", "yes"),
    ("yes_no", {}, "2", "no"),
    ("choice", {}, "2", "office"),
    ("choice", {"choices": {"11": "a", "12": "b"}}, "12", "b"),
]


@pytest.mark.parametrize(("kind", "keys", "typed", "reason"), REFUSED)
def test_an_entry_is_refused_for_its_reason(kind: str, keys: dict[str, Any], typed: str, reason: str) -> None:
    assert field(kind, **keys).refusal(Secret(typed), setting()) == reason


@pytest.mark.parametrize(("kind", "keys", "typed", "value"), TAKEN)
def test_an_entry_is_taken_and_submitted(kind: str, keys: dict[str, Any], typed: str, value: str) -> None:
    made = field(kind, **keys)
    assert made.refusal(Secret(typed), setting()) is None
    assert bare(made.submitted(Secret(typed), setting()))["it"] == value


@pytest.mark.parametrize("kind", FIELD_TYPES)
def test_the_table_has_every_reason_of_every_type(kind: str) -> None:
    assert {reason for each, _, _, reason in REFUSED if each == kind} == set(field(kind).reasons)
    assert any(each == kind for each, *_ in TAKEN)


@pytest.mark.parametrize(
    ("typed", "minor"),
    [("12", 1200), ("12*", 1200), ("12*5", 1250), ("12*50", 1250), ("0*01", 1), ("12*505", None)],
)
def test_a_star_is_the_decimal_mark(typed: str, minor: int | None) -> None:
    assert minor_units(typed) == minor


@pytest.mark.parametrize(
    ("kind", "keys", "typed", "spoken"),
    [
        ("card_number", {}, VISA, {"last4": "1111"}),
        ("card_last4", {}, "1111", {"it": "1111"}),
        ("amount", {"currency": "PLN"}, "12*5", {"it": "1250 PLN"}),
        ("phone", ES, "911222333", {"it": "+34911222333"}),
        ("time", {}, "930", {"it": "09:30"}),
        ("day", {}, "24122026", {"it": "2026-12-24"}),
        ("dni", {}, "12345678", {"it_letter": "Z"}),
        ("nie", {}, "02482300", {"it_letter": "W"}),
        ("choice", {}, "1", {"it": "home"}),
        ("yes_no", {}, "2", {"it": "no"}),
        ("date", {}, "01021980", {}),
        ("pesel", {}, "44051401359", {}),
    ],
)
def test_what_is_spoken_of_an_entry(
    kind: str, keys: dict[str, Any], typed: str, spoken: dict[str, str]
) -> None:
    assert field(kind, **keys).spoken(Secret(typed), setting()) == spoken


@pytest.mark.parametrize(
    ("keys", "language", "day"),
    [
        ({}, "es", "20240203"),
        ({}, "pl", "20240203"),
        ({}, "en", "20240203"),
        ({}, "en-GB", "20240203"),
        ({}, "en-US", "20240302"),
        ({"country": "US"}, "en", "20240302"),
        ({"country": "US"}, "es", "20240203"),
        ({"country": "US"}, "en-GB", "20240203"),
        ({"country": "US", "order": "dmy"}, "en", "20240203"),
        ({"order": "mdy"}, "es", "20240302"),
    ],
)
def test_the_order_of_a_date_goes_by_language(keys: dict[str, Any], language: str, day: str) -> None:
    values = field("date", **keys).submitted(Secret("03022024"), setting(language))
    assert bare(values) == {"it": day}


def test_a_card_is_good_to_the_last_day_of_its_month() -> None:
    for day, reason in ((date(2026, 11, 30), None), (date(2026, 12, 1), "past")):
        assert field("expiry").refusal(Secret("1126"), setting(today=day)) == reason


@pytest.mark.parametrize(
    ("card", "typed", "reason", "longest"),
    [
        (VISA, "123", None, 3),
        (VISA, "1234", "length", 3),
        (AMEX, "1234", None, 4),
        (AMEX, "123", "length", 4),
        (None, "123", None, 4),
        (None, "1234", None, 4),
        ("", "1234", None, 4),
    ],
)
def test_the_length_of_a_code_goes_by_the_card_before_it(
    card: str | None, typed: str, reason: str | None, longest: int
) -> None:
    around = setting(card=card)
    assert field("cvv").refusal(Secret(typed), around) == reason
    assert field("cvv").grammar(Manners(), around).maximum == longest


@pytest.mark.parametrize(
    ("bins", "typed", "whole"),
    [
        ((), VISA, False),
        (("4111",), VISA, True),
        (("4111",), VISA[:-1], False),
        (("37",), AMEX, True),
        (("36",), "36148900647913", True),
        (("5555",), VISA, False),
        (("9999",), "9999990000000017", False),
    ],
)
def test_a_card_of_a_known_range_is_whole_at_its_length(
    bins: tuple[str, ...], typed: str, *, whole: bool
) -> None:
    grammar = field("card_number", bins=bins).grammar(Manners(), setting())
    assert (grammar.full is not None and grammar.full(Secret(typed))) is whole


@pytest.mark.parametrize(
    ("typed", "whole"), [("1", False), ("12", True), ("2", True), ("3", True), ("13", True)]
)
def test_a_choice_is_whole_when_no_more_keys_can_matter(typed: str, *, whole: bool) -> None:
    grammar = field("choice", choices={"11": "a", "12": "b", "2": "c"}).grammar(Manners(), setting())
    assert grammar.full is not None
    assert grammar.full(Secret(typed)) is whole


@pytest.mark.parametrize(
    ("kind", "keys", "what"),
    [
        ("digits", {"min_digits": 5, "max_digits": 4}, "min_digits is more than max_digits"),
        ("amount", {"least": 5, "most": 4}, "least is more than most"),
        ("time", {"earliest": "10:00", "latest": "09:00"}, "earliest is after latest"),
        ("time", {"earliest": "25:00"}, "earliest"),
        ("day", {"past": False, "future": False}, "only today is left"),
        ("phone", {"country": "XX"}, "XX is no country with telephones"),
        ("postcode", {"country": "FR"}, "country"),
        ("choice", {"choices": {"1": "a", "12": "b"}}, 'key "1" begins key "12"'),
        ("choice", {"choices": {"1": "a"}}, "choices"),
        ("choice", {"choices": {"*": "a", "2": "b"}}, "choices"),
        ("account", {"check": "mod10"}, "check"),
        ("iban_tail", {"length": 20}, "length"),
        ("otp", {"length": 3}, "length"),
    ],
)
def test_a_field_that_makes_no_sense_is_refused(kind: str, keys: dict[str, Any], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        field(kind, **keys)
