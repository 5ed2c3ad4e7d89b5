"""Addresses as administrators write them: host and port. Looks nothing up."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import NamedTuple

HIGHEST_PORT = 65535
WILDCARDS = ("0.0.0.0", "::")
"""Addresses to listen on that say nothing to others."""
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


class Address(NamedTuple):
    """A host and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        """As people write it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def address(value: object) -> Address:
    """Read `127.0.0.1:5060` or `[::1]:5060`. Raises ValueError."""
    if isinstance(value, Address):
        return value
    host, colon, port = str(value).rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    is_number = port.isascii() and port.isdigit() and int(port) <= HIGHEST_PORT
    if not colon or not bare or not is_number or (":" in bare) != (host != bare):
        raise ValueError(f"{value!r} is not an address; write it as 127.0.0.1:5060 or [2001:db8::1]:5060")
    return Address(bare, int(port))


def is_ip(host: str) -> bool:
    """Whether a host is an address and no name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def advertised_address(value: object) -> Address:
    """Read what others reach us by: an address or a name; port 0 is the one that is bound. Raises ValueError."""
    if isinstance(value, Address):
        return value
    text = str(value)
    has_port = not is_ip(text) and (":" in text.rpartition("]")[2])
    try:
        found = address(text) if has_port else Address(text.removeprefix("[").removesuffix("]"), 0)
    except ValueError:
        found = Address("", 0)
    is_known = is_ip(found.host) if ":" in found.host else _NAME.fullmatch(found.host)
    if not is_known or found.host in WILDCARDS or (has_port and not found.port):
        raise ValueError(
            f"{value!r} is not what others can reach; write it as 203.0.113.7 or 203.0.113.7:5061"
        )
    return found
