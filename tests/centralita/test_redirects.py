"""Who may send a call where (RFC 3261 s.8.1.3.4, without toll fraud): phones by account, addresses by the plan."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from calls.contact import Contact
from calls.destination import Agent, Extension, FeatureCode, Menu, Number, Uri
from centralita.outside.redirects import Redirects, Trail
from routing.numbers.inbound import Route
from sip.events import Caller
from sip.profile import Account, ExternalProfile, InternalProfile, Profiles
from sip.session.redirect import MOST

if TYPE_CHECKING:
    from calls.destination import Destination

PHONE = Caller("internal", "1001", None, "1001", "", "")
LIMITED = Caller("internal", "1009", None, "1009", "", "")
CARRIER = Caller("external", None, "carrier", "+34600", "", "")
PLAN: dict[str, Destination] = {
    "1002": Extension("1002"),
    "900100": Menu("reception"),
    "*11": FeatureCode("*11"),
    "+48600": Number("+48600"),
}
HERE = "192.0.2.1"


class Plan:
    """Accounts dial all of it, a limited one only phones; carriers have only the centre's numbers."""

    def route(self, dialled: str, caller: Caller) -> Route | None:
        found = PLAN.get(dialled)
        if found is None or (caller.account is None and not isinstance(found, Menu)):
            return None
        return Route(found, "client", None, dialled)

    def allows(self, caller: Caller, route: Route) -> bool:
        return caller.account != "1009" or isinstance(route.destination, Extension)


@pytest.fixture
def redirects() -> Redirects:
    accounts = {
        "1002": Account(),
        "1003": Account(may_forward=("external",)),
        "1004": Account(may_forward=()),
        "1001": Account(),
    }
    profiles = Profiles(
        InternalProfile(realm="Centre.example", accounts=accounts), ExternalProfile(trunks=())
    )
    agents = {"ana": SimpleNamespace(account="1003"), "fixed": SimpleNamespace(account=None)}
    configuration = SimpleNamespace(profiles=profiles, routing=SimpleNamespace(agents=agents))
    return Redirects(
        lambda: configuration,  # type: ignore[arg-type, return-value]
        Plan(),
        lambda uri: uri.host == HERE,
    )


def sent(redirects: Redirects, by: Destination, *targets: str, caller: Caller = PHONE) -> list[Destination]:
    contact = Contact("c", ani="1", display="", dnis="2", record=lambda *_: None)
    session = SimpleNamespace(session=SimpleNamespace(caller=caller))
    contact.caller = session  # type: ignore[assignment]
    return redirects.destinations(contact, by, targets)


@pytest.mark.parametrize("caller", [PHONE, CARRIER])
def test_a_phone_sends_calls_to_phones_and_numbers_of_the_centre(
    redirects: Redirects, caller: Caller
) -> None:
    for host in (HERE, f"{HERE}:5060", "centre.EXAMPLE"):
        found = sent(redirects, Extension("1001"), f"sip:1002@{host}", f"sip:900100@{host}", caller=caller)
        assert found == [Extension("1002"), Menu("reception")]


@pytest.mark.parametrize(
    "target",
    [
        "sip:1002@192.0.2.9",
        "sip:+48600@192.0.2.1",
        "tel:+48-600",
        "sip:1002@elsewhere.example",
        "sip:nobody@192.0.2.1",
    ],
)
def test_a_phone_sends_calls_nowhere_else_unless_its_account_may(redirects: Redirects, target: str) -> None:
    assert sent(redirects, Extension("1001"), target) == []


def test_an_account_may_be_allowed_to_send_calls_outside_and_then_only_there(redirects: Redirects) -> None:
    for by in (Extension("1003"), Agent("ana")):
        assert sent(redirects, by, "sip:x@192.0.2.9") == [Uri("sip:x@192.0.2.9")]
        assert sent(redirects, by, "tel:+48-600") == [Number("+48600")]
        assert sent(redirects, by, f"sip:1002@{HERE}") == []


def test_an_account_may_be_allowed_nothing(redirects: Redirects) -> None:
    assert sent(redirects, Extension("1004"), f"sip:1002@{HERE}", f"sip:900100@{HERE}", "sip:x@h") == []


def test_nobody_reaches_by_a_redirection_what_he_may_not_dial(redirects: Redirects) -> None:
    assert sent(redirects, Extension("1001"), f"sip:900100@{HERE}", caller=LIMITED) == []
    assert sent(redirects, Extension("1001"), f"sip:1002@{HERE}", caller=LIMITED) == [Extension("1002")]


def test_feature_codes_are_for_fingers(redirects: Redirects) -> None:
    assert sent(redirects, Extension("1001"), f"sip:*11@{HERE}") == []


def test_an_address_sends_a_carriers_caller_only_where_that_may_call(redirects: Redirects) -> None:
    by = Uri("sip:far@192.0.2.9")
    assert sent(redirects, by, f"sip:1002@{HERE}", "tel:+48-600", caller=CARRIER) == []
    assert sent(redirects, by, f"sip:900100@{HERE}", caller=CARRIER) == [Menu("reception")]
    assert sent(redirects, by, "sip:x@192.0.2.8", caller=CARRIER) == [Uri("sip:x@192.0.2.8")]


def test_an_agent_without_account_sends_nothing_outside(redirects: Redirects) -> None:
    assert sent(redirects, Agent("fixed"), "sip:x@192.0.2.8") == []


def test_a_trail_goes_nowhere_twice_and_not_for_ever() -> None:
    trail = Trail(Extension("0"))
    assert trail.news([Extension("1"), Extension("2"), Extension("1"), Extension("0")]) == [
        Extension("1"),
        Extension("2"),
    ]
    assert trail.news([Extension("3"), Extension("0")]) == [Extension("3")]
    assert len(trail.news([Extension(str(n)) for n in range(10, 30)])) == MOST - 3
    assert trail.news([Extension("99")]) == []
