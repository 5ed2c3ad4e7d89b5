"""What a registrar makes of Path (RFC 3327 s.5.3) and of outbound (RFC 5626 s.6): accepted, passed over or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.errors import ParseError, RegisterRefused
from sip.grammar import number, unquote
from sip.values import NameAddr

if TYPE_CHECKING:
    from sip.message import Request

OUTBOUND, PATH = "outbound", "path"
"""Option tags."""
MOST_HOPS = 8
LONGEST_PATH = 1024
"""Proxies and characters of one path: it is kept for as long as the phone is registered."""
LONGEST_INSTANCE = 128
HIGHEST_REG_ID = 2**31 - 1


def read_path(request: Request, *, from_anybody: bool) -> tuple[str, ...]:
    """The path that a REGISTER came by. Raises RegisterRefused and ParseError.

    A phone that does not know of Path would not see who put himself between us; it must say that it does, unless
    `from_anybody`.
    """
    if "Path" not in request.fields:
        return ()
    path = tuple(request.listed("Path"))
    if len(path) > MOST_HOPS or sum(map(len, path)) > LONGEST_PATH:
        raise RegisterRefused(400, "Bad Request - Path too long")
    for hop in path:
        uri = NameAddr.parse(hop).uri
        if not uri.is_sip or not uri.host or "<" not in hop:
            raise RegisterRefused(400, "Bad Request - Path is not of SIP URIs")
    if not from_anybody and PATH not in request.listed("Supported"):
        raise RegisterRefused(420, "Bad Extension", (("Unsupported", PATH),))
    return path


def wants_outbound(request: Request, path: tuple[str, ...]) -> bool:
    """Whether a REGISTER with a reg-id is to be served by RFC 5626. Raises RegisterRefused (439) and ParseError.

    It is where the phone says outbound, and its first hop (we, or the proxy at the far end of the path) has it too.
    """
    if OUTBOUND not in request.listed("Supported") and OUTBOUND not in request.listed("Require"):
        return False
    if len(request.listed("Via")) > 1 and (not path or "ob" not in NameAddr.parse(path[-1]).uri.params):
        raise RegisterRefused(439, "First Hop Lacks Outbound Support")
    return True


def read_instance(contact: NameAddr) -> str:
    """The device that a contact names, or an empty text. Raises ParseError."""
    value = contact.params.get("+sip.instance")
    if value is None:
        return ""
    name = unquote(value)
    if (
        len(name) > LONGEST_INSTANCE
        or not name.startswith("<")
        or not name.endswith(">")
        or not name.isprintable()
    ):
        raise ParseError("bad +sip.instance")
    name = name[1:-1]
    # Hexadecimal digits of a UUID are the same in any case (RFC 4122 s.3).
    return name.lower() if name[:9].lower() == "urn:uuid:" else name


def read_reg_id(contact: NameAddr) -> int:
    """The flow's number among the device's; 0 for none. Raises ParseError."""
    value = contact.params.get("reg-id")
    if "reg-id" not in contact.params:
        return 0
    found = number(value or "", HIGHEST_REG_ID, "reg-id")
    if not found:
        raise ParseError("reg-id begins at 1")
    return found
