"""What a client company's file says of its systems, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field

from ivr.breaker import BreakerSettings
from ivr.limits import Limits, Signals


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """The sandbox of this node."""


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """A system reached by HTTP. Seconds."""

    url: str
    key: bytes = field(repr=False)
    """Signs every request (HMAC-SHA-256)."""
    timeout: float = 6.0
    """For an answer, with all that is tried for it."""
    connect_timeout: float = 2.0
    ca: str | None = field(default=None, repr=False)
    """Authorities that its certificate may be signed by (PEM); the machine's own unless given."""
    breaker: BreakerSettings = field(default_factory=BreakerSettings)


SystemSettings = SandboxSettings | HttpSettings


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """One client company's."""

    back_end: SystemSettings = field(default_factory=SandboxSettings)
    payments: SystemSettings | None = None
    """What charges cards; the back end unless given."""
    store_tokens: bool = False
    identity: tuple[str, ...] = ()
    """The elements that a caller must give beside the card."""
    limits: Limits = field(default_factory=Limits)
    signals: Signals = field(default_factory=Signals)
