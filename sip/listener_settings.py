"""`listeners:` of a profile as administrators write it. Whether its certificates serve is asked in io."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, model_validator

from base.address import WILDCARDS, Address, address, advertised_address
from base.document import Part
from sip.listener import Listener, TlsSettings, clash

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from base.document import Document, Fault
    from sip.listener import Serves

_FILES = ("certificate", "key", "client_ca", "ca")
_SECURE = ("tls", "wss")


def _bound(value: object) -> Address:
    found = address(value)
    try:
        ip_address(found.host)
    except ValueError:
        raise ValueError(
            f"{value!r} is not an address of this machine; write it as 192.0.2.10:5061"
        ) from None
    return Address(str(ip_address(found.host)), found.port)


class ListenerPart(Part):
    """One address that a profile is served at."""

    transport: Literal["udp", "tcp", "tls", "ws", "wss"]
    address: Annotated[Address, BeforeValidator(_bound)]
    advertised: Annotated[Address, BeforeValidator(advertised_address)] | None = None
    """What others reach it by, behind NAT: it stands in Via and Contact."""
    certificate: Path | None = None
    key: Path | None = None
    client_certificates: Literal["off", "optional", "required"] = "off"
    client_ca: Path | None = None
    ca: Path | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.address.host in WILDCARDS and self.advertised is None:
            raise ValueError(f"{self.address} says nothing to others; add advertised: with what they reach")
        if self.transport not in _SECURE:
            for name in (*_FILES, "client_certificates"):
                if name in self.model_fields_set:
                    raise ValueError(f"{name} belongs to a listener with transport: tls or wss")
        elif self.certificate is None or self.key is None:
            raise ValueError(f"a listener with transport: {self.transport} needs certificate: and key:")
        elif self.client_certificates != "off" and self.client_ca is None:
            raise ValueError("client_ca: must say who signs the certificates of clients")
        return self

    def listener(self, folder: Path, serves: Serves) -> Listener:
        """As the endpoint takes it; relative paths are those of the folder."""
        tls = None
        if self.certificate is not None and self.key is not None:
            tls = TlsSettings(
                certificate=folder / self.certificate,
                key=folder / self.key,
                client_certificates=self.client_certificates,
                client_ca=folder / self.client_ca if self.client_ca is not None else None,
                ca=folder / self.ca if self.ca is not None else None,
            )
        return Listener(self.transport.upper(), self.address, self.advertised, serves, tls)


def listeners_of(
    parts: Sequence[ListenerPart], document: Document, serves: Serves, others: Sequence[Listener]
) -> tuple[list[Listener], list[Fault]]:
    """The listeners of one profile, and the faults of those that cannot stand beside each other or the others."""
    found: list[Listener] = []
    faults: list[Fault] = []
    for index, part in enumerate(parts):
        listener = part.listener(document.path.parent, serves)
        other = clash(listener, [*others, *found])
        if other is not None:
            faults.append(clashing(document, index, listener, other))
        found.append(listener)
    return found, faults


def clashing(document: Document, index: int, listener: Listener, other: Listener) -> Fault:
    """The fault of a listener that has the address of another."""
    ours, theirs = Address(*listener.address), Address(*other.address)
    what = f"{ours} by {listener.transport} clashes with the {other.transport} listener at {theirs}"
    return document.fault(
        ("listeners", index, "address"), what, "give each a port, and each advertised address, of its own"
    )
