"""A trunk's settings (external.yaml): where a carrier's calls come from, where ours go, how, and how many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from base.document import Part
from base.durations import Seconds
from sip.dialog import is_literal
from sip.identity.identity import IdentityMode
from sip.offer.keys import Dtmf
from sip.offer.security import Srtp
from sip.profile_values import Address, Codecs, Digits, Domain, HostPort, Name
from sip.trunks.keep_alive import KeepAlivePlan
from sip.trunks.rewriting import NumbersPart
from sip.uri import Uri, escape

if TYPE_CHECKING:
    from typing import Self

Transport = Literal["udp", "tcp", "tls"]
PositiveSeconds = Annotated[Seconds, Field(gt=0)]


def _plain(value: object) -> object:
    """`register: true` is registering as usual."""
    return {} if value is True else None if value is False else value


def _both(value: object) -> object:
    """`calls_per_second: 5` counts for both directions, each by itself."""
    return {"incoming": value, "outgoing": value} if isinstance(value, int) else value


class KeepAlivePart(Part):
    """How often the carrier is shown that we are there, and by what."""

    every: Annotated[Seconds, Field(ge=5, le=600)] = 25.0
    by: Literal["stun", "crlf"] = "stun"
    """By UDP; a connection always takes line ends."""

    @property
    def plan(self) -> KeepAlivePlan:
        """As a registration takes it."""
        return KeepAlivePlan(self.every, self.by)


class RegisterPart(Part):
    """How we register with the carrier."""

    expires: Annotated[Seconds, Field(ge=60, le=86400)] = 600.0
    """What we ask for; the carrier may grant less."""
    keep_alive: KeepAlivePart | None = None
    """Keeps the way open by which the carrier's calls come; a carrier that asks for it (RFC 5626) gets it anyway."""


class AskPart(Part):
    """How the carrier is asked by OPTIONS whether it is there."""

    every: Annotated[Seconds, Field(ge=5)] = 30.0
    timeout: PositiveSeconds = 4.0
    failures: Annotated[int, Field(ge=1, le=10)] = 2
    """Questions without answer after which the trunk is down."""


class NewCallsPart(Part):
    """New calls in any second."""

    incoming: Annotated[int, Field(ge=1, le=10_000)] | None = None
    outgoing: Annotated[int, Field(ge=1, le=10_000)] | None = None


class DnsPart(Part):
    """Which DNS servers are asked for the carriers' names."""

    servers: tuple[str, ...] = ()
    """Addresses; the system's own servers unless given."""
    port: Annotated[int, Field(ge=1, le=65535)] = 53
    timeout: Annotated[Seconds, Field(ge=0.1, le=30)] = 3.0

    @model_validator(mode="after")
    def _literal(self) -> Self:
        for each in self.servers:
            if not is_literal(each):
                raise ValueError(f"{each!r} is no address; a name server needs one, such as 192.0.2.53")
        return self


class Trunk(Part):
    """A gateway to a carrier. Its calls are known by where they come from, or by our registration."""

    name: Name
    addresses: tuple[Address, ...] = ()
    """Where its calls come from, besides the addresses that its host has in the DNS."""
    certificates: tuple[Domain, ...] = ()
    """SIP domains that its TLS certificate may prove (RFC 5922), where a listener asks clients for theirs."""
    host: HostPort | None = None
    """The carrier's domain or address: what stands behind the @ of the numbers that we call."""
    proxy: HostPort | None = None
    """Where requests are sent, if not straight to the host."""
    transport: Transport | None = None
    """As the DNS says (RFC 3263) unless given; udp for an address."""
    login: Annotated[str, Field(pattern=r'^[^\s"<>;]{1,128}$')] | None = None
    """The user name of our account there; its password is given by `centralita trunk password`."""
    realm: Annotated[str, Field(min_length=1)] | None = None
    """The only realm that gets our credentials; the first that asks, unless given."""
    registration: Annotated[RegisterPart | None, BeforeValidator(_plain), Field(alias="register")] = None
    qualify: Annotated[AskPart | None, BeforeValidator(_plain)] = None
    number: Digits | None = None
    """Ours at this carrier: shown for phones of the house, and what is called when calls come to our registration."""
    channels: Annotated[int, Field(ge=1)] | None = None
    """Calls at once, in both directions together."""
    calls_per_second: Annotated[NewCallsPart, BeforeValidator(_both)] = NewCallsPart()
    try_for: PositiveSeconds = 4.0
    """How long one of its servers may say nothing before the next is tried."""
    numbers: NumbersPart = NumbersPart()
    codecs: Codecs | None = None
    srtp: Srtp | None = None
    dtmf: Dtmf | None = None
    may_call: tuple[Literal["numbers", "agents", "feature_codes"], ...] = ("numbers",)
    caller_number: Literal["from", "asserted"] = "from"
    """Whose word is taken for the caller's number: From, or P-Asserted-Identity (RFC 3325) where it is there."""
    identity: IdentityMode = "from"
    """How it is told who calls; anything but `from` trusts it with numbers that are not to be shown (RFC 3325)."""
    diversion: bool = True
    """Whether it is told who passed a call on (RFC 5806, RFC 7044)."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.host is None and not self.addresses and not self.certificates:
            raise ValueError(
                "a trunk has addresses: or certificates: (where its calls come from), host: (where ours go), or both"
            )
        if self.host is None:
            for name in ("proxy", "transport", "login", "qualify"):
                if getattr(self, name) is not None:
                    raise ValueError(f"{name} goes with host: the carrier's domain or address")
            if self.registration is not None:
                raise ValueError("register goes with host: the carrier's domain or address")
        if self.registration is not None and self.login is None:
            raise ValueError("register needs login: the user name of our account there")
        if self.realm is not None and self.login is None:
            raise ValueError("realm goes with login: the user name of our account there")
        return self

    @property
    def domain(self) -> str:
        """What stands behind the @ in From and To: the host without its port."""
        return (self.host or "").rpartition(":")[0] if _has_port(self.host or "") else self.host or ""

    @property
    def aor(self) -> str:
        """Our address-of-record there."""
        return f"sip:{escape(self.login or '')}@{self.domain}"

    @property
    def routes(self) -> tuple[str, ...]:
        """The route that requests take: by the proxy, if there is one (RFC 3261 s.8.1.2)."""
        if self.proxy is None:
            return ()
        return (f"<sip:{self.proxy};lr{self._transport}>",)

    def uri(self, user: str | None = None) -> str:
        """The request-URI for a number, or of the carrier itself."""
        who = f"{escape(user)}@" if user is not None else ""
        return f"sip:{who}{self.host}{self._transport if self.proxy is None else ''}"

    @property
    def _transport(self) -> str:
        return f";transport={self.transport}" if self.transport is not None else ""


def _has_port(host: str) -> bool:
    return Uri.parse(f"sip:{host}").port is not None
