"""What the command line may override: folders, addresses and ports of one node."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from base.address import Address, is_ip
from sip.listener import on_one_port

if TYPE_CHECKING:
    from collections.abc import Iterable

    from routing.centre import Centre
    from sip.listener import Listener

CONFIG = Path("config")
STATE = Path("state")
LOG_LEVELS = ("debug", "info", "warning", "error")
PHONE_PASSWORD = "CENTRALITA_PHONE_PASSWORD"
"""The environment variable in which `centralita phone` is given its password."""


@dataclass(frozen=True, slots=True)
class Options:
    """One node's own settings; None leaves what centre.yaml says."""

    config: Path = CONFIG
    state: Path = STATE
    sip: Address | None = None
    http: Address | None = None
    rtp_ports: tuple[int, int] | None = None
    drain_limit: float | None = None
    demo: bool = False

    def on_free_ports(self) -> Options:
        """The same on any free ports of this machine."""
        return replace(self, sip=Address("127.0.0.1", 0), http=Address("127.0.0.1", 0))

    def sip_address(self, centre: Centre) -> Address:
        """Where SIP is listened to."""
        return self.sip or centre.sip

    def sip_listeners(self, centre: Centre) -> tuple[Listener, ...]:
        """UDP, and TCP unless it is switched off, for phones and trunks; one given here is advertised as it is."""
        known_as = centre.sip_advertised if self.sip is None else None
        return on_one_port(self.sip_address(centre), advertised=known_as, tcp=centre.sip_tcp)

    def rtp_addresses(self, centre: Centre) -> tuple[str, str]:
        """Where sound is received, and what SDP says of it."""
        (sip, *_) = self.sip_listeners(centre)
        bound = centre.rtp_address or sip.address[0]
        if centre.rtp_advertised is not None:
            return bound, centre.rtp_advertised
        if centre.rtp_address is None and sip.advertised is not None and is_ip(sip.advertised[0]):
            return bound, sip.advertised[0]
        return bound, bound

    def rtp_also(self, centre: Centre, listeners: Iterable[Listener]) -> str | None:
        """Where sound of the other address family is received: at a listener's address of that, unless said."""
        if centre.rtp_also is not None:
            return centre.rtp_also
        _, told = self.rtp_addresses(centre)
        hosts = (each.address[0] for each in listeners if each.advertised is None)
        return next((host for host in hosts if (":" in host) != (":" in told)), None)

    def http_address(self, centre: Centre) -> Address:
        """Where the API is listened to."""
        return self.http or centre.http

    def rtp_range(self, centre: Centre) -> range:
        """The ports that sound may use."""
        low, high = self.rtp_ports or centre.rtp_ports
        return range(low, high + 1)

    def drain_seconds(self, centre: Centre) -> float:
        """How long calls may go on after the node was asked to stop."""
        return centre.drain_limit if self.drain_limit is None else self.drain_limit
