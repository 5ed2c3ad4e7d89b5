"""Flows: the pair of addresses a message travels between (RFC 5626 s.3, for UDP simply both ends; else a connection).

Does not open or own anything; the io folder does.
"""

from __future__ import annotations

from typing import NamedTuple

Address = tuple[str, int]
"""A literal IP address and a port."""

SECURE = frozenset(("TLS", "WSS"))
"""Transports that nobody on the way can read."""
MESSAGE_BASED = frozenset(("WS", "WSS"))
"""Transports over connections that keep messages apart by themselves. Nobody is dialled by them (RFC 7118 s.5)."""


class Flow(NamedTuple):
    """One way in and out: what replies travel on. A tuple, since one is needed for each datagram."""

    transport: str
    """"UDP", "TCP", "TLS", "WS" or "WSS"."""
    local: Address
    """What our listener is known by to others, also for a connection that we opened from another port."""
    remote: Address
    name: str = ""
    """Whom the far end of a TLS connection that we open must prove to be; empty for one opened to us."""

    @property
    def peer(self) -> str:
        """The far end as people write it."""
        return written(self.remote)

    @property
    def sent_by(self) -> str:
        """Our end as Via and Contact write it."""
        return written(self.local)


def written(address: Address) -> str:
    """An address as URIs and headers hold it."""
    host, port = address
    return f"{host_in_uri(host)}:{port}"


def host_in_uri(host: str) -> str:
    """A host as it stands in URIs and headers."""
    return f"[{host}]" if ":" in host else host


def default_port(transport: str) -> int:
    """The port of a URI or Via that names none (RFC 3261 s.19.1.2)."""
    return 5061 if transport in SECURE else 5060
