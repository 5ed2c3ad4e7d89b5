"""SIP and SIPS URIs (RFC 3261 s.19.1): reading, writing and comparing. Other schemes keep only their text."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sip.errors import ParseError
from sip.flow import default_port
from sip.grammar import LONGEST_KEPT, host_port, parameters

if TYPE_CHECKING:
    from sip.flow import Address

_SAFE = {"TCP": "TLS", "TLS": "TLS", "WS": "WSS", "WSS": "WSS"}
"""What a transport parameter means in a SIPS URI (s.26.2.2, RFC 5630 s.3.1.4); by any other none can be reached."""
_HEX = frozenset("0123456789abcdefABCDEF")
_CONTROL = frozenset(chr(code) for code in range(0x21)) | {"\x7f", "<", ">", '"'}


class Uri:
    """One URI, never changed once made. `user` is unescaped; `text` is what was read, for exact copies."""

    __slots__ = ("headers", "host", "params", "password", "port", "scheme", "text", "user")

    def __init__(
        self,
        scheme: str,
        user: str | None,
        host: str,
        port: int | None = None,
        params: dict[str, str | None] | None = None,
        *,
        text: str = "",
    ) -> None:
        """Make one from its parts."""
        self.scheme = scheme
        self.user = user
        self.password: str | None = None
        self.host = host
        self.port = port
        self.params = params if params is not None else {}
        self.headers = ""
        self.text = text

    @staticmethod
    def parse(text: str) -> Uri:
        """Read one; raises ParseError. A scheme that is not ours gives a Uri with an empty host."""
        return _parsed(text) if len(text) <= LONGEST_KEPT else Uri._read(text)

    @classmethod
    def _read(cls, text: str) -> Uri:
        scheme, colon, rest = text.partition(":")
        scheme = scheme.lower()
        if not colon or not scheme.isascii() or not scheme[:1].isalpha() or not _CONTROL.isdisjoint(text):
            raise ParseError("bad URI")
        if scheme not in ("sip", "sips"):
            return cls(scheme, None, "", text=text)
        userinfo, at, rest = rest.rpartition("@")
        if at and not userinfo:
            raise ParseError("empty user in URI")
        rest, question, headers = rest.partition("?")
        place, *pieces = rest.split(";")
        host, port = host_port(place)
        uri = cls(scheme, None, host, port, parameters(pieces) if pieces else None, text=text)
        if question:
            uri.headers = headers
        if at:
            user, colon, password = userinfo.partition(":")
            uri.user = unescape(user)
            uri.password = unescape(password) if colon else None
        return uri

    @property
    def is_sip(self) -> bool:
        """Whether the scheme is one that we serve."""
        return self.scheme in ("sip", "sips")

    @property
    def subscriber(self) -> str:
        """The user, or the number of a tel URI without its visual separators (RFC 3966 s.3); else empty."""
        if self.scheme != "tel":
            return self.user or ""
        written = self.text.partition(":")[2].partition(";")[0]
        return "".join(letter for letter in written if letter not in "-.()")

    @property
    def is_loose(self) -> bool:
        """Whether the lr parameter is there: the router leaves the request-URI alone."""
        return "lr" in self.params

    @property
    def address(self) -> Address:
        """Host (or maddr) and port, with the default port when none is written."""
        return self.params.get("maddr") or self.host, self.port or default_port(self.transport or "UDP")

    @property
    def transport(self) -> str | None:
        """The transport that the URI asks for as flows call it, if it does; SIPS is never less than TLS (s.26.2.2)."""
        named = self.params.get("transport")
        if self.scheme != "sips":
            return named.upper() if named is not None else None
        name = (named or "tls").upper()
        return _SAFE.get(name, name)

    def __str__(self) -> str:
        """As read, or written from its parts."""
        if self.text:
            return self.text
        host = f"[{self.host}]" if ":" in self.host else self.host
        user = f"{escape(self.user)}@" if self.user is not None else ""
        port = f":{self.port}" if self.port is not None else ""
        params = "".join(
            f";{name}={value}" if value is not None else f";{name}" for name, value in self.params.items()
        )
        return f"{self.scheme}:{user}{host}{port}{params}"

    def __repr__(self) -> str:
        return f"Uri({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        """Equality of s.19.1.4, leaving header parts aside."""
        if not isinstance(other, Uri):
            return NotImplemented
        if (self.scheme, self.user, self.password, self.host.lower(), self.port) != (
            other.scheme,
            other.user,
            other.password,
            other.host.lower(),
            other.port,
        ):
            return False
        if not self.host:
            return self.text == other.text
        return _same_params(self.params, other.params)

    def __hash__(self) -> int:
        return hash((self.scheme, self.user, self.host.lower(), self.port))


@lru_cache(maxsize=2048)
def _parsed(text: str) -> Uri:
    """The same few URIs come in each message of a call, and dialled ones in many calls."""
    return Uri._read(text)  # noqa: SLF001 - this class's own, outside its body only for the cache


def _same_params(ours: dict[str, str | None], theirs: dict[str, str | None]) -> bool:
    for name in ("user", "ttl", "method", "maddr", "transport"):
        if (name in ours) != (name in theirs):
            return False
    return all(
        (ours[name] or "").lower() == (theirs[name] or "").lower() for name in ours.keys() & theirs.keys()
    )


def unescape(text: str) -> str:
    """Undo %HH; raises ParseError on a half escape."""
    if "%" not in text:
        return text
    octets = bytearray()
    at = 0
    while at < len(text):
        letter = text[at]
        if letter != "%":
            octets += letter.encode("utf-8", "surrogateescape")
            at += 1
            continue
        pair = text[at + 1 : at + 3]
        if len(pair) != 2 or not _HEX.issuperset(pair):
            raise ParseError("bad escape in URI")
        octets.append(int(pair, 16))
        at += 3
    return octets.decode("utf-8", "surrogateescape")


_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~*'()&=+$,;?/")


def escape(user: str) -> str:
    """Write a user part so that it can stand before the at sign."""
    if _PLAIN.issuperset(user):
        return user
    return "".join(
        letter
        if letter in _PLAIN
        else "".join(f"%{octet:02X}" for octet in letter.encode("utf-8", "surrogateescape"))
        for letter in user
    )
