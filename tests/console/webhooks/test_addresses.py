"""Where webhooks may go."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

import pytest

from console.webhooks.addresses import AddressRefused, CarefulResolver, ClearResolver, check_url, may_go

if TYPE_CHECKING:
    from collections.abc import Callable

OFFICE = (ip_network("10.1.0.0/16"),)
INSIDE = [
    *("127.0.0.1", "127.255.0.9", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("0.0.0.0", "255.255.255.255", "224.0.0.1", "239.1.1.1", "192.0.2.1", "198.18.0.1"),
    *("::1", "::", "fe80::1", "fc00::1", "ff02::1", "ff0e::1", "2001:db8::1", "::ffff:127.0.0.1"),
    *("::7f00:1", "::ffff:0:7f00:1", "fec0::1", "3fff::1", "5f00::1", "192.88.99.1"),
    *("::ffff:10.0.0.1", "2002:7f00:1::", "2002:a00:1::1", "64:ff9b::7f00:1", "64:ff9b::a00:1"),
]
OUTSIDE = ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_refused(address: str) -> None:
    assert not may_go(ip_address(address), ())
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(AddressRefused):
        check_url(f"https://{host}/x", ())


@pytest.mark.parametrize("address", OUTSIDE)
def test_addresses_outside_are_allowed_with_tls(address: str) -> None:
    assert may_go(ip_address(address), ())
    assert not may_go(ip_address(address), (), clear=True)


def test_a_named_network_is_allowed_and_no_other() -> None:
    assert may_go(ip_address("10.1.2.3"), OFFICE)
    assert may_go(ip_address("10.1.2.3"), OFFICE, clear=True)
    assert may_go(ip_address("::ffff:10.1.2.3"), OFFICE)
    assert not may_go(ip_address("10.2.2.3"), OFFICE)
    assert check_url("http://10.1.2.3:8080/x?y=1", OFFICE) == "http://10.1.2.3:8080/x?y=1"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://example.com/x", "write https"),
        ("ftp://example.com/x", "no address"),
        ("https:///x", "no address"),
        ("https://example.com:99999/", "no address"),
        ("https://example.com/#part", "no address"),
        ("https://user:hidden@example.com/", "no user and no password"),
        ("https://exam ple.com/", "plain letters"),
        ("https://example.com/\u200b", "plain letters"),
        ("https://example.com/" + "x" * 2_000, "up to 2000"),
        ("https://[::1/", "no address"),
    ],
)
def test_what_is_no_address_of_a_webhook_is_refused_with_words(url: str, words: str) -> None:
    with pytest.raises(AddressRefused, match=words) as told:
        check_url(url, ())
    assert "hidden" not in str(told.value)


def answers(*addresses: str) -> Callable[..., Any]:
    async def getaddrinfo(host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
        return [
            (socket.AF_INET6 if ":" in each else socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port))
            for each in addresses
        ]

    return getaddrinfo


async def test_a_name_that_leads_inside_is_refused_when_it_is_looked_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "getaddrinfo", answers("10.0.0.1", "::1"))
    with pytest.raises(AddressRefused, match=r"rebound\.example is an address inside"):
        await CarefulResolver(lambda: ()).resolve("rebound.example", 443)
    monkeypatch.setattr(loop, "getaddrinfo", answers("10.0.0.1", "93.184.215.14"))
    found = await CarefulResolver(lambda: ()).resolve("mixed.example", 443)
    assert [each["host"] for each in found] == ["93.184.215.14"]
    with pytest.raises(AddressRefused):
        await ClearResolver(lambda: OFFICE).resolve("mixed.example", 80)


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.1"])
async def test_other_ways_to_write_loopback_lead_nowhere(host: str) -> None:
    with pytest.raises(AddressRefused):
        await CarefulResolver(lambda: ()).resolve(host, 443)
