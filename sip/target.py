"""Whom we call and who we say is calling (RFC 3261 s.8.1.1): values that come from above, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sip.digest.login import Login
    from sip.flow import Address, Flow
    from sip.identity.diversion import Diversion
    from sip.identity.identity import IdentityMode


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to call: the request-URI, and where to send it when that is not the URI's own literal address."""

    uri: str
    destination: Address | None = None
    login: Login | None = None
    """What a challenge is answered with; without it a challenge is a refusal."""
    flow: Flow | None = None
    """The way that a phone registered by; it goes before the destination and whatever transport the URI names."""
    routes: tuple[str, ...] = ()
    """Route values of the request, the next hop first (RFC 3261 s.8.1.2): a phone's Path, a carrier's Service-Route."""
    alternatives: tuple[Target, ...] = ()
    """Tried in this order while nobody is reached: no answer at all, a lost connection, 503, or 430 (RFC 5626 s.6)."""
    transport: str | None = None
    """What the request goes by, where that is not what the URI says (RFC 3263 s.4.1)."""
    server: str | None = None
    """The server's name, for one that was found by RFC 3263 or belongs to a trunk; its certificate must show it."""
    try_for: float | None = None
    """Seconds without any answer after which the next is tried; without it Timer B."""
    profile: str = ""
    """The profile whose listener the call leaves by, and whose session timers hold for it."""
    identity: IdentityMode = "from"
    """How the peer learns who calls; anything but `from` says that it is trusted (RFC 3325)."""
    diversions: tuple[Diversion, ...] = ()
    """Who passed the call on, the latest first, where the peer is to be told."""
    account: str | None = None
    """The account of the house whose phone it is."""
    instance: str | None = None
    """The device that is reached so; once it has answered, its other flows are not tried (RFC 5626 s.7)."""


@dataclass(frozen=True, slots=True)
class CallerIdentity:
    """Who we say is calling."""

    user: str
    display: str = ""
    host: str | None = None
    is_private: bool = False
    """The called party must not see who it is (RFC 3323); trusted peers are told, and that it is to be hidden."""
