"""The SIP domains in a certificate (RFC 5922 s.7.1): whom it proves its holder to be. Verifies no signature."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def identities(names: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The domains of a subjectAltName, in lower case: those of its SIP URIs, failing those its DNS names.

    A URI with a user is somebody's and no domain's; addresses are kept for servers that were called by theirs.
    """
    uris: list[str] = []
    hosts: list[str] = []
    addresses: list[str] = []
    for kind, value in names:
        if kind == "URI":
            scheme, _, rest = value.partition(":")
            if scheme.lower() in ("sip", "sips") and rest and "@" not in rest:
                uris.append(rest.partition(";")[0].partition("?")[0].lower())
        elif kind == "DNS":
            hosts.append(value.lower())
        elif kind == "IP Address":
            addresses += _written_as_usual(value)
    return (*(uris or hosts), *addresses)


def _written_as_usual(address: str) -> list[str]:
    """An address of a certificate, which has its own way to write those of IPv6; nothing where it is none."""
    try:
        return [str(ip_address(address.strip()))]
    except ValueError:
        return []


def proves(names: Iterable[tuple[str, str]], domain: str) -> bool:
    """Whether a certificate with these names is a domain's (s.7.2): the very name, as wildcards are not allowed."""
    return domain.lower() in identities(names)
