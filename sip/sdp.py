"""Session descriptions (RFC 8866): reading bytes that strangers sent, and writing.

`parse` is total: it returns a description or raises SdpError (status 400). It knows the lines that offer and
answer need and keeps every other attribute as it came; what they mean for a call is decided in sip/offer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv6Address
from typing import TYPE_CHECKING

from sip.errors import SdpError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_BODY = 65_535
"""Longest description read; no honest one comes near."""
MAX_MEDIA = 32
"""Most media lines read: each costs a line in the answer, so the number must not be the peer's to choose."""
DIRECTIONS = frozenset(("sendrecv", "sendonly", "recvonly", "inactive"))

_TOKEN = re.compile(r"[!-~]+")
_PORT = re.compile(r"[0-9]{1,5}(?:/[0-9]{1,5})?")
_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IP4 = re.compile(rf"{_BYTE}(?:\.{_BYTE}){{3}}")
_DOTTED = re.compile(r"[0-9.]+")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?")
_RTPMAP = re.compile(r"([0-9]{1,3})[ \t]+([!-.0-~]{1,32})/([0-9]{1,9})(?:/([!-~]*))?[ \t]*")


@dataclass(frozen=True, slots=True)
class Media:
    """One m= line with the lines under it; address and direction are the session's where it has none."""

    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    address: str | None = None
    direction: str = "sendrecv"
    attributes: tuple[str, ...] = field(default=(), repr=False)
    """Some hold keys."""
    rtpmaps: Mapping[str, tuple[str, int, int]] = field(default_factory=dict)
    """Format to encoding name in upper case, clock rate and channels (0 where they are no number)."""
    ptime: int = 0
    """Milliseconds wanted in each packet; 0 where nothing was said."""
    maxptime: int = 0
    """Most milliseconds that a packet may hold; 0 where nothing was said."""


@dataclass(frozen=True, slots=True)
class SessionDescription:
    """A whole description: who made it, and its media in their order."""

    origin: tuple[str, str, str, str, str, str]
    """The fields of o=: user name, session id, version, IN, IP4 or IP6, address."""
    media: tuple[Media, ...] = ()
    name: str = "-"
    attributes: tuple[str, ...] = field(default=(), repr=False)
    """The session's own attributes, except the direction, which each media has."""


class _Draft:
    """What is known of one section (the session or one media) while its lines are read."""

    __slots__ = (
        "address",
        "attributes",
        "direction",
        "formats",
        "kind",
        "maxptime",
        "port",
        "protocol",
        "ptime",
        "rtpmaps",
    )

    def __init__(self, address: str | None, direction: str) -> None:
        self.kind = ""
        self.port = 0
        self.protocol = ""
        self.formats: tuple[str, ...] = ()
        self.address = address
        self.direction = direction
        self.attributes: list[str] = []
        self.rtpmaps: dict[str, tuple[str, int, int]] = {}
        self.ptime = self.maxptime = 0


def parse(body: bytes) -> SessionDescription:
    """Read a description. Raises SdpError, saying what is wrong, for anything that is not one."""
    if len(body) > MAX_BODY:
        raise SdpError("session description too long")
    lines = body.decode("utf-8", "replace").split("\n")
    if lines[0].rstrip("\r") != "v=0":
        raise SdpError("session description does not begin with v=0")
    session = section = _Draft(None, "sendrecv")
    origin: tuple[str, str, str, str, str, str] | None = None
    name = "-"
    drafts: list[_Draft] = []
    for raw in lines[1:]:
        line = raw.rstrip("\r")
        kind = line[:2]
        if kind == "a=":
            _read_attribute(line[2:], section)
        elif kind == "m=":
            section = _read_media(line[2:], session)
            drafts.append(section)
            if len(drafts) > MAX_MEDIA:
                raise SdpError("too many media lines")
        elif kind == "c=":
            section.address = _read_connection(line[2:])
        elif kind == "o=":
            origin = _read_origin(line[2:], origin)
        elif kind == "s=":
            name = line[2:]
        elif kind[1:] != "=" and line.strip():
            raise SdpError("line without = in session description")
    if origin is None:
        raise SdpError("session description without o=")
    return SessionDescription(origin, tuple(map(_finish, drafts)), name, tuple(session.attributes))


def write(description: SessionDescription) -> bytes:
    """Write a description; the opposite of `parse` for everything that it keeps."""
    lines = ["v=0", f"o={' '.join(description.origin)}", f"s={description.name or '-'}", "t=0 0"]
    lines += [f"a={each}" for each in description.attributes]
    for media in description.media:
        lines.append(f"m={media.kind} {media.port} {media.protocol} {' '.join(media.formats)}")
        if media.address is not None:
            lines.append(f"c=IN {address_type(media.address)} {media.address}")
        lines += [f"a={each}" for each in media.attributes]
        lines.append(f"a={media.direction}")
    return "\r\n".join([*lines, ""]).encode()


def address_type(address: str) -> str:
    """IP6 for an address with colons, otherwise IP4."""
    return "IP6" if ":" in address else "IP4"


def attribute(attributes: Iterable[str], name: str) -> str | None:
    """The value of the first attribute of a name; empty for one without, None where there is none."""
    for each in attributes:
        if each.startswith(name):
            found, colon, value = each.partition(":")
            if found == name and (colon or not value):
                return value.strip()
    return None


def is_address(text: str) -> bool:
    """Whether the text is a literal IPv4 or IPv6 address, not a name."""
    return _IP4.fullmatch(text) is not None or (":" in text and _is_ip6(text))


def _is_ip6(text: str) -> bool:
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return "%" not in text


def _read_origin(value: str, before: tuple[str, ...] | None) -> tuple[str, str, str, str, str, str]:
    if before is not None:
        raise SdpError("two o= lines")
    fields = value.split()
    if len(fields) != 6:
        raise SdpError("o= line without its six fields")
    user, session_id, version, network, kind, address = fields
    if not all(map(_TOKEN.fullmatch, fields[1:])):
        raise SdpError("o= line with characters out of range")
    return user, session_id, version, network, kind, address


def _read_connection(value: str) -> str:
    fields = value.split()
    if len(fields) != 3 or fields[0] != "IN" or fields[1] not in ("IP4", "IP6"):
        raise SdpError("c= line that is not IN IP4 or IN IP6")
    address = fields[2].partition("/")[0]
    if _IP4.fullmatch(address):
        if fields[1] == "IP4":
            return address
    elif ":" in address:
        if fields[1] == "IP6" and _is_ip6(address):
            return address
    elif len(address) <= 255 and _NAME.fullmatch(address) and not _DOTTED.fullmatch(address):
        return address
    raise SdpError("c= line whose address is none")


def _read_media(value: str, session: _Draft) -> _Draft:
    fields = value.split()
    if len(fields) < 4:
        raise SdpError("m= line without its four fields")
    if not _TOKEN.fullmatch("".join(fields)):
        raise SdpError("m= line with characters out of range")
    if not _PORT.fullmatch(fields[1]):
        raise SdpError("m= line whose port is no number")
    draft = _Draft(session.address, session.direction)
    draft.kind = fields[0]
    draft.port = int(fields[1].partition("/")[0])
    if draft.port > 65_535:
        raise SdpError("m= line whose port is out of range")
    draft.protocol = fields[2]
    draft.formats = tuple(fields[3:])
    return draft


def _read_attribute(value: str, section: _Draft) -> None:
    """Keep one attribute. A damaged one means nothing and is only kept: RFC 8866 s.5.13 has us ignore it."""
    if value in DIRECTIONS:
        section.direction = value
        return
    section.attributes.append(value)
    if value.startswith("rtpmap:"):
        found = _RTPMAP.fullmatch(value, 7)
        if found:
            section.rtpmaps[found[1]] = (found[2].upper(), int(found[3]), _channels(found[4]))
    elif value.startswith("ptime:"):
        section.ptime = _small_number(value[6:]) or section.ptime
    elif value.startswith("maxptime:"):
        section.maxptime = _small_number(value[9:]) or section.maxptime


def _channels(text: str | None) -> int:
    return _small_number(text) if text else 1


def _small_number(text: str) -> int:
    number = text.strip()
    return int(number) if len(number) <= 4 and number.isascii() and number.isdigit() else 0


def _finish(draft: _Draft) -> Media:
    if draft.address is None and draft.port:
        raise SdpError("media without c=")
    return Media(
        draft.kind,
        draft.port,
        draft.protocol,
        draft.formats,
        draft.address,
        draft.direction,
        tuple(draft.attributes),
        draft.rtpmaps,
        draft.ptime,
        draft.maxptime,
    )
