"""What every store of bindings must do; each store is run through the same tests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cluster.memory import MemoryLocation
from sip.flow import Flow
from sip.registrar.location import Binding

if TYPE_CHECKING:
    from sip.registrar.location import Location

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


def test_all_that_a_binding_holds_comes_back(location: Location) -> None:
    tcp = Flow("TCP", ("192.0.2.1", 5060), ("192.0.2.10", 40001))
    whole = Binding(
        "1001",
        "sip:a@192.0.2.10",
        tcp,
        100.0,
        "a@phone",
        7,
        3.0,
        0.5,
        "Desk Phone",
        ("<sip:192.0.2.7;lr>", "<sip:edge.example;lr;ob>"),
        "urn:uuid:00000000-0000-1000-8000-000a95a0e128",
        2,
    )
    location.replace("1001", [whole])
    assert location.find("1001", now=0.0) == (whole,)


def test_two_flows_of_a_device_and_one_contact_on_two_flows_are_kept_apart(location: Location) -> None:
    flows = [replace(binding("sip:a"), instance="urn:x", reg_id=number) for number in (1, 2)]
    location.replace("1001", flows)
    assert {each.reg_id for each in location.find("1001", now=0.0)} == {1, 2}


def test_accounts_do_not_see_one_another(location: Location) -> None:
    location.replace("1001", [binding("sip:a")])
    location.replace("1002", [binding("sip:b")])
    location.replace("1001", [])
    assert location.find("1001", now=0.0) == ()
    assert [each.contact for each in location.find("1002", now=0.0)] == ["sip:b"]
    assert location.accounts() == ("1002",)


def test_what_the_registrar_does_later_to_its_own_list_changes_nothing(location: Location) -> None:
    given = [binding("sip:a")]
    location.replace("1001", given)
    given.clear()
    assert [each.contact for each in location.find("1001", now=0.0)] == ["sip:a"]


def test_what_has_expired_is_not_seen(location: Location) -> None:
    location.replace("1001", [binding("sip:a", expires_at=10.0), binding("sip:b", expires_at=20.0)])
    assert [each.contact for each in location.find("1001", now=10.0)] == ["sip:b"]


def test_an_account_without_bindings_is_forgotten(location: Location) -> None:
    location.replace("1001", [binding("sip:a")])
    location.replace("1001", [])
    assert location.accounts() == ()
