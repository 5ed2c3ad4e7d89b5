"""`listeners:` of the profiles: what they say, and the faults of those that cannot be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import trustme

from base.address import Address, address, advertised_address
from sip.io.certificates import certificate_faults
from sip.listener import Listener, clash, on_one_port
from sip.profile import load_profiles

if TYPE_CHECKING:
    from pathlib import Path

    from base.document import Fault
    from sip.profile import Profiles

INTERNAL = "realm: x\naccounts: {}\n"
EXTERNAL = "trunks: []\n"
TLS = "{transport: tls, address: 192.0.2.10:5061, certificate: tls/own.pem, key: tls/own.key"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a certificate and its key, and a key of another."""
    (tmp_path / "tls").mkdir()
    authority = trustme.CA()
    for name in ("own", "other"):
        issued = authority.issue_cert("sip.example.com")
        issued.cert_chain_pems[0].write_to_path(tmp_path / "tls" / f"{name}.pem")
        issued.private_key_pem.write_to_path(tmp_path / "tls" / f"{name}.key")
    authority.cert_pem.write_to_path(tmp_path / "tls" / "ca.pem")
    return tmp_path


def check(folder: Path, *listeners: str, external: str = EXTERNAL) -> tuple[Profiles | None, list[str]]:
    text = INTERNAL + "".join(["listeners:\n", *(f"  - {each}\n" for each in listeners)] if listeners else "")
    (folder / "internal.yaml").write_text(text)
    (folder / "external.yaml").write_text(external)
    faults: list[Fault] = []
    profiles = load_profiles(folder, faults)
    if profiles is not None:
        faults.extend(certificate_faults(profiles.listeners, folder))
    return profiles, [str(each).replace(f"{folder}/", "") for each in faults]


def test_listeners_say_what_they_bind_what_others_know_and_whom_they_serve(folder: Path) -> None:
    trunks = EXTERNAL + "listeners:\n  - {transport: udp, address: '0.0.0.0:5080', advertised: 203.0.113.7}\n"
    profiles, faults = check(folder, f"{TLS}, advertised: 'sip.example.com:5061'}}", external=trunks)
    assert profiles is not None
    assert not faults
    phones, carriers = profiles.listeners
    assert (phones.transport, phones.serves, phones.address) == ("TLS", "internal", ("192.0.2.10", 5061))
    assert phones.known_as(("192.0.2.10", 5061)) == ("sip.example.com", 5061)
    assert phones.tls is not None
    assert phones.tls.certificate == folder / "tls" / "own.pem"
    assert (carriers.transport, carriers.serves) == ("UDP", "external")
    assert carriers.known_as(("0.0.0.0", 5080)) == ("203.0.113.7", 5080)


@pytest.mark.parametrize(
    ("listener", "fault"),
    [
        (
            "{transport: udp, address: '0.0.0.0:5080'}",
            "internal.yaml:4: .*says nothing to others; add advertised",
        ),
        ("{transport: udp, address: 'phones:5080'}", "internal.yaml:4: .*not an address of this machine"),
        ("{transport: udp, address: '2001:db8::1:5080'}", "internal.yaml:4: .*not an address; write it as"),
        (
            "{transport: udp, address: '1.2.3.4:5', advertised: '::'}",
            "internal.yaml:4: .*not what others can reach",
        ),
        ("{transport: tsl, address: '1.2.3.4:5'}", "internal.yaml:4: .*'tsl' is not known.*did you mean"),
        ("{transport: tls, address: '1.2.3.4:5'}", "internal.yaml:4: .*needs certificate: and key:"),
        (
            "{transport: tcp, address: '1.2.3.4:5', key: k}",
            "internal.yaml:4: .*key belongs to a listener with .*tls",
        ),
        (TLS + ", client_certificates: required}", "internal.yaml:4: .*client_ca: must say who signs"),
        (
            TLS.replace("own.pem", "none.pem") + "}",
            "internal.yaml:4: .*none.pem cannot be read: No such file",
        ),
        (
            TLS.replace("own.key", "other.key") + "}",
            "internal.yaml:4: .*other.key is not the key of .*own.pem",
        ),
        (TLS.replace("own.pem", "own.key") + "}", "internal.yaml:4: .*own.key holds no certificate"),
        (TLS.replace("own.key", "own.pem") + "}", "internal.yaml:4: .*own.pem holds no key"),
        (TLS + ", ca: internal.yaml}", "internal.yaml:4: .*internal.yaml holds no certificates"),
    ],
)
def test_a_listener_that_cannot_be_is_a_fault_at_its_line(folder: Path, listener: str, fault: str) -> None:
    _, faults = check(folder, listener)
    assert len(faults) == 1
    assert re.match(fault, faults[0]), faults[0]


def test_two_listeners_at_one_address_are_a_fault_also_across_profiles(folder: Path) -> None:
    trunks = EXTERNAL + "listeners:\n  - {transport: tcp, address: '192.0.2.10:5061'}\n"
    _, faults = check(folder, TLS + "}", external=trunks)
    assert len(faults) == 1
    assert (
        "external.yaml:3: 192.0.2.10:5061 by TCP clashes with the TLS listener at 192.0.2.10:5061"
        in faults[0]
    )


@pytest.mark.parametrize(
    ("one", "other", "clashes"),
    [
        (Listener("UDP", ("1.1.1.1", 5)), Listener("TCP", ("1.1.1.1", 5)), False),
        (Listener("TLS", ("1.1.1.1", 5)), Listener("TCP", ("1.1.1.1", 5)), True),
        (Listener("UDP", ("1.1.1.1", 5)), Listener("UDP", ("0.0.0.0", 5), ("2.2.2.2", 5)), True),
        (Listener("UDP", ("1.1.1.1", 5)), Listener("UDP", ("::", 5), ("2001:db8::1", 5)), False),
        (Listener("UDP", ("1.1.1.1", 0)), Listener("UDP", ("1.1.1.1", 0)), False),
        (
            Listener("UDP", ("1.1.1.1", 5), ("9.9.9.9", 7)),
            Listener("UDP", ("1.1.1.2", 5), ("9.9.9.9", 7)),
            True,
        ),
        (
            Listener("UDP", ("1.1.1.1", 5), ("9.9.9.9", 0)),
            Listener("UDP", ("1.1.1.2", 6), ("9.9.9.9", 0)),
            False,
        ),
    ],
)
def test_listeners_clash_where_they_bind_or_are_known_by_the_same(
    one: Listener, other: Listener, *, clashes: bool
) -> None:
    assert (clash(one, [other]) is not None) is clashes


def test_the_shared_listener_is_udp_and_tcp_unless_tcp_is_switched_off() -> None:
    assert [each.transport for each in on_one_port(("192.0.2.1", 5060))] == ["UDP", "TCP"]
    (only,) = on_one_port(("192.0.2.1", 5060), advertised=("203.0.113.7", 0), tcp=False)
    assert only.known_as(("192.0.2.1", 5060)) == ("203.0.113.7", 5060)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("203.0.113.7", ("203.0.113.7", 0)),
        ("203.0.113.7:5061", ("203.0.113.7", 5061)),
        ("2001:db8::1", ("2001:db8::1", 0)),
        ("[2001:db8::1]", ("2001:db8::1", 0)),
        ("[2001:db8::1]:5061", ("2001:db8::1", 5061)),
        ("sip.example.com", ("sip.example.com", 0)),
    ],
)
def test_what_is_advertised_may_have_a_port(text: str, found: tuple[str, int]) -> None:
    assert advertised_address(text) == found


@pytest.mark.parametrize("text", ["", "0.0.0.0", "::", "a b", "1.2.3.4:0", "1.2.3.4:70000", "[x]:5", "a/b:1"])
def test_what_nobody_can_reach_is_not_advertised(text: str) -> None:
    with pytest.raises(ValueError, match="not what others can reach"):
        advertised_address(text)


def test_addresses_are_written_as_they_are_read() -> None:
    for text in ("127.0.0.1:5060", "[::1]:5060"):
        assert str(address(text)) == text
    assert address("[::1]:5060") == Address("::1", 5060)
