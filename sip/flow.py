"""Flows: the pair of addresses a message travels between (RFC 5626 s.3, for UDP simply both ends; else a connection).

Does not open or own anything; the io folder does.
"""

from __future__ import annotations

from typing import NamedTuple

Address = tuple[str, int]
"""A literal IP address and a port."""

SERVED = frozenset(("UDP", "TCP"))
"""Transports that we have."""


class Flow(NamedTuple):
    """One way in and out: what replies travel on. A tuple, since one is needed for each datagram."""

    transport: str
    """"UDP" or "TCP"; "TLS", "WS" and "WSS" later."""
    local: Address
    """The listener's, also for a connection that we opened from another port."""
    remote: Address

    @property
    def peer(self) -> str:
        """The far end as people write it."""
        host, port = self.remote
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
