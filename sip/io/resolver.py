"""Names into addresses before a call is placed. Literal addresses pass; no NAPTR or SRV yet (RFC 3263)."""

from __future__ import annotations

import asyncio
import socket

from sip.dialog import is_literal
from sip.errors import UnresolvedTarget
from sip.stack import Target
from sip.uri import Uri


async def resolve(target: Target) -> Target:
    """The target with a literal destination. Raises ParseError for a bad URI, UnresolvedTarget for an unknown name."""
    host, port = target.destination or Uri.parse(target.uri).address
    if is_literal(host):
        return target
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, family=socket.AF_INET, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as error:  # no such name, or nothing that could be one
        raise UnresolvedTarget(f"no address for {host}") from error
    return Target(target.uri, (str(found[0][4][0]), port))
