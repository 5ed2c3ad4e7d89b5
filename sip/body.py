"""Session descriptions in message bodies: alone or as a part of a multipart body (RFC 5621). SDP itself is sdp.py's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.errors import ParseError, SdpError
from sip.grammar import unquote
from sip.sdp import parse
from sip.values import media_type

if TYPE_CHECKING:
    from sip.message import Message
    from sip.sdp import SessionDescription

SDP = "application/sdp"


def has_sdp(message: Message) -> bool:
    """Whether the body is SDP or a multipart body with an SDP part. Raises ParseError."""
    return sdp_of(message) is not None


def sdp_of(message: Message) -> bytes | None:
    """The octets of the session description, or None. Raises ParseError."""
    if not message.body:
        return None
    written = message.header("Content-Type") or ""
    if written == SDP:
        return message.body
    kind, params = media_type(written)
    if kind == SDP:
        return message.body
    if not kind.startswith("multipart/"):
        return None
    boundary = unquote(params.get("boundary") or "")
    if not boundary:
        raise ParseError("multipart body without boundary")
    return _sdp_part(message.body, boundary.encode("utf-8", "surrogateescape"))


def _sdp_part(body: bytes, boundary: bytes) -> bytes | None:
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:]:
        if part.startswith(b"--"):
            break
        head, _, content = part.partition(b"\r\n\r\n")
        for line in head.decode("utf-8", "surrogateescape").split("\r\n"):
            name, _, value = line.partition(":")
            if name.strip().lower() in ("content-type", "c") and media_type(value)[0] == SDP:
                return content
    return None


def description_of(message: Message) -> SessionDescription | None:
    """The session description of a message, or None when there is none. Raises ParseError when it is broken."""
    octets = sdp_of(message)
    if octets is None:
        return None
    try:
        return parse(octets)
    except SdpError as error:
        raise ParseError(f"broken SDP: {error}") from error


def description_or_none(message: Message) -> SessionDescription | None:
    """The session description of a response; a broken one counts as none, which its reader must refuse anyway."""
    try:
        return description_of(message)
    except ParseError:
        return None
