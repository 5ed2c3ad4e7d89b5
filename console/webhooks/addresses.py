"""Where webhooks may go: to the internet, and to those private networks that centre.yaml names.

Looked up and judged for each connection, so that no name can be made to lead inside after it was taken.
"""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult

from base.errors import CentralitaError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from ipaddress import IPv4Network

    Network = IPv4Network | IPv6Network

_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
"""NAT64 (RFC 6052, RFC 8215): an IPv4 address in the last four octets."""
_NEVER = tuple(
    map(
        ip_network,
        ("::/96", "::ffff:0:0:0/96", "fec0::/10", "3fff::/20", "5f00::/16", "192.88.99.0/24"),
    )
)
"""What the library takes for the internet: old and unheard-of forms of IPv4, sites, documentation, relays."""
_LONGEST = 2_000


class AddressRefused(CentralitaError):
    """A webhook may not go there; the text says why and what to do."""

    code = "address_refused"
    status = 422


def check_url(url: str, networks: Iterable[Network]) -> str:
    """An address that webhooks may be given, as far as it tells by itself. Raises AddressRefused."""
    try:
        found = urlsplit(url)
        host, _ = found.hostname, found.port
    except ValueError:
        raise AddressRefused("this is no address; write it as https://example.com/events") from None
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise AddressRefused(f"an address is up to {_LONGEST} plain letters, digits and signs")
    if found.username is not None or found.password is not None:
        raise AddressRefused("an address holds no user and no password; requests are signed")
    if found.scheme not in ("https", "http") or not host or found.fragment:
        raise AddressRefused("this is no address; write it as https://example.com/events")
    networks = tuple(networks)
    if found.scheme == "http" and not networks:
        raise AddressRefused(
            "write https://; http:// is for private networks that webhooks: {networks: ...} names"
        )
    literal = _literal(host)
    if literal is not None and not may_go(literal, networks, clear=found.scheme == "http"):
        raise AddressRefused(_words(host))
    return url


def may_go(address: IPv4Address | IPv6Address, networks: Iterable[Network], *, clear: bool = False) -> bool:
    """Whether this address may be spoken to; `clear` without TLS, which is for named networks only."""
    inner = _inner(address)
    if any(
        each in network
        for each in {address, inner}
        for network in networks
        if network.version == each.version
    ):
        return True
    if any(
        each in network for each in (address, inner) for network in _NEVER if network.version == each.version
    ):
        return False
    return not clear and inner.is_global and address.is_global and not inner.is_multicast


class CarefulResolver(AbstractResolver):
    """Looks names up in a thread and leaves out where webhooks may not go."""

    def __init__(self, networks: Callable[[], Collection[Network]]) -> None:
        """`networks` are private ones that are allowed now."""
        self.networks = networks

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses that may be used. Raises AddressRefused where there is none, OSError for an unknown name."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, family=family, flags=socket.AI_ADDRCONFIG
        )
        allowed: list[ResolveResult] = [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=kind,
                proto=proto,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, proto, _, address in found
            if may_go(ip_address(str(address[0]).partition("%")[0]), self.networks())
        ]
        if not allowed:
            raise AddressRefused(_words(host))
        return allowed

    async def close(self) -> None:
        """Nothing is kept."""


class ClearResolver(CarefulResolver):
    """The same for requests without TLS: to named networks only."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """See CarefulResolver."""
        found = await super().resolve(host, port, family)
        allowed = [each for each in found if may_go(ip_address(each["host"]), self.networks(), clear=True)]
        if not allowed:
            raise AddressRefused(_words(host))
        return allowed


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one stands for, if it does."""
    if isinstance(address, IPv4Address):
        return address
    if any(address in network for network in _TRANSLATED):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return (
        address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None) or address
    )


def _words(host: str) -> str:
    return f"{host} is an address inside; webhooks: {{networks: [...]}} in centre.yaml allows such"
