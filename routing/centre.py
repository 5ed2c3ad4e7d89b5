"""centre.yaml: what is set once for the whole centre. The command line may override addresses and ports."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from base.address import HIGHEST_PORT, WILDCARDS, Address, address, advertised_address
from base.document import Part
from base.durations import Seconds
from media.voice import NamedVoice
from records.people.roles import Role
from routing.retention import RetentionPart
from routing.timezones import Timezone
from sip.profile_values import CallingCode
from sip.protection.overload_settings import OverloadPart


def ports(value: object) -> tuple[int, int]:
    """Read `20000-29999`: lowest and highest. Raises ValueError."""
    if isinstance(value, tuple):
        value = f"{value[0]}-{value[1]}"
    low, dash, high = str(value).partition("-")
    if not (dash and low.isdigit() and high.isdigit() and 0 < int(low) < int(high) <= HIGHEST_PORT):
        raise ValueError(f"{value!r} is not a range of ports; write it as 20000-29999")
    if int(low) + int(low) % 2 >= int(high):
        raise ValueError(f"{value!r} holds no pair of an even port and the next one; write it as 20000-29999")
    return int(low), int(high)


def _reachable(value: str) -> str:
    """An address that can stand in a session description."""
    try:
        says_nothing = ip_address(value).is_unspecified
    except ValueError:
        says_nothing = True
    if says_nothing:
        raise ValueError(f"{value!r} is not an address that sound can be sent to; write one as 192.0.2.10")
    return value


def _language(value: str) -> str:
    if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", value) is None:
        raise ValueError(f"{value!r} is not a language; write its code, such as es, pl or en")
    return value


def _network(value: object) -> IPv4Network | IPv6Network:
    try:
        return ip_network(str(value))
    except ValueError:
        raise ValueError(f"{value!r} is not a network; write it as 10.1.0.0/16 or 127.0.0.1") from None


Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]


def _endpoint(value: str) -> str:
    if re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", value) is None:
        raise ValueError(f"{value!r} is not where traces go; write it as http://127.0.0.1:4318/v1/traces")
    return value


class Tracing(Part):
    """How SIP messages are shown to people."""

    messages: Literal["summary", "full"] = "summary"
    """What a call's record keeps of each message: a line, or its text less its secrets."""
    hep: Annotated[Address, BeforeValidator(address)] | None = None
    """A capture server that gets a copy of every message (HEP version 3)."""
    hep_agent: Annotated[int, Field(ge=0, lt=2**32)] = 0
    """Our number there."""
    pcap: Path | None = None
    """A file that gets a copy of every message."""


class Menus(Part):
    """How a menu set that was edited comes to callers."""

    publish: Literal["by_command", "on_reload"] = "by_command"
    """`on_reload`: start and reload publish what was edited since they last looked."""


class Listening(Part):
    """What the media plane listens for in every call that is answered; by default nothing, and no sound is decoded."""

    talk: bool = False
    """Whether a leg's record tells who talked for how long."""
    dead_air: Seconds = 0.0
    """A silence of both sides that is noted; 0: none is."""
    one_way_audio: Seconds = 0.0
    """How long our side may talk to one who is not heard until that is noted; 0: it is not."""


class WrapUpPart(Part):
    """How agents make wrap-up longer themselves."""

    step: Annotated[Seconds, Field(gt=0)] = 60.0
    """By `*14` alone."""
    longest: Annotated[Seconds, Field(gt=0)] = 900.0
    """The whole of it, from the end of the call."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.step > self.longest:
            raise ValueError(
                f"step {self.step:g} s is more than longest {self.longest:g} s; make longest longer"
            )
        return self


class MetricsPart(Part):
    """Who may read /metrics."""

    is_open: Annotated[bool, Field(alias="open")] = False
    """Whether everybody who reaches the port may, and not only programs of this machine."""


class PeoplePart(Part):
    """How people come into the API."""

    session_idle: Annotated[Seconds, Field(ge=60, le=7 * 86400)] = 1800.0
    """A session that is not used for so long ends."""
    session_longest: Annotated[Seconds, Field(ge=60, le=30 * 86400)] = 43200.0
    """A session ends after so long, used or not."""
    second_factor: tuple[Role, ...] = ()
    """Roles that need a second factor: without one they can only set it up."""
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """Networks of proxies before the API: where they say that a request came from (X-Forwarded-For) is believed."""


class ApiPart(Part):
    """How much may be asked of the API: so many requests at once, and so many a second on and on."""

    rate: Annotated[float, Field(ge=1, le=10_000)] = 50.0
    """Of one person or key, a second."""
    burst: Annotated[int, Field(ge=1, le=100_000)] = 200
    strangers_rate: Annotated[float, Field(ge=0.1, le=10_000)] = 5.0
    """Of one source whose requests prove nothing, a second."""
    strangers_burst: Annotated[int, Field(ge=1, le=100_000)] = 100


class WebhooksPart(Part):
    """Where events may be sent."""

    networks: tuple[Network, ...] = ()
    """Private networks and loopback that webhooks may go to; without TLS too."""


class TelemetryPart(Part):
    """Where traces of contacts are sent (OpenTelemetry, OTLP over HTTP)."""

    endpoint: Annotated[str, AfterValidator(_endpoint)] | None = None
    """Such as http://127.0.0.1:4318/v1/traces; none are made without it."""
    share: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Of contacts that are traced."""
    headers: dict[str, str] = Field(default_factory=dict, repr=False)
    """Sent with each request, such as a key of the receiver's."""


class Centre(Part):
    """centre.yaml."""

    name: str = "Centralita"
    timezone: Timezone = "UTC"
    node: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")] = "main"
    """What this node is called where several keep their records together."""
    database: str | None = None
    """Where the records are: `postgresql://USER@HOST/NAME`; an SQLite file in the state folder unless given."""
    country: CallingCode | None = None
    """Calling code, for numbers dialled without one."""
    language: Annotated[str, AfterValidator(_language)] = "en"
    sip: Annotated[Address, BeforeValidator(address)] = Address("127.0.0.1", 5060)
    sip_tcp: bool = True
    """Whether `sip` is served by TCP too."""
    sip_advertised: Annotated[Address, BeforeValidator(advertised_address)] | None = None
    """What others reach `sip` by, behind NAT: it stands in Via and Contact."""
    http: Annotated[Address, BeforeValidator(address)] = Address("127.0.0.1", 8080)
    rtp_advertised: Annotated[str, AfterValidator(_reachable)] | None = None
    """Where others send sound to, behind NAT: it stands in SDP."""
    rtp_address: str | None = None
    """Where sound is received; the host of `sip` unless given."""
    rtp_also: Annotated[str, AfterValidator(_reachable)] | None = None
    """Where sound is received from the other address family; a listener's address of that family unless given."""
    rtp_ports: Annotated[tuple[int, int], BeforeValidator(ports)] = (20000, 29999)
    rtp_dscp: Annotated[int, Field(ge=0, le=63)] = 46
    """The mark of our sound for the network (RFC 2474); 46 is expedited forwarding."""
    rtp_threads: Annotated[int, Field(ge=1, le=16)] | None = None
    """Media threads; one for each core unless given."""
    rtp_realtime: bool = False
    """Whether media threads ask for real-time scheduling."""
    sip_profiles: Path = Path("../sip_profiles")
    prompts: Path = Path("../prompts")
    voices: dict[Annotated[str, AfterValidator(_language)], NamedVoice] = Field(default_factory=dict)
    """language -> who speaks the prompts that nobody has recorded; espeak unless given."""
    silence_limit: Seconds = 300.0
    """How long a call may last from which nothing is heard that should be; 0: as long as it likes."""
    drain_limit: Seconds = 600.0
    """How long calls may go on after the server was asked to stop."""
    menus: Menus = Menus()
    tracing: Tracing = Tracing()
    listening: Listening = Listening()
    wrap_up: WrapUpPart = WrapUpPart()
    overload: OverloadPart = OverloadPart()
    metrics: MetricsPart = MetricsPart()
    people: PeoplePart = PeoplePart()
    api: ApiPart = ApiPart()
    webhooks: WebhooksPart = WebhooksPart()
    telemetry: TelemetryPart = TelemetryPart()
    retention: RetentionPart | None = None
    """How long the records keep what is personal, where a client company's file says nothing; for ever unless given."""

    @field_validator("rtp_address")
    @classmethod
    def _sound_comes_there(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None or (value in WILDCARDS and info.data.get("rtp_advertised")):
            return value
        return _reachable(value)
