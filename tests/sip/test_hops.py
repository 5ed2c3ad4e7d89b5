"""Where requests go by RFC 3263 (s.4.1, s.4.2), from records in a dictionary; RFC 2782 for the order of SRV."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.errors import UnresolvedTarget
from sip.locating.hops import Answer, Hop, Means, Naptr, Question, locate
from sip.locating.srv import Srv, in_order
from sip.uri import Uri

ALL = Means(frozenset((transport, 4) for transport in ("UDP", "TCP", "TLS")))
DUAL = Means(frozenset((transport, family) for transport in ("UDP", "TCP", "TLS") for family in (4, 6)))
PLAIN = Means(frozenset((("UDP", 4), ("TCP", 4))))
Zone = dict[tuple[str, str], Answer]

CARRIER: Zone = {
    ("carrier.example", "NAPTR"): (
        Naptr(100, 50, "s", "SIP+D2U", "_sip._udp.carrier.example."),
        Naptr(50, 50, "S", "SIPS+D2T", "_sips._tcp.carrier.example."),
        Naptr(90, 50, "s", "sip+d2t", "_sip._tcp.carrier.example."),
    ),
    ("_sips._tcp.carrier.example", "SRV"): (Srv(0, 1, 5061, "a.carrier.example."),),
    ("_sip._tcp.carrier.example", "SRV"): (Srv(0, 1, 5060, "a.carrier.example."),),
    ("_sip._udp.carrier.example", "SRV"): (
        Srv(2, 0, 5080, "b.carrier.example."),
        Srv(1, 0, 5070, "a.carrier.example."),
    ),
    ("a.carrier.example", "A"): ("192.0.2.1",),
    ("a.carrier.example", "AAAA"): ("2001:db8::1",),
    ("b.carrier.example", "A"): ("192.0.2.2", "192.0.2.3"),
    ("carrier.example", "A"): ("192.0.2.9",),
}


def hops(uri: str, zone: Zone, means: Means = ALL, asked: list[Question] | None = None) -> list[Hop]:
    """The ways that the records of a zone make."""
    steps = locate(Uri.parse(uri), means, lambda highest: 0)
    try:
        questions = next(steps)
        while True:
            if asked is not None:
                asked += questions
            questions = steps.send({each: zone.get((each.name, each.kind), ()) for each in questions})
    except StopIteration as stop:
        found: list[Hop] = stop.value
        return found


def shown(uri: str, zone: Zone, means: Means = ALL) -> list[str]:
    """Ways in short."""
    return [f"{hop.transport} {hop.address[0]}:{hop.address[1]}" for hop in hops(uri, zone, means)]


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("sip:a@192.0.2.7", "UDP 192.0.2.7:5060"),
        ("sip:a@192.0.2.7:5080", "UDP 192.0.2.7:5080"),
        ("sips:a@192.0.2.7", "TLS 192.0.2.7:5061"),
        ("sips:a@192.0.2.7:5080;transport=tcp", "TLS 192.0.2.7:5080"),
        ("sip:a@192.0.2.7;transport=tcp", "TCP 192.0.2.7:5060"),
        ("sip:a@192.0.2.7;transport=TLS", "TLS 192.0.2.7:5061"),
        ("sip:a@carrier.example;maddr=192.0.2.8", "UDP 192.0.2.8:5060"),
        ("sip:a@carrier.example:5090;maddr=192.0.2.8;transport=tcp", "TCP 192.0.2.8:5090"),
    ],
)
def test_an_address_needs_no_question(uri: str, expected: str) -> None:
    asked: list[Question] = []
    (hop,) = hops(uri, {}, asked=asked)
    assert f"{hop.transport} {hop.address[0]}:{hop.address[1]}" == expected
    assert asked == []


def test_a_port_means_no_naptr_and_no_srv_and_udp() -> None:
    asked: list[Question] = []
    assert [hop.address for hop in hops("sip:carrier.example:5090", CARRIER, asked=asked)] == [
        ("192.0.2.9", 5090)
    ]
    assert asked == [Question("carrier.example", "A")]


def test_the_server_decides_the_transport_by_the_order_of_naptr() -> None:
    assert shown("sip:a@carrier.example", CARRIER) == [
        "TLS 192.0.2.1:5061",
        "TCP 192.0.2.1:5060",
        "UDP 192.0.2.1:5070",
        "UDP 192.0.2.2:5080",
        "UDP 192.0.2.3:5080",
    ]


def test_naptr_of_transports_that_we_lack_is_passed_over() -> None:
    assert shown("sip:a@carrier.example", CARRIER, PLAIN)[0] == "TCP 192.0.2.1:5060"
    udp = Means(frozenset({("UDP", 4)}))
    assert shown("sip:a@carrier.example", CARRIER, udp)[0] == "UDP 192.0.2.1:5070"


def test_sips_goes_by_tls_only() -> None:
    asked: list[Question] = []
    (hop,) = hops("sips:a@carrier.example", CARRIER, asked=asked)
    assert (hop.transport, hop.address) == ("TLS", ("192.0.2.1", 5061))
    assert Question("_sip._udp.carrier.example", "SRV") not in asked


def test_the_zone_says_under_what_name_sips_is_found() -> None:
    """RFC 3263 s.4.1: NAPTR is asked for a sips URI too, and only SIPS services count."""
    zone: Zone = {
        ("carrier.example", "NAPTR"): (
            Naptr(10, 50, "s", "SIP+D2U", "_sip._udp.carrier.example."),
            Naptr(20, 50, "s", "SIPS+D2T", "_secure._tcp.carrier.example."),
        ),
        ("_secure._tcp.carrier.example", "SRV"): (Srv(0, 1, 5071, "a.carrier.example."),),
        ("a.carrier.example", "A"): ("192.0.2.1",),
    }
    assert shown("sips:a@carrier.example", zone) == ["TLS 192.0.2.1:5071"]


def test_sips_by_udp_or_without_tls_is_impossible() -> None:
    for uri, means in (("sips:a@carrier.example;transport=udp", ALL), ("sips:a@carrier.example", PLAIN)):
        with pytest.raises(UnresolvedTarget):
            hops(uri, CARRIER, means)


def test_a_transport_parameter_goes_before_naptr() -> None:
    asked: list[Question] = []
    found = hops("sip:a@carrier.example;transport=udp", CARRIER, asked=asked)
    assert [hop.address[1] for hop in found] == [5070, 5080, 5080]
    assert all(each.kind != "NAPTR" for each in asked)


def test_transport_tls_is_found_under_sips() -> None:
    assert shown("sip:a@carrier.example;transport=tls", CARRIER) == ["TLS 192.0.2.1:5061"]


def test_without_naptr_the_srv_records_of_our_transports_are_asked_for() -> None:
    zone = {key: value for key, value in CARRIER.items() if key[1] != "NAPTR"}
    asked: list[Question] = []
    found = hops("sip:a@carrier.example", zone, asked=asked)
    assert [hop.transport for hop in found] == ["UDP", "UDP", "UDP", "TCP"]
    assert Question("_sips._tcp.carrier.example", "SRV") not in asked  # only _sip for sip URIs (s.4.1)


def test_without_srv_the_host_itself_is_called_by_udp() -> None:
    zone: Zone = {("carrier.example", "A"): ("192.0.2.9", "192.0.2.10")}
    assert shown("sip:a@carrier.example", zone) == ["UDP 192.0.2.9:5060", "UDP 192.0.2.10:5060"]
    assert shown("sips:a@carrier.example", zone)[0] == "TLS 192.0.2.9:5061"
    assert shown("sip:a@carrier.example;transport=tcp", zone)[0] == "TCP 192.0.2.9:5060"


def test_a_service_that_is_decidedly_not_there_is_not_guessed() -> None:
    zone: Zone = {
        ("carrier.example", "A"): ("192.0.2.9",),
        ("_sip._udp.carrier.example", "SRV"): (Srv(0, 0, 0, "."),),
    }
    asked: list[Question] = []
    with pytest.raises(UnresolvedTarget):
        hops("sip:a@carrier.example", zone, asked=asked)
    assert {each.kind for each in asked} == {"NAPTR", "SRV"}
    assert shown("sip:a@carrier.example;transport=tcp", zone) == ["TCP 192.0.2.9:5060"]


def test_both_families_are_asked_for_where_we_have_both() -> None:
    assert shown("sip:a@a.carrier.example", CARRIER, DUAL) == [
        "UDP 2001:db8::1:5060",
        "UDP 192.0.2.1:5060",
    ]
    assert shown("sip:a@a.carrier.example", CARRIER) == ["UDP 192.0.2.1:5060"]


def test_an_address_of_a_family_that_we_lack_is_no_way() -> None:
    with pytest.raises(UnresolvedTarget):
        hops("sip:a@[2001:db8::1]", {})


def test_the_certificate_is_asked_of_the_name_in_the_uri() -> None:
    assert {hop.name for hop in hops("sips:a@carrier.example", CARRIER)} == {"carrier.example"}


def test_a_zone_cannot_make_us_try_for_ever() -> None:
    zone: Zone = {
        ("_sip._udp.evil.example", "SRV"): tuple(Srv(0, 0, port, "evil.example") for port in range(1, 5000)),
        ("evil.example", "A"): tuple(f"192.0.2.{octet}" for octet in range(1, 255)),
    }
    assert len(hops("sip:a@evil.example", zone)) == 16


def test_priorities_go_before_weights() -> None:
    records = [Srv(2, 65535, 1, "late"), Srv(1, 0, 1, "early")]
    assert [each.target for each in in_order(records, lambda highest: highest)] == ["early", "late"]


def test_weights_share_the_load_as_they_say() -> None:
    random = Random(3)
    records = [Srv(1, 60, 1, "big"), Srv(1, 30, 1, "middle"), Srv(1, 10, 1, "small")]
    firsts = Counter(
        in_order(records, lambda highest: random.randint(0, highest))[0].target for _ in range(6000)
    )
    for target, share in (("big", 0.6), ("middle", 0.3), ("small", 0.1)):
        assert firsts[target] / 6000 == pytest.approx(share, abs=0.03)


def test_a_weight_of_zero_is_drawn_seldom_but_not_never() -> None:
    random = Random(4)
    records = [Srv(1, 99, 1, "heavy"), Srv(1, 0, 1, "light")]
    firsts = Counter(
        in_order(records, lambda highest: random.randint(0, highest))[0].target for _ in range(10_000)
    )
    assert 20 < firsts["light"] < 300


@given(st.lists(st.builds(Srv, st.integers(0, 3), st.integers(0, 65535), st.just(5060), st.text(max_size=3))))
def test_every_record_is_tried_exactly_once(records: list[Srv]) -> None:
    random = Random(5)
    order = in_order(records, lambda highest: random.randint(0, highest))
    assert Counter(order) == Counter(records)
    assert [each.priority for each in order] == sorted(each.priority for each in records)


_NAMES = st.sampled_from(["a.example", "_sip._udp.a.example", "b.example", "", ".", "192.0.2.1", "x" * 300])
_RECORDS = st.one_of(
    st.builds(Naptr, st.integers(), st.integers(), st.text(max_size=2), st.text(max_size=9), _NAMES),
    st.builds(Srv, st.integers(0, 9), st.integers(0, 9), st.integers(0, 65535), _NAMES),
    st.sampled_from(["192.0.2.1", "2001:db8::1"]),
)
_ANYTHING = st.dictionaries(
    st.tuples(_NAMES, st.sampled_from(["NAPTR", "SRV", "A", "AAAA"])),
    st.lists(_RECORDS, max_size=40).map(tuple),
    max_size=12,
)


@given(
    st.sampled_from(
        [
            "sip:a.example",
            "sips:a.example",
            "sip:a.example;transport=tls",
            "sip:a.example:1;transport=ws",
            "sip:[2001:db8::1]",
            "sip:a.example;maddr=b.example",
        ]
    ),
    _ANYTHING,
)
def test_whatever_the_dns_says_there_are_few_ways_or_none(uri: str, zone: Zone) -> None:
    try:
        found = hops(uri, zone, DUAL)
    except UnresolvedTarget:
        return
    assert 1 <= len(found) <= 16
    assert len(set(found)) == len(found)
    assert all((hop.transport, 6 if ":" in hop.address[0] else 4) in DUAL.listeners for hop in found)
