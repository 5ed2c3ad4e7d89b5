"""Where a request to a URI can go (RFC 3263 s.4): transport, address and port, in the order in which to try them.

Asks no DNS itself: `locate` yields what it must know and is sent the answers. Without an answer nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sip.dialog import is_literal
from sip.errors import UnresolvedTarget
from sip.locating.srv import Draw, Srv, in_order

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable

    from sip.flow import Address
    from sip.uri import Uri

MOST_HOPS = 16
"""Ways to one server; a zone that names more is not followed further."""
MOST_RECORDS = 16
"""Records of one answer that are looked at."""


class Naptr(NamedTuple):
    """One NAPTR record (RFC 3403 s.4.1)."""

    order: int
    preference: int
    flags: str
    service: str
    replacement: str


class Question(NamedTuple):
    """What has to be asked of the DNS."""

    name: str
    kind: str
    """NAPTR, SRV, A or AAAA."""


Answer = tuple[Naptr, ...] | tuple[Srv, ...] | tuple[str, ...]
"""The records of one answer; none when the name or the type is not there."""
Questions = tuple[Question, ...]
Answers = dict[Question, Answer]


@dataclass(frozen=True, slots=True)
class Hop:
    """One way to a server."""

    transport: str
    address: Address
    name: str
    """Whom the server must prove to be (RFC 5922 s.4): the host of the URI, not what the DNS made of it."""


@dataclass(frozen=True, slots=True)
class Means:
    """What we can send by: pairs of transport and address family (4 or 6) that we have a listener for."""

    listeners: Collection[tuple[str, int]]

    def has(self, transport: str) -> bool:
        """Whether we have the transport at all."""
        return any(each == transport for each, _ in self.listeners)

    def kinds(self, transport: str) -> tuple[str, ...]:
        """Address records worth asking for, IPv6 before IPv4 where we have both (RFC 7984 s.4, RFC 6724 s.2.1)."""
        return tuple(
            kind for family, kind in ((6, "AAAA"), (4, "A")) if (transport, family) in self.listeners
        )


@dataclass(frozen=True, slots=True)
class _Service:
    """A transport with the name under which its servers are listed, or with the server itself."""

    transport: str
    srv: str | None = None
    server: Address | None = None


@dataclass(slots=True)
class _Found:
    """Servers found so far, and whether a zone said of a service that it is not there."""

    servers: list[tuple[str, Address]] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)


_SERVICES = {"SIP+D2U": "UDP", "SIP+D2T": "TCP", "SIPS+D2T": "TLS"}
_LABELS = {"UDP": "_sip._udp.", "TCP": "_sip._tcp.", "TLS": "_sips._tcp."}
_PORTS = {"TLS": 5061}


def locate(uri: Uri, means: Means, draw: Draw) -> Generator[Questions, Answers, list[Hop]]:
    """The ways to a URI. Yields questions, is sent their answers, returns hops. Raises UnresolvedTarget."""
    target = (uri.params.get("maddr") or uri.host).strip("[]")
    services = yield from _services(uri, target, means)
    found = yield from _servers(services, draw)
    first = services[0].transport if services else None
    if not found.servers and first is not None and first not in found.denied:
        # No SRV records at all: the host itself, by the transport demanded or preferred (s.4.2).
        found.servers.append((first, (target, _port(first))))
    hops = yield from _addresses(found.servers, uri.host, means)
    if not hops:
        raise UnresolvedTarget(f"no address for {target} that this node's listeners can send to")
    return hops[:MOST_HOPS]


def transport_of(uri: Uri) -> str | None:
    """The transport that a URI demands: its parameter, TLS wherever the scheme is sips (s.4.1, RFC 3261 s.26.2.2)."""
    named = uri.transport
    if uri.scheme != "sips":
        return named
    if named not in (None, "TCP", "TLS"):
        raise UnresolvedTarget(f"{named} carries no sips")
    return "TLS"


def _services(uri: Uri, target: str, means: Means) -> Generator[Questions, Answers, tuple[_Service, ...]]:
    """What transport (s.4.1): demanded, by rule, by NAPTR, or by which SRV records there are."""
    transport = transport_of(uri)
    if transport is not None and not means.has(transport):
        raise UnresolvedTarget(f"no {transport} listener towards {target}")
    if is_literal(target) or uri.port is not None:
        chosen = transport or ("TLS" if uri.scheme == "sips" else "UDP")
        return (_Service(chosen, server=(target, uri.port or _port(chosen))),)
    if transport is not None and (uri.scheme == "sip" or "transport" in uri.params):
        label = _LABELS.get(transport)
        if label is None:
            return (_Service(transport, server=(target, _port(transport))),)
        return (_Service(transport, srv=label + target),)
    question = Question(target, "NAPTR")
    answers = yield (question,)
    # A sips URI takes nothing but TLS, and the zone may still say under what name that is found.
    allowed = ("UDP", "TCP", "TLS") if transport is None else (transport,)
    named = tuple(each for each in _by_naptr(answers[question], means) if each.transport in allowed)
    if named:
        return named
    known = [each for each in ("UDP", "TCP") if means.has(each)] if transport is None else [transport]
    return tuple(_Service(each, srv=_LABELS[each] + target) for each in known)


def _by_naptr(answer: Answer, means: Means) -> tuple[_Service, ...]:
    records = [each for each in answer[:MOST_RECORDS] if isinstance(each, Naptr)]
    records.sort(key=lambda each: (each.order, each.preference))
    found: list[_Service] = []
    for each in records:
        transport = _SERVICES.get(each.service.upper())
        if transport is not None and means.has(transport) and each.flags.lower() == "s":
            found.append(_Service(transport, srv=each.replacement.rstrip(".")))
    return tuple(found)


def _servers(services: tuple[_Service, ...], draw: Draw) -> Generator[Questions, Answers, _Found]:
    """Server names and ports of all services in order (s.4.2, RFC 2782)."""
    questions = tuple(Question(each.srv, "SRV") for each in services if each.srv is not None)
    answers = (yield questions) if questions else {}
    found = _Found()
    for service in services:
        if service.server is not None:
            found.servers.append((service.transport, service.server))
            continue
        records = [
            each
            for each in answers[Question(service.srv or "", "SRV")][:MOST_RECORDS]
            if isinstance(each, Srv)
        ]
        if len(records) == 1 and records[0].target in (".", ""):
            found.denied.add(service.transport)  # "decidedly not available" there
            continue
        found.servers += [
            (service.transport, (each.target.rstrip("."), each.port)) for each in in_order(records, draw)
        ]
    return found


def _addresses(
    servers: list[tuple[str, Address]], name: str, means: Means
) -> Generator[Questions, Answers, list[Hop]]:
    servers = servers[:MOST_HOPS]
    questions = tuple(
        dict.fromkeys(
            Question(host, kind)
            for transport, (host, _) in servers
            if not is_literal(host)
            for kind in means.kinds(transport)
        )
    )
    answers = (yield questions) if questions else {}
    hops: dict[Hop, None] = {}
    for transport, (host, port) in servers:
        for address in _literals(host, transport, means, answers):
            hops[Hop(transport, (address, port), name)] = None
    return list(hops)


def _literals(host: str, transport: str, means: Means, answers: Answers) -> Iterable[str]:
    if is_literal(host):
        family = 6 if ":" in host else 4
        return (host,) if (transport, family) in means.listeners else ()
    return [
        address
        for kind in means.kinds(transport)
        for address in answers[Question(host, kind)][:MOST_RECORDS]
        if isinstance(address, str)
    ]


def _port(transport: str) -> int:
    return _PORTS.get(transport, 5060)
