"""Datagrams into messages (RFC 3261 s.7, s.18.3): one split of the head, values kept raw."""

from __future__ import annotations

from sip.errors import ParseError, UnreadableMessage
from sip.grammar import is_token, number
from sip.headers import NAMES, canonical
from sip.message import Fields, Request, Response

MAX_HEADERS = 256
"""Header lines of one message; more is an attack."""


def parse(data: bytes) -> Request | Response:
    """Read one datagram.

    A message that can be answered but is broken comes back with `fault` set; one that cannot raises UnreadableMessage.
    """
    head, _, body = data.partition(b"\r\n\r\n")
    if head[:1] in (b"\r", b"\n"):
        head, _, body = data.lstrip(b"\r\n").partition(b"\r\n\r\n")
    lines = head_lines(head)
    start = lines[0]
    message: Request | Response
    fault: str | None = None
    fields: Fields = {}
    if start.startswith("SIP/"):
        message = _status_line(start, fields)
    else:
        message, fault = _request_line(start, fields)
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        try:
            key = NAMES[name]
        except KeyError:
            if not line:
                continue
            stripped = name.rstrip()
            if not colon or not is_token(stripped):
                fault = fault or "bad header line"
                continue
            key = canonical(stripped)
        if key in fields:
            fields[key].append(value.strip())
        else:
            fields[key] = [value.strip()]
    if len(lines) > MAX_HEADERS:
        fault = "too many headers"
    length = fields.get("Content-Length")
    if length is not None:
        try:
            size = number(length[0], 1 << 31, "Content-Length")
            if size > len(body):
                raise ParseError("body shorter than Content-Length")
            body = body[:size]
        except ParseError as error:
            fault = fault or str(error)
    message.body = body
    message.fault = fault
    return message


def head_lines(octets: bytes) -> list[str]:
    """Split the head into lines, folded ones joined. A lone CR or LF ends a line too: copied into a reply it would."""
    head = octets.decode("utf-8", "surrogateescape")
    lines = head.split("\r\n")
    ends = len(lines) - 1
    if head.count("\n") != ends or head.count("\r") != ends:
        if not ends:
            head = head.partition("\n\n")[0]
        lines = head.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return _unfolded(lines) if "\n " in head or "\n\t" in head else lines


def _unfolded(lines: list[str]) -> list[str]:
    joined = lines[:1]
    for line in lines[1:]:
        if line[:1] in (" ", "\t"):
            joined[-1] += " " + line.strip()
        elif line:
            joined.append(line)
    return joined


def _status_line(start: str, fields: Fields) -> Response:
    version, _, rest = start.partition(" ")
    status, _, reason = rest.partition(" ")
    if (
        version != "SIP/2.0"
        or len(status) != 3
        or not status.isascii()
        or not status.isdigit()
        or status < "100"
    ):
        raise UnreadableMessage("bad status line")
    return Response(int(status), reason, fields)


def _request_line(start: str, fields: Fields) -> tuple[Request, str | None]:
    words = start.split(" ")
    if len(words) == 3:
        method, uri, version = words
        fault = None
    else:
        loose = start.split()
        if len(loose) < 3:
            raise UnreadableMessage("no start line")
        method, version = loose[0], loose[-1]
        uri, fault = " ".join(loose[1:-1]), "bad white space in the request line"
    if not version.upper().startswith("SIP/"):
        raise UnreadableMessage("not SIP")
    if not is_token(method):
        raise UnreadableMessage("bad method")
    return Request(method, uri, fields, version=version.upper()), fault
