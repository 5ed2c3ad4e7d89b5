"""Which systems a client company's calls ask, and how far callers are trusted: parts of config/clients/<id>.yaml."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

from cryptography import x509
from pydantic import AfterValidator, BeforeValidator, Field

from base.document import Part
from base.durations import Seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from base.document import Document, Fault

Element = Literal["birth", "postcode", "pesel", "dni", "nie", "ssn", "otp", "account"]
UpToADay = Annotated[Seconds, Field(ge=1, le=86400)]


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _url(value: str) -> str:
    try:
        found = urlsplit(value)
        host = found.hostname or ""
        found.port  # noqa: B018 - raises where it is none
    except ValueError:
        raise ValueError(f"{value!r} is not an address; write it as https://bank.example/ivr") from None
    if found.username is not None or found.password is not None:
        # Not quoted: there is a password in it.
        raise ValueError("an address holds no user and no password; requests are signed with key:")
    if not host or found.scheme not in ("https", "http") or found.query or found.fragment:
        raise ValueError(f"{value!r} is not an address; write it as https://bank.example/ivr")
    if found.scheme == "http" and not _is_loopback(host):
        raise ValueError(
            f"{value!r} would carry card numbers in clear; write https:// (http: 127.0.0.1 only)"
        )
    return value.rstrip("/")


def _chosen(name: str) -> Callable[[Any], Any]:
    """Say in plain words what stands in the key that tells one kind of system from another."""

    def check(value: Any) -> Any:
        if isinstance(value, dict) and value.get(name) not in ("sandbox", "http"):
            raise ValueError(f"{name} is sandbox or http, not {value.get(name)!r}")
        return value

    return check


class BreakerPart(Part):
    """When a system that fails is left alone."""

    failures: Annotated[int, Field(ge=1, le=1000)] = 5
    """In a row."""
    pause: Annotated[Seconds, Field(gt=0, le=3600)] = 10.0
    longest_pause: Annotated[Seconds, Field(gt=0, le=3600)] = 120.0


class HttpPart(Part):
    """A system that is asked by HTTP (docs/back-end.md)."""

    url: Annotated[str, AfterValidator(_url)]
    key: Path
    """The file of the key that signs requests."""
    timeout: Annotated[Seconds, Field(ge=0.5, le=60)] = 6.0
    """For an answer, with all that is tried for it; menus must wait longer (`submit: {timeout: ...}`)."""
    connect_timeout: Annotated[Seconds, Field(ge=0.1, le=60)] = 2.0
    ca: Path | None = None
    """Who may have signed its certificate: a PEM file; the machine's authorities unless given."""
    breaker: BreakerPart = BreakerPart()


class HttpBackEndPart(HttpPart):
    """`back_end: {kind: http, ...}`."""

    kind: Literal["http"]


class SandboxBackEndPart(Part):
    """`back_end: {kind: sandbox}`."""

    kind: Literal["sandbox"] = "sandbox"


class HttpPaymentsPart(HttpPart):
    """`payments: {connector: http, ...}`."""

    connector: Literal["http"]
    timeout: Annotated[Seconds, Field(ge=0.5, le=60)] = 10.0
    """Of which the charge itself may take seven tenths; the rest is for asking what became of it."""
    store_tokens: bool = False
    """Whether what the payment system calls a card by is kept with the charge."""


class SandboxPaymentsPart(Part):
    """`payments: {connector: sandbox}`."""

    connector: Literal["sandbox"]


BackEndPart = Annotated[
    Annotated[SandboxBackEndPart | HttpBackEndPart, Field(discriminator="kind")],
    BeforeValidator(_chosen("kind")),
]
PaymentsPart = Annotated[
    Annotated[SandboxPaymentsPart | HttpPaymentsPart, Field(discriminator="connector")],
    BeforeValidator(_chosen("connector")),
]


class LimitsPart(Part):
    """How often a caller may fail, and for how long one is turned away then."""

    per_call: Annotated[int, Field(ge=1, le=20)] = 3
    per_card: Annotated[int, Field(ge=1, le=100)] = 5
    per_caller: Annotated[int, Field(ge=1, le=1000)] = 10
    window: UpToADay = 86400.0
    cool_down: Annotated[tuple[UpToADay, ...], Field(min_length=1, max_length=10)] = (900.0, 3600.0, 86400.0)


class FraudPart(Part):
    """What makes a caller suspect."""

    cards_per_caller: Annotated[int, Field(ge=0, le=1000)] = 5
    within: UpToADay = 3600.0
    attestation: Literal["off", "B", "A"] = "off"


def system_faults(document: Document, name: str, part: HttpPart) -> Iterator[Fault]:
    """What is wrong with the settings of a system together, and with the file of its authorities."""
    if part.connect_timeout > part.timeout:
        what = f"{name}.connect_timeout is longer than {name}.timeout"
        yield document.fault((name, "connect_timeout"), what, "make it shorter")
    if part.ca is None:
        return
    mend = "name a PEM file beside this one"
    try:
        x509.load_pem_x509_certificates(part.ca.read_bytes())
    except OSError as error:
        yield document.fault((name, "ca"), f"{name}.ca: {part.ca}: {error.strerror}", mend)
    except ValueError:
        yield document.fault((name, "ca"), f"{name}.ca: {part.ca} holds no certificate", mend)
