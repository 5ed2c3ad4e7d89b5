"""What every store of bindings must do; each store is run through the same tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cluster.memory import MemoryLocation
from sip.flow import Flow
from sip.location import Binding

if TYPE_CHECKING:
    from sip.location import Location

FLOW = Flow("UDP", ("192.0.2.1", 5060), ("192.0.2.10", 40001))


def binding(
    contact: str, *, expires_at: float = 100.0, q: float = 1.0, registered_at: float = 0.0
) -> Binding:
    return Binding("1001", contact, FLOW, expires_at, "a@phone", 1, registered_at, q)


@pytest.fixture(params=[MemoryLocation])
def location(request: pytest.FixtureRequest) -> Location:
    made: Location = request.param()
    return made


def test_an_unknown_account_has_no_bindings(location: Location) -> None:
    assert location.find("1001", now=0.0) == ()
    assert location.accounts() == ()


def test_what_is_kept_replaces_what_was_there(location: Location) -> None:
    location.replace("1001", [binding("sip:a"), binding("sip:b")])
    location.replace("1001", [binding("sip:c")])
    assert location.find("1001", now=0.0) == (binding("sip:c"),)
    assert location.accounts() == ("1001",)


def test_the_highest_q_comes_first_then_the_newest(location: Location) -> None:
    location.replace(
        "1001",
        [
            binding("sip:old"),
            binding("sip:new", registered_at=5.0),
            binding("sip:best", q=1.0, registered_at=9.0),
        ],
    )
    location.replace("1002", [binding("sip:low", q=0.1, registered_at=9.0), binding("sip:high", q=0.9)])
    assert [each.contact for each in location.find("1001", now=0.0)] == ["sip:best", "sip:new", "sip:old"]
    assert [each.contact for each in location.find("1002", now=0.0)] == ["sip:high", "sip:low"]


def test_what_has_expired_is_not_seen(location: Location) -> None:
    location.replace("1001", [binding("sip:a", expires_at=10.0), binding("sip:b", expires_at=20.0)])
    assert [each.contact for each in location.find("1001", now=10.0)] == ["sip:b"]


def test_an_account_without_bindings_is_forgotten(location: Location) -> None:
    location.replace("1001", [binding("sip:a")])
    location.replace("1001", [])
    assert location.accounts() == ()
