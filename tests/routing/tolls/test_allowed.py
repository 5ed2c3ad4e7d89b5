"""Which numbers outside a list admits; what costs more than a call is admitted only where it is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.tolls.allowed import admits
from routing.tolls.kinds import NumberKind, country_of, is_emergency, kind_of

HOME = ("home",)


@pytest.mark.parametrize(
    ("number", "country", "kind"),
    [
        ("+34600111222", "ES", NumberKind.ORDINARY),
        ("+34911000001", "ES", NumberKind.ORDINARY),
        ("+34900123456", "ES", NumberKind.FREEPHONE),
        ("+34902123456", "ES", NumberKind.SHARED_COST),
        ("+34803123456", "ES", NumberKind.PREMIUM),
        ("+34701234567", "ES", NumberKind.PERSONAL),
        ("+34905123456", "ES", NumberKind.UNKNOWN),
        ("+18095551234", "DO", NumberKind.ORDINARY),
        ("+19005551234", "US", NumberKind.PREMIUM),
        ("+8816123456789", None, NumberKind.SATELLITE),
        ("+882161234567", None, NumberKind.SATELLITE),
        ("+870771234567", None, NumberKind.SATELLITE),
        ("+979123456789", None, NumberKind.PREMIUM),
        ("11888", None, NumberKind.UNKNOWN),
        ("+", None, NumberKind.UNKNOWN),
        ("", None, NumberKind.UNKNOWN),
    ],
)
def test_a_number_is_of_a_country_and_a_kind(number: str, country: str | None, kind: NumberKind) -> None:
    told = kind_of(number)
    assert (told.country, told.kind) == (country, kind)


@pytest.mark.parametrize(
    ("patterns", "number", "may"),
    [
        (HOME, "+34600111222", True),
        (HOME, "+34911000001", True),
        (HOME, "+34900123456", True),
        (HOME, "+34902123456", False),
        (HOME, "+34803123456", False),
        (HOME, "+34701234567", False),
        (HOME, "+34905123456", False),
        (HOME, "+48221234567", False),
        (HOME, "11888", False),
        (("home", "PL"), "+48221234567", True),
        (("US",), "+12125551234", True),
        (("US",), "+18095551234", False),  # the Dominican Republic, one calling code with the United States
        (("+1*",), "+18095551234", True),
        ((), "+34911000001", False),
        (("+34*",), "+34911000001", True),
        (("+34*",), "+34902123456", True),
        (("+34*",), "+34803123456", False),
        (("+34*",), "+34701234567", False),
        (("*",), "+34803123456", False),
        (("+34803*",), "+34803123456", True),
        (("+34803123456",), "+34803123456", True),
        (("+34*", "!+34911*"), "+34911000001", False),
        (("!+34911*", "home"), "+34911000001", False),
        (("home", "!home"), "+34911000001", False),
        (("*",), "+8816123456789", False),
        (("+88*",), "+8816123456789", False),
        (("+881*",), "+8816123456789", True),
        (("+979*",), "+979123456789", False),
        (("+9791*",), "+979123456789", True),
        (("11888",), "11888", True),
        (("1188",), "11888", False),
        (("*",), "+999", True),
    ],
)
def test_a_list_admits_what_it_names(patterns: tuple[str, ...], number: str, may: bool) -> None:  # noqa: FBT001
    assert admits(patterns, number, "ES") is may


def test_nobody_is_at_home_in_a_centre_without_a_country() -> None:
    assert not admits(HOME, "+34911000001", None)


@given(st.lists(st.sampled_from(["home", "PT", "US", "*", "+34*", "+1*", "+88*", "+8*"])), st.data())
def test_no_list_of_countries_admits_what_is_dear(patterns: list[str], data: st.DataObject) -> None:
    dear = st.sampled_from(["+34803", "+34806", "+34807", "+1900555", "+8816", "+88216", "+87077"])
    number = data.draw(dear) + data.draw(st.text("0123456789", min_size=4, max_size=8))
    if kind_of(number).kind not in (NumberKind.UNKNOWN, NumberKind.ORDINARY):
        assert not admits(patterns, number, "ES")


@given(
    st.lists(st.sampled_from(["home", "PT", "*", "+34*", "+1*", "!+34*", "!PT"])),
    st.sampled_from(["+34*", "PT"]),
)
def test_an_exception_goes_before_all_else(patterns: list[str], excepted: str) -> None:
    for number in ("+34911000001", "+351211234567"):
        if admits((excepted,), number, "ES"):
            assert not admits((*patterns, f"!{excepted}"), number, "ES")


@pytest.mark.parametrize(
    ("number", "country", "helps"),
    [
        ("112", None, True),
        ("911", "ES", True),
        ("091", "ES", True),
        ("062", "ES", True),
        ("999", "PL", True),
        ("999", "ES", False),
        ("110", "DE", True),
        ("112", "US", True),
        ("+112", "ES", False),
        ("1122", "ES", False),
        ("112#", "ES", False),
        ("١١٢", "ES", False),
        ("", "ES", False),
    ],
)
def test_calls_for_help_are_known(number: str, country: str | None, helps: bool) -> None:  # noqa: FBT001
    assert is_emergency(number, country) is helps


def test_a_calling_code_is_of_its_main_country() -> None:
    assert [country_of(each) for each in ("34", "48", "1", "44", "7", "881", "999", None)] == [
        "ES", "PL", "US", "GB", "RU", None, None, None,
    ]  # fmt: skip
