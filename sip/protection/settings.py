"""The part `guard` of internal.yaml: how much of strangers and of our own phones is borne."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from pydantic import BeforeValidator, Field

from base.document import Part
from base.durations import Seconds
from sip.protection.guard import GuardLimits
from sip.protection.lockout import LockoutLimits
from sip.protection.rates import RateLimits

Network = IPv4Network | IPv6Network


def read_network(value: object) -> Network:
    """Read an address or a network as text. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError("an address or network is text, such as 192.0.2.10 or 192.0.2.0/28")
    try:
        return ip_network(value)
    except ValueError as error:
        raise ValueError(f"{error}; write an address (192.0.2.10) or a network (192.0.2.0/28)") from None


class RatePart(Part):
    """How many calls, registrations and other requests may be begun within a while; 0 is any number."""

    calls: Annotated[int, Field(ge=0)] = 0
    registrations: Annotated[int, Field(ge=0)] = 0
    others: Annotated[int, Field(ge=0)] = 0
    within: Annotated[Seconds, Field(gt=0)] = 60.0

    @property
    def limits(self) -> RateLimits:
        """As the rates take them."""
        return RateLimits(self.calls, self.registrations, self.others, self.within)


class LockoutPart(Part):
    """When an account that is guessed at from many sources is locked for strangers."""

    failures: Annotated[int, Field(ge=1)] = 30
    within: Annotated[Seconds, Field(gt=0)] = 600.0
    lasting: Annotated[Seconds, Field(gt=0)] = 300.0

    @property
    def limits(self) -> LockoutLimits:
        """As the lockout takes them."""
        return LockoutLimits(self.failures, self.within, self.lasting)


class GuardPart(Part):
    """How much of an untrusted source is borne before it is banned, and what is never banned."""

    requests: Annotated[int, Field(ge=1)] = 30
    within: Seconds = 2.0
    failures: Annotated[int, Field(ge=1)] = 10
    failures_within: Seconds = 60.0
    ban: Seconds = 300.0
    never_banned: tuple[Annotated[Network, BeforeValidator(read_network)], ...] = ()
    lockout: LockoutPart = LockoutPart()
    per_account: RatePart = RatePart(calls=600, registrations=3000, others=3000)
    per_source: RatePart = RatePart()

    @property
    def limits(self) -> GuardLimits:
        """As the guard takes them."""
        return GuardLimits(
            self.requests, self.within, self.failures, self.failures_within, self.ban, self.never_banned
        )
