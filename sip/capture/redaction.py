"""A SIP message as it may be shown and kept: credentials, keys and what callers typed are covered with asterisks.

Works on octets line by line, so that broken messages can be shown too; what cannot be judged is covered. Each part of
a multipart body is judged by its own type.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sip.headers import canonical

if TYPE_CHECKING:
    from collections.abc import Callable

_SECRET = frozenset(
    ("Authorization", "Proxy-Authorization", "Authentication-Info", "Proxy-Authentication-Info")
)
"""Headers whose values prove who somebody is."""
_SHOWN = re.compile(
    rb"application/sdp|application/(?!kpml)[\w.+-]{1,64}\+xml|application/simple-message-summary|message/sipfrag"
)
"""Bodies that are shown, less their secret lines; any other may hold keys that were pressed (RFC 4730), or a text."""
_MULTIPART = re.compile(
    rb"multipart/[\w-]{1,64}[ \t]*;.{0,200}?boundary=\"?([^\s\";]{1,70})", re.IGNORECASE | re.DOTALL
)
_DEEPEST = 4
"""Multiparts within multiparts; what lies deeper is covered."""
_SECRET_LINE = re.compile(
    rb"^[ \t]*(?:a=crypto:|a=key-mgmt:|a=ice-pwd:|k=|signal[ \t]*=)([^\r\n]+)", re.MULTILINE | re.IGNORECASE
)
"""Lines of a body that hold a key, cryptographic (RFC 4568, 3830, 8839) or pressed (application/dtmf-relay)."""
_URI_PASSWORD = re.compile(rb"(sips?:[^\s:@<>;,\"]{0,256}:)([^\s@<>\"]{1,256})(?=@)", re.IGNORECASE)
_TOKENS = frozenset(map(canonical, (
    "Via", "Call-ID", "CSeq", "Route", "Record-Route", "Path", "Service-Route", "Session-ID", "Replaces", "RAck",
    "Timestamp", "Date", "In-Reply-To",
)))  # fmt: skip
"""Headers that machines fill with numbers of their own making, which may look like anything."""
_DIGITS = re.compile(rb"[0-9][0-9\s./_,%-]{12}")
"""So many digits and separators as the shortest card has; most messages have none, or in numeric addresses only."""
_TAG = re.compile(rb";[ \t]*tag=", re.IGNORECASE)
_WORDS_OF_SDP = (b"s=", b"i=", b"u=", b"e=", b"p=")
_LINES = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)?")


def redacted(data: bytes) -> bytes:
    """The message with everything secret covered. Covered octets keep their number, so that lengths stay true."""
    return _redacted(data, _DEEPEST)


def without_cards(data: bytes, clean: Callable[[str], str]) -> bytes:
    """The message with what `clean`, which keeps lengths, makes of all that a person may have written into it.

    Addresses and names, texts, the words of an SDP; numbers that machines make for themselves are left alone.
    """
    if _DIGITS.search(data) is None:
        return data
    head, gap, body = _split(data)
    lines: list[bytes] = []
    kind = b""
    for line in _LINES.findall(head):
        name, colon, value = line.partition(b":")
        header = canonical(name.decode("ascii", "replace").strip()) if colon and lines else ""
        if header == "Content-Type":
            kind = value.strip().lower()
        ours = _TAG.search(line)
        end = len(line) if ours is None else ours.start()
        lines.append(line if header in _TOKENS else _cleaned(line[:end], clean) + line[end:])
    is_sdp = kind.startswith(b"application/sdp")
    words = [
        line if is_sdp and not line.startswith(_WORDS_OF_SDP) else _cleaned(line, clean)
        for line in _LINES.findall(body)
    ]
    return b"".join(lines) + gap + b"".join(words)


def _cleaned(line: bytes, clean: Callable[[str], str]) -> bytes:
    return line if _DIGITS.search(line) is None else clean(line.decode("latin-1")).encode("latin-1")


def _split(data: bytes) -> tuple[bytes, bytes, bytes]:
    head, gap, body = data.partition(b"\r\n\r\n")
    return (head, gap, body) if gap else data.partition(b"\n\n")


def _redacted(data: bytes, depth: int, *, is_part: bool = False) -> bytes:
    head, gap, body = _split(data)
    lines, kind = _head(head, is_part=is_part)
    return _URI_PASSWORD.sub(_covered_password, b"".join(lines)) + gap + _body(kind, body, depth)


def _body(kind: bytes, body: bytes, depth: int) -> bytes:
    if _SHOWN.match(kind.lower()) is not None:
        return _SECRET_LINE.sub(_covered_line, body)
    several = _MULTIPART.match(kind)
    if several is None or not depth:
        return _covered(body)
    between = b"--" + several[1]
    before, *parts = body.split(between)
    return between.join([_covered(before), *(_part(each, depth - 1) for each in parts)])


def _part(part: bytes, depth: int) -> bytes:
    """What stands behind one boundary: the end of its line, headers, a gap and a body."""
    if part.startswith(b"--"):
        return part[:2] + _covered(part[2:])
    end = part.find(b"\n") + 1
    rest = part[end:]
    if rest.startswith((b"\r\n", b"\n")) or not _split(rest)[1]:
        return part[:end] + _covered(rest)  # it does not say what it is
    return part[:end] + _redacted(rest, depth, is_part=True)


def _head(head: bytes, *, is_part: bool) -> tuple[list[bytes], bytes]:
    """The head's lines, secret ones covered, folds included; and the content type. A part has no first line."""
    lines: list[bytes] = []
    kind = b""
    is_secret = False
    for line in _LINES.findall(head):
        name, colon, value = line.partition(b":")
        if line[:1] in (b" ", b"\t"):
            lines.append(_covered(line) if is_secret else line)
            continue
        header = canonical(name.decode("ascii", "replace").strip()) if colon and (lines or is_part) else ""
        is_secret = header in _SECRET
        if header == "Content-Type":
            kind = value.strip()
        lines.append(name + colon + _covered(value) if is_secret else line)
    return lines, kind


def _covered(text: bytes) -> bytes:
    """Asterisks in place of all but white space."""
    return re.sub(rb"\S", b"*", text)


def _covered_line(found: re.Match[bytes]) -> bytes:
    whole, secret = found[0], found[1]
    return whole[: len(whole) - len(secret)] + _covered(secret)


def _covered_password(found: re.Match[bytes]) -> bytes:
    return found[1] + b"*" * len(found[2])
