"""Numbers as carriers write them, to E.164 and from it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sip.trunks.rewriting import NumbersPart, Rule


@pytest.mark.parametrize(
    ("form", "written", "number"),
    [
        ("as_is", "910000001", "910000001"),
        ("e164_plus", "+34910000001", "+34910000001"),
        ("e164", "34910000001", "+34910000001"),
        ("e164", "0034910000001", "+34910000001"),
        ("national", "910000001", "+34910000001"),
        ("national", "0034910000001", "+34910000001"),
        ("national", "+48220000001", "+48220000001"),
        ("international_00", "0048220000001", "+48220000001"),
        ("national", "112", "112"),
        ("e164", "4004", "4004"),
        ("national", "(910) 000-001", "+34910000001"),
        ("e164", "34910000001;phone-context=x", "+34910000001"),
        ("national", "bob", "bob"),
        ("e164", "", ""),
        ("e164", "٣٤٩١٠٠٠٠٠٠١", "٣٤٩١٠٠٠٠٠٠١"),
    ],
)
def test_what_a_carrier_writes_becomes_e164(form: str, written: str, number: str) -> None:
    part = NumbersPart.model_validate({"country": "34", "incoming": form})
    assert part.received(written) == number


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("as_is", "+34910000001"),
        ("e164_plus", "+34910000001"),
        ("e164", "34910000001"),
        ("national", "910000001"),
        ("international_00", "0034910000001"),
    ],
)
def test_e164_becomes_what_a_carrier_wants(form: str, written: str) -> None:
    part = NumbersPart.model_validate({"country": "34", "outgoing": form})
    assert part.sent("+34910000001") == written


def test_national_numbers_get_and_lose_their_trunk_prefix() -> None:
    part = NumbersPart(country="44", trunk_prefix="0", incoming="national", outgoing="national")
    assert part.received("02079460001") == "+442079460001"
    assert part.sent("+442079460001") == "02079460001"
    assert part.sent("+34910000001") == "0034910000001"


def test_short_numbers_and_names_go_out_as_they_are() -> None:
    part = NumbersPart(country="34", outgoing="international_00")
    assert [part.sent(each) for each in ("112", "bob", "")] == ["112", "bob", ""]


def test_the_first_rule_that_fits_goes_before_the_form() -> None:
    rules = (Rule(begins="+34900", strip=3, add="9"), Rule(begins="+34", strip=3))
    part = NumbersPart(outgoing="e164", outgoing_rules=rules)
    assert part.sent("+34900123456") == "9900123456"
    assert part.sent("+34910000001") == "910000001"
    assert part.sent("+48220000001") == "48220000001"
    back = NumbersPart(incoming="e164", incoming_rules=(Rule(begins="9", add="+34"),))
    assert back.received("910000001") == "+34910000001"


def test_national_numbers_need_a_country() -> None:
    with pytest.raises(ValidationError, match="of what country"):
        NumbersPart(incoming="national")


@given(
    st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True),
    st.sampled_from(["e164_plus", "e164", "national", "international_00"]),
)
def test_there_and_back_is_the_same_number(number: str, form: str) -> None:
    part = NumbersPart.model_validate({"country": "34", "incoming": form, "outgoing": form})
    written = part.sent(number)
    if len(written) > 6 and not (
        form == "national" and written.startswith("00") and number.startswith("+3400")
    ):
        assert part.received(written) == number
