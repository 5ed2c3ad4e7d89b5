"""From what a phone dialled to a number outside and its trunks."""

from __future__ import annotations

import pytest

from calls.destination import Number
from routing.numbers.outbound import OutboundPlan
from routing.settings import OutgoingSettings

PLAN = OutboundPlan(
    (
        OutgoingSettings("*", ("world",)),
        OutgoingSettings("+34*", ("a", "b")),
        OutgoingSettings("+3490*", ("b",)),
        OutgoingSettings("112", ("sos",)),
    ),
    country="34",
)


@pytest.mark.parametrize(
    ("dialled", "number", "trunks"),
    [
        ("+34600111222", "+34600111222", ("a", "b")),
        ("0034600111222", "+34600111222", ("a", "b")),
        ("600111222", "+34600111222", ("a", "b")),
        ("600 111 222", "+34600111222", ("a", "b")),
        ("900123456", "+34900123456", ("b",)),
        ("0048220000001", "+48220000001", ("world",)),
        ("112", "112", ("sos",)),
        ("1123", "1123", ("world",)),
    ],
)
def test_the_longest_rule_wins_whatever_way_it_is_dialled(
    dialled: str, number: str, trunks: tuple[str, ...]
) -> None:
    assert PLAN.route(dialled) == Number(number, trunks)


@pytest.mark.parametrize("dialled", ["", "bob", "+", "*11", "☎", "a" * 300, "+34x", "٣٤٩١٠٠٠٠٠٠١"])
def test_what_is_no_number_leads_nowhere(dialled: str) -> None:
    assert PLAN.route(dialled) is None


def test_without_rules_nobody_gets_out() -> None:
    assert OutboundPlan(()).route("+34600111222") is None
