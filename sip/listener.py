"""Listeners: where messages come in, what others are told of it, whom it serves. Opens and reads nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from base.address import WILDCARDS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sip.flow import Address

Serves = Literal["internal", "external", "both"]
"""Phones, trunks, or whichever the source of a request is."""
STREAMS = frozenset(("TCP", "TLS", "WS", "WSS"))
"""Transports over connections; they share one space of ports."""


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """The files and rules of one TLS listener, for connections opened to us and by us."""

    certificate: Path
    """Our chain, ours first."""
    key: Path
    client_certificates: Literal["off", "optional", "required"] = "off"
    client_ca: Path | None = None
    """Who signs the certificates of those who connect."""
    ca: Path | None = None
    """Who signs those of servers that we connect to; None: whom this system trusts."""


@dataclass(frozen=True, slots=True)
class Listener:
    """One address that is listened on by one transport."""

    transport: str
    address: Address
    """Bound; port 0 takes a free one."""
    advertised: Address | None = None
    """What others reach it by, if that is another; its port 0 is the one that is bound."""
    serves: Serves = "both"
    tls: TlsSettings | None = None

    def known_as(self, bound: Address) -> Address:
        """What stands in Via and Contact when the socket has got this address."""
        if self.advertised is None:
            return bound
        host, port = self.advertised
        return host, port or bound[1]

    @property
    def place(self) -> tuple[str, Address, Address | None, str]:
        """All that cannot change while it is open."""
        return self.transport, self.address, self.advertised, self.serves


def on_one_port(
    address: Address, *, advertised: Address | None = None, tcp: bool = True
) -> tuple[Listener, ...]:
    """What `sip:` of centre.yaml stands for: UDP, and TCP beside it, for phones and trunks alike."""
    udp = Listener("UDP", address, advertised)
    return (udp, Listener("TCP", address, advertised)) if tcp else (udp,)


def clash(listener: Listener, others: Iterable[Listener]) -> Listener | None:
    """The first of the others that cannot be open or told apart beside this one."""
    return next((each for each in others if _binds_same(listener, each) or _known_same(listener, each)), None)


def _binds_same(one: Listener, other: Listener) -> bool:
    (host, port), (its_host, its_port) = one.address, other.address
    if not port or port != its_port or (one.transport in STREAMS) != (other.transport in STREAMS):
        return False
    same_family = (":" in host) == (":" in its_host)
    return host == its_host or (same_family and (host in WILDCARDS or its_host in WILDCARDS))


def _known_same(one: Listener, other: Listener) -> bool:
    ours, theirs = one.known_as(one.address), other.known_as(other.address)
    return one.transport == other.transport and bool(ours[1]) and ours == theirs
