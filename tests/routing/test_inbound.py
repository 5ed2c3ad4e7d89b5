"""From dialled number to client and destination."""

from __future__ import annotations

import pytest

from calls.destination import Echo, FeatureCode, Menu, Queue, Uri
from routing.feature_codes import find, unknown
from routing.numbers.inbound import NumberPlan
from routing.settings import NumberSettings

PLAN = NumberPlan(
    [
        NumberSettings("+34 910 000 001", "bank", Menu("bank"), "es"),
        NumberSettings("+3491000*", "bank", Echo()),
        NumberSettings("q", "bench", Queue("q")),
        NumberSettings("bob_*", "bench", Uri("sip:{user}@127.0.0.1:5062")),
        NumberSettings("bob_vip_*", "bench", Uri("sip:vip@127.0.0.1:5062")),
    ],
    country="34",
)


@pytest.mark.parametrize(
    "dialled",
    [
        "+34910000001",
        "0034910000001",
        "34910000001",
        "910000001",
        "+34-910.000.001",
        "+34910000001;phone-context=x",
    ],
)
def test_one_number_is_found_however_it_is_written(dialled: str) -> None:
    route = PLAN.route(dialled)
    assert route
    assert (route.destination, route.client, route.language) == (Menu("bank"), "bank", "es")


def test_an_exact_number_goes_before_a_pattern_and_a_long_pattern_before_a_short_one() -> None:
    echo, vip = PLAN.route("+34910009999"), PLAN.route("bob_vip_1")
    assert echo
    assert echo.destination == Echo()
    assert vip
    assert vip.destination == Uri("sip:vip@127.0.0.1:5062")


@pytest.mark.parametrize("dialled", ["", "nobody", "+1", "Q", "BOB_1", "+"])
def test_an_unknown_number_leads_nowhere(dialled: str) -> None:
    assert PLAN.route(dialled) is None


def test_feature_codes_are_found_with_their_argument() -> None:
    assert find("*11") == FeatureCode("*11")
    assert find("*122") == FeatureCode("*12", "2")
    assert [find(each) for each in ("*99", "*1", "11", "*12x", "")] == [None] * 5


def test_what_looks_like_a_code_and_is_none_is_known_as_such() -> None:
    assert unknown("*99") == FeatureCode("*99")
    assert unknown("*12*5#") == FeatureCode("*12*5#")
    assert [unknown(each) for each in ("", "11", "*ana", "*☎")] == [None] * 4
    assert len(unknown("*" * 500).code) == 32  # type: ignore[union-attr]


def test_the_centre_knows_its_own_numbers_and_does_not_take_what_is_left_over_for_them() -> None:
    assert [PLAN.owns(each) for each in ("+34910000001", "+34910009999")] == [True, True]
    assert not PLAN.owns("+34911222333")
    national = NumberPlan(
        [NumberSettings("910000011", "bank", Echo()), NumberSettings("*", "bank", Echo())], country="34"
    )
    assert national.owns("+34910000011")
    assert not national.owns("+34911222333")
