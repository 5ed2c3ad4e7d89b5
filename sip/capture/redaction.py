"""A SIP message as it may be shown and kept: credentials, keys and what callers typed are covered with asterisks.

Works on octets line by line, so that broken messages can be shown too; what cannot be judged is covered.
"""

from __future__ import annotations

import re

from sip.headers import canonical

_SECRET = frozenset(
    ("Authorization", "Proxy-Authorization", "Authentication-Info", "Proxy-Authentication-Info")
)
"""Headers whose values prove who somebody is."""
_SHOWN = re.compile(
    rb"application/sdp|application/[\w.+-]{1,64}\+xml|application/simple-message-summary|message/sipfrag|multipart/[\w-]{1,64}"
)
"""Bodies that are shown, less their secret lines; any other may hold keys that were pressed, or a text."""
_SECRET_LINE = re.compile(
    rb"^[ \t]*(?:a=crypto:|a=key-mgmt:|a=ice-pwd:|k=|signal[ \t]*=)([^\r\n]+)", re.MULTILINE | re.IGNORECASE
)
"""Lines of a body that hold a key, cryptographic (RFC 4568, 3830, 8839) or pressed (application/dtmf-relay)."""
_URI_PASSWORD = re.compile(rb"(sips?:[^\s:@<>;,\"]{0,256}:)([^\s@<>\"]{1,256})(?=@)", re.IGNORECASE)
_LINES = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)?")


def redacted(data: bytes) -> bytes:
    """The message with everything secret covered. Covered octets keep their number, so that lengths stay true."""
    head, gap, body = data.partition(b"\r\n\r\n")
    if not gap:
        head, gap, body = data.partition(b"\n\n")
    lines, kind = _head(head)
    is_shown = _SHOWN.match(kind.lower()) is not None
    body = _SECRET_LINE.sub(_covered_line, body) if is_shown else _covered(body)
    return _URI_PASSWORD.sub(_covered_password, b"".join(lines)) + gap + body


def _head(head: bytes) -> tuple[list[bytes], bytes]:
    """The head's lines, secret ones covered, folds included; and the content type."""
    lines: list[bytes] = []
    kind = b""
    is_secret = False
    for line in _LINES.findall(head):
        name, colon, value = line.partition(b":")
        if line[:1] in (b" ", b"\t"):
            lines.append(_covered(line) if is_secret else line)
            continue
        header = canonical(name.decode("ascii", "replace").strip()) if colon and lines else ""
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
