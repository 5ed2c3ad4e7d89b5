"""Who knows whom."""

from __future__ import annotations

from routing.agents import familiar
from routing.agents.familiar import Familiar


def test_the_last_agent_of_a_customer_is_known_for_that_client_company_only() -> None:
    known = Familiar()
    known.met("bank", "+34600111222", "ana")
    known.met("bank", "+34600111222", "ben")
    assert known.agent("bank", "+34600111222") == "ben"
    assert known.agent("shop", "+34600111222") is None


def test_who_withholds_the_number_is_nobody() -> None:
    known = Familiar()
    known.met("bank", "", "ana")
    assert known.agent("bank", "") is None


def test_no_more_are_kept_than_so_many() -> None:
    known = Familiar()
    for number in range(familiar.MOST + 1):
        known.met("bank", str(number), "ana")
    assert known.agent("bank", "0") is None
    assert known.agent("bank", "1") == "ana"
