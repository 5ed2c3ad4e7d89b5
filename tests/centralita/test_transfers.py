"""The desk that transfers ask: where targets lead for whom (RFC 3515 s.5), and who may step into a call."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from calls.destination import Extension, FeatureCode, Menu, Uri
from centralita.configuration import Configuration, load_configuration
from centralita.numbers import Numbers
from centralita.transfers import TransferDesk
from sip.events import Caller
from sip.transfer.refer_to import ReferTo
from sip.uri import Uri as SipUri

if TYPE_CHECKING:
    from calls.leg import Leg

CONFIG = Path(__file__).resolve().parents[2] / "config"
PHONE = Caller("internal", "1001", None, "1001", "Ana", "127.0.0.1:5070")
TRUNK = Caller("external", None, "demo", "+34600000000", "", "127.0.0.2:5060")
OURS = ("192.0.2.1", 5060)


@pytest.fixture
def configuration() -> Configuration:
    return load_configuration(CONFIG)


class Desk:
    """A desk over a configuration, and what it said of phones that are busy."""

    def __init__(self, configuration: Configuration) -> None:
        self.busy: list[bool] = []
        numbers = Numbers(lambda: configuration)
        self.desk = TransferDesk(
            numbers,
            lambda: configuration.profiles,
            lambda: configuration.routing.agents,
            SimpleNamespace(ways=lambda contact, destination: ["direct"]),  # type: ignore[arg-type]
            SimpleNamespace(ways=lambda contact, destination: ["outside"]),  # type: ignore[arg-type]
            lambda address: address == OURS,
            lambda caller, *, begun: self.busy.append(begun),
        )

    def find(self, leg: Leg, uri: str) -> object:
        return self.desk.find(leg, ReferTo(SipUri.parse(uri)))


def leg(caller: Caller | None = None, **facts: Any) -> Leg:
    """A leg of somebody who called us, or whom we called."""
    known = {"account": None, "agent": None, "trunk": None, "number": "7", "peer": "192.0.2.7:5060", **facts}
    return SimpleNamespace(session=SimpleNamespace(caller=caller, dialog=None), **known)  # type: ignore[return-value]


def allowing(configuration: Configuration, *kinds: str) -> Configuration:
    """The same with other kinds that phones may call."""
    internal = configuration.profiles.internal.model_copy(update={"may_call": kinds})
    return replace(configuration, profiles=replace(configuration.profiles, internal=internal))


@pytest.mark.parametrize(
    ("uri", "found"),
    [
        ("sip:1002@192.0.2.1", Extension("1002")),
        ("sip:1002@anything.example;user=phone", Extension("1002")),
        ("sip:1002@198.51.100.9:5070", Extension("1002")),
        ("sips:100@192.0.2.1", Menu("banco_sol")),
        ("tel:+34-91-000-0001", Menu("banco_sol")),
        ("sip:*11@192.0.2.1", FeatureCode("*11")),
        ("sip:nobody@192.0.2.1", 404),
        ("sip:192.0.2.1", 404),
        ("sip:bob@198.51.100.9", 404),
    ],
)
def test_a_target_leads_where_the_phone_would_get_by_dialling_it(
    configuration: Configuration, uri: str, found: object
) -> None:
    assert Desk(configuration).find(leg(PHONE), uri) == found


def test_a_phone_that_we_called_may_what_it_may_when_it_calls(configuration: Configuration) -> None:
    desk = Desk(allowing(configuration, "numbers"))
    assert desk.find(leg(account="1001"), "sip:100@192.0.2.1") == Menu("banco_sol")
    assert desk.find(leg(account="1001"), "sip:1002@192.0.2.1") == 403
    assert desk.find(leg(agent="ana"), "sip:1002@192.0.2.1") == 403


def test_an_agent_without_an_account_may_what_its_profile_allows(configuration: Configuration) -> None:
    desk = Desk(configuration)
    assert desk.find(leg(agent="a freelance"), "sip:1002@192.0.2.1") == Extension("1002")
    assert (
        Desk(allowing(configuration, "numbers")).find(leg(agent="a freelance"), "sip:1002@192.0.2.1") == 403
    )


@pytest.mark.parametrize(
    "uri", ["sip:1002@192.0.2.1", "sip:*11@192.0.2.1", "sip:bob@198.51.100.9", "tel:+4791234567"]
)
@pytest.mark.parametrize(
    "party", [leg(TRUNK), leg(trunk="demo"), leg()], ids=["came in", "was called", "unknown"]
)
def test_whoever_is_outside_sends_our_calls_nowhere_at_our_cost(
    configuration: Configuration, party: Leg, uri: str
) -> None:
    """RFC 3515 s.5.1: a REFER is a wish of a stranger."""
    assert Desk(configuration).find(party, uri) == 404


def test_an_address_that_we_called_reaches_our_own_numbers(configuration: Configuration) -> None:
    desk = Desk(configuration)
    assert desk.find(leg(), "sip:100@192.0.2.1") == Menu("banco_sol")
    assert desk.find(leg(trunk="demo"), "sip:100@192.0.2.1") == Menu("banco_sol")


def test_an_address_outside_is_called_for_whom_the_profile_lets(configuration: Configuration) -> None:
    desk = Desk(allowing(configuration, "agents", "addresses"))
    assert desk.find(leg(PHONE), "sip:bob@198.51.100.9:5070;transport=tcp") == Uri(
        "sip:bob@198.51.100.9:5070;transport=tcp"
    )
    assert desk.find(leg(PHONE), "sip:bob@proxy.example") == Uri("sip:bob@proxy.example")
    assert desk.find(leg(PHONE), "sip:1002@192.0.2.1") == Extension("1002")
    assert desk.find(leg(PHONE), "tel:+4791234567") == 404
    assert desk.find(leg(PHONE), "sip:192.0.2.1") == 404
    assert desk.find(leg(TRUNK), "sip:bob@198.51.100.9") == 404


@pytest.mark.parametrize(
    ("who", "other", "may"),
    [
        (PHONE, leg(account="1001"), True),
        (PHONE, leg(TRUNK), True),
        (leg(PHONE), leg(account="1002"), True),
        (TRUNK, leg(TRUNK), True),
        (TRUNK, leg(trunk="demo"), True),
        (TRUNK, leg(trunk="another"), False),
        (TRUNK, leg(PHONE), False),
        (TRUNK, leg(account="1001"), False),
        (leg(), leg(), False),
    ],
)
def test_who_may_take_over_a_call(
    configuration: Configuration, who: Caller | Leg, other: Leg, *, may: bool
) -> None:
    """RFC 3891 s.3, s.8: the same party, or a phone of the house."""
    assert Desk(configuration).desk.may_replace(who, other) is may


def test_a_phone_that_may_not_call_the_house_takes_over_only_its_own_calls(
    configuration: Configuration,
) -> None:
    desk = Desk(allowing(configuration, "numbers")).desk
    assert desk.may_replace(PHONE, leg(account="1001"))
    assert not desk.may_replace(PHONE, leg(account="1002"))


def test_a_phone_that_comes_in_by_itself_is_busy_until_its_leg_is_over(configuration: Configuration) -> None:
    desk = Desk(configuration)
    over: list[Any] = []
    desk.desk.joined(PHONE, leg(PHONE, when_over=over.append))
    assert desk.busy == [True]
    over[0]()
    assert desk.busy == [True, False]
