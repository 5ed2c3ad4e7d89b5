"""What a dialled number leads to for whom, and what the command line may override."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from base.address import Address
from calls.destination import Agent, Extension, FeatureCode, Menu
from centralita.configuration import Configuration, load_configuration
from centralita.numbers import HOUSE, Numbers
from centralita.options import Options
from centralita.places import Places
from cluster.memory import MemoryLocation
from routing.centre import Centre
from sip.events import Caller
from sip.flow import Flow
from sip.registrar.location import Binding

if TYPE_CHECKING:
    from calls.destination import Destination

CONFIG = Path(__file__).resolve().parents[2] / "config"
PHONE = Caller("internal", "1001", None, "1001", "Ana", "127.0.0.1:5070")
TRUNK = Caller("external", None, "demo", "+34600000000", "", "127.0.0.2:5060")


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load_configuration(CONFIG)


@pytest.mark.parametrize(
    ("dialled", "destination", "client"),
    [
        ("*11", FeatureCode("*11"), HOUSE),
        ("*122", FeatureCode("*12", "2"), HOUSE),
        ("*99", FeatureCode("*99"), HOUSE),
        ("1002", Extension("1002"), HOUSE),
        ("agent-ana", Agent("ana"), HOUSE),
        ("100", Menu("banco_sol"), "banco_sol"),
        ("+34910000001", Menu("banco_sol"), "banco_sol"),
    ],
)
def test_a_phone_of_ours_reaches_codes_phones_and_numbers(
    configuration: Configuration, dialled: str, destination: Destination, client: str
) -> None:
    route = Numbers(lambda: configuration).route(dialled, PHONE)
    assert route is not None
    assert (route.destination, route.client) == (destination, client)


@pytest.mark.parametrize("dialled", ["*11", "1002", "", "nobody", "*", "+", "34", "☎", "a" * 500])
def test_a_trunk_reaches_no_codes_no_phones_and_nothing_unknown(
    configuration: Configuration, dialled: str
) -> None:
    assert Numbers(lambda: configuration).route(dialled, TRUNK) is None


def test_one_number_written_in_several_ways_is_one_route(configuration: Configuration) -> None:
    numbers = Numbers(lambda: configuration)
    routes = [
        numbers.route(each, TRUNK) for each in ("+34910000001", "0034910000001", "34910000001", "910000001")
    ]
    assert len(set(routes)) == 1
    assert routes[0] is not None


def test_the_number_decides_the_language(configuration: Configuration) -> None:
    numbers = Numbers(lambda: configuration)
    found = {each: numbers.route(each, TRUNK) for each in ("+34910000001", "+48220000001", "+442079460001")}
    assert {each: route and route.language for each, route in found.items()} == {
        "+34910000001": "es",
        "+48220000001": "pl",
        "+442079460001": "en",
    }


def test_profiles_decide_what_each_may_dial(configuration: Configuration) -> None:
    numbers = Numbers(lambda: configuration)
    own, code, phone = (numbers.route(dialled, PHONE) for dialled in ("100", "*11", "1002"))
    assert own is not None
    assert code is not None
    assert phone is not None
    assert [numbers.allows(PHONE, each) for each in (own, code, phone)] == [True, True, True]
    assert [numbers.allows(TRUNK, each) for each in (own, code, phone)] == [True, False, False]
    agent = numbers.route("agent-ana", PHONE)
    assert agent is not None
    assert [numbers.allows(each, agent) for each in (PHONE, TRUNK)] == [True, False]
    assert numbers.route("agent-nobody", PHONE) is None
    assert numbers.route("agent-ana", TRUNK) is None
    stranger = Caller("internal", None, None, "x", "", "192.0.2.7:5060")
    assert not numbers.allows(stranger, own)


def test_places_find_registered_phones_and_fixed_contacts(configuration: Configuration) -> None:
    location = MemoryLocation()
    now = [0.0]
    places = Places(lambda: configuration.routing.agents, lambda account: location.find(account, now=now[0]))
    assert places.agent("ana", None) is None
    assert places.agent("nobody", None) is None
    flow = Flow("UDP", ("127.0.0.1", 5060), ("127.0.0.1", 40001))
    location.replace("1001", [Binding("1001", "sip:1001@10.0.0.5:5062", flow, 60.0, "c", 1, 0.0)])
    found = places.agent("ana", None)
    assert found is not None
    assert (found.uri, found.destination) == ("sip:1001@10.0.0.5:5062", ("127.0.0.1", 40001))
    # A queue has other agents: one phone of an agent that says nothing is not waited for as one that is dialled.
    assert places.account("1001") == replace(found, try_for=None)
    fixed = places.agent("ana", "sip:a001@127.0.0.1:5090")
    assert fixed is not None
    assert (fixed.uri, fixed.destination) == ("sip:a001@127.0.0.1:5090", None)
    now[0] = 61.0
    assert places.agent("ana", None) is None


def test_the_command_line_goes_before_the_file(configuration: Configuration) -> None:
    centre = configuration.centre
    plain = Options()
    assert plain.sip_address(centre) == Address("127.0.0.1", 5060)
    assert plain.http_address(centre) == Address("127.0.0.1", 8080)
    assert plain.rtp_range(centre) == range(20000, 30000)
    assert plain.drain_seconds(centre) == 600.0
    given = Options(
        sip=Address("127.0.0.9", 1), http=Address("127.0.0.9", 2), rtp_ports=(30000, 30009), drain_limit=0.0
    )
    assert given.sip_address(centre) == ("127.0.0.9", 1)
    assert given.http_address(centre) == ("127.0.0.9", 2)
    assert given.rtp_range(centre) == range(30000, 30010)
    assert given.drain_seconds(centre) == 0.0


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({}, ("192.0.2.1", "192.0.2.1")),
        ({"sip_advertised": "203.0.113.7"}, ("192.0.2.1", "203.0.113.7")),
        ({"sip_advertised": "sip.example.com"}, ("192.0.2.1", "192.0.2.1")),
        ({"rtp_address": "192.0.2.2", "sip_advertised": "203.0.113.7"}, ("192.0.2.2", "192.0.2.2")),
        ({"rtp_address": "0.0.0.0", "rtp_advertised": "203.0.113.9"}, ("0.0.0.0", "203.0.113.9")),
    ],
)
def test_sound_is_received_at_one_address_and_sdp_may_say_another(
    settings: dict[str, str], found: tuple[str, str]
) -> None:
    centre = Centre.model_validate({"sip": "192.0.2.1:5060", **settings})
    assert Options().rtp_addresses(centre) == found


def test_an_address_of_the_command_line_is_advertised_as_it_is() -> None:
    centre = Centre.model_validate({"sip": "192.0.2.1:5060", "sip_advertised": "203.0.113.7"})
    assert [each.advertised for each in Options().sip_listeners(centre)] == [("203.0.113.7", 0)] * 2
    given = Options(sip=Address("192.0.2.9", 0)).sip_listeners(centre)
    assert [each.advertised for each in given] == [None] * 2
