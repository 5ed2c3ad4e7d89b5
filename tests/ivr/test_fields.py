from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter

from base.secret import Secret
from ivr.fields import AnyField, BaseField
from ivr.fields.amount import minor_units
from ivr.manners import Manners

TODAY = date(2026, 11, 21)


def field(kind: str, **keys: Any) -> BaseField:
    made: BaseField = TypeAdapter(AnyField).validate_python(
        {"name": "it", "type": kind, "prompt": "ask", **keys}
    )
    return made


@pytest.mark.parametrize(
    ("kind", "keys", "typed", "refusal"),
    [
        ("card_number", {}, "4111111111111111", None),
        ("card_number", {}, "378282246310005", None),
        ("card_number", {}, "4111111111111112", "checksum"),
        ("card_number", {}, "41111111111", "length"),
        ("card_number", {}, "", "length"),
        ("card_number", {"bins": ["5555"]}, "4111111111111111", "range"),
        ("card_number", {"bins": ["5555"]}, "5555555555554444", None),
        ("expiry", {}, "1126", None),
        ("expiry", {}, "1026", "past"),
        ("expiry", {}, "1326", "month"),
        ("expiry", {}, "0027", "month"),
        ("expiry", {}, "126", "length"),
        ("expiry", {}, "0199", "far"),
        ("cvv", {}, "123", None),
        ("cvv", {}, "1234", None),
        ("cvv", {}, "12", "length"),
        ("date", {}, "29022024", None),
        ("date", {}, "29022023", "calendar"),
        ("date", {}, "22112026", "future"),
        ("date", {"past": False}, "22112026", None),
        ("date", {"order": "mdy"}, "02292024", None),
        ("date", {"order": "ymd"}, "20240229", None),
        ("date", {}, "00000000", "calendar"),
        ("digits", {"min_digits": 4, "max_digits": 6}, "123", "length"),
        ("digits", {"min_digits": 4, "max_digits": 6}, "1234", None),
        ("otp", {}, "12345", "length"),
        ("otp", {}, "123456", None),
        ("yes_no", {}, "1", None),
        ("yes_no", {}, "3", "choice"),
        ("amount", {"currency": "EUR"}, "12*50", None),
        ("amount", {"currency": "EUR"}, "", "length"),
        ("amount", {"currency": "EUR"}, "*", "form"),
        ("amount", {"currency": "EUR"}, "1*2*3", "form"),
        ("amount", {"currency": "EUR", "least": 100}, "0*99", "least"),
        ("amount", {"currency": "EUR", "most": 10000}, "100*01", "most"),
    ],
)
def test_an_entry_is_checked(kind: str, keys: dict[str, Any], typed: str, refusal: str | None) -> None:
    assert field(kind, **keys).refusal(Secret(typed), today=TODAY) == refusal
    if refusal is not None:
        assert refusal in field(kind, **keys).reasons


@pytest.mark.parametrize(
    ("typed", "minor"),
    [("12", 1200), ("12*", 1200), ("12*5", 1250), ("12*50", 1250), ("0*01", 1), ("12*505", None)],
)
def test_a_star_is_the_decimal_mark(typed: str, minor: int | None) -> None:
    assert minor_units(typed) == minor


@pytest.mark.parametrize("kind", ["card_number", "cvv", "expiry", "otp"])
def test_card_data_cannot_be_made_harmless(kind: str) -> None:
    assert field(kind).is_sensitive
    with pytest.raises(ValueError, match="sensitive"):
        field(kind, sensitive=False)


@pytest.mark.parametrize("kind", ["card_number", "cvv", "expiry", "otp", "date"])
def test_what_is_sensitive_is_spoken_by_its_last_four_at_most(kind: str) -> None:
    spoken = field(kind).spoken(Secret("4111111111111111"))
    assert set(spoken.values()) <= {"1111"}
    assert all(isinstance(each, Secret) for each in field(kind).submitted(Secret("01021980")).values())


@pytest.mark.parametrize(
    ("bins", "typed", "whole"),
    [
        ((), "4111111111111111", False),
        (("4111",), "4111111111111111", True),
        (("4111",), "411111111111111", False),
        (("37",), "378282246310005", True),
        (("5555",), "4111111111111111", False),
        (("9999",), "9999990000000017", False),
    ],
)
def test_a_card_of_a_known_range_is_whole_at_its_length(
    bins: tuple[str, ...], typed: str, *, whole: bool
) -> None:
    grammar = field("card_number", bins=bins).grammar(Manners())
    assert (grammar.full is not None and grammar.full(Secret(typed))) is whole
