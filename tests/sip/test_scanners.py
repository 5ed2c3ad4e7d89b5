"""Attack tools are known by what they write, and phones are not taken for them."""

from __future__ import annotations

import pytest

from sip.message import Request, fields_of
from sip.protection.scanners import FINGERPRINTS, scanner_of

USUAL = {
    "Via": "SIP/2.0/UDP 192.0.2.2:5070;branch=z9hG4bK-1;rport",
    "From": '"Bob" <sip:bob@192.0.2.2>;tag=f1',
    "Call-ID": "call-1",
}


def request(**headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request("OPTIONS", "sip:100@192.0.2.1", fields_of([*{**USUAL, **named}.items()]))


@pytest.mark.parametrize(
    "agent",
    [
        "friendly-scanner",
        "sipvicious/0.3",
        "SIPVicious",
        "x sundayddr y",
        "sipcli/v1.8",
        "sipsak 0.9.7",
        "smap 0.6",
    ],
)
def test_known_tools_are_known_by_their_name(agent: str) -> None:
    assert scanner_of(request(User_Agent=agent)) is not None


@pytest.mark.parametrize(
    ("tool", "headers"),
    [
        ("sipvicious", {"From": '"sipvicious"<sip:100@1.1.1.1>;tag=6332'}),
        (
            "sipvicious",
            {
                "User_Agent": "Cisco",
                "From": '"100"<sip:100@1.1.1.1>;tag=1',
                "Via": "SIP/2.0/UDP 203.0.113.7:5061;branch=z9hG4bK-3085476235;rport",
            },
        ),
        (
            "sipvicious",
            {
                "Via": "SIP/2.0/UDP 203.0.113.7:5061;branch=z9hG4bK-3085476235;rport",
                "Call_ID": "845752980453913316694142",
                "From": '"x"<sip:x@y>;tag=64313462616130393133633401393739',
            },
        ),
        (
            "nmap",
            {"From": "<sip:nm@nm>;tag=root", "Call_ID": "50000", "Via": "SIP/2.0/UDP nm;branch=foo;rport"},
        ),
    ],
)
def test_known_tools_are_known_under_another_name(tool: str, headers: dict[str, str]) -> None:
    assert scanner_of(request(**headers)) == tool


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "Linphone/4.4",
        "baresip v2",
        "PJSUA v2.14",
        "pyVoIP 1.6",
        "Zoiper",
        "Gulper",
        "eyeBeam release 1011d",
    ],
)
def test_phones_are_no_scanners(agent: str) -> None:
    assert scanner_of(request(User_Agent=agent)) is None


def test_a_phone_with_numbers_for_identifiers_is_no_scanner() -> None:
    via = "SIP/2.0/UDP 192.0.2.2:5070;branch=z9hG4bK-524287;rport"
    assert scanner_of(request(Via=via, Call_ID="845752980453913316694142")) is None
    assert scanner_of(request(From='"Ana" <sip:50000@192.0.2.2>;tag=1', Call_ID="50000")) is None


def test_a_request_without_any_of_the_headers_is_no_scanner() -> None:
    assert scanner_of(Request("OPTIONS", "sip:x", {})) is None


def test_every_row_has_marks_of_headers_that_are_looked_at() -> None:
    for each in FINGERPRINTS:
        assert {name for name, _ in each.marks} <= {"User-Agent", "From", "Call-ID", "Via"}
        assert len(each.marks) == 1 or all(name != "User-Agent" for name, _ in each.marks)
