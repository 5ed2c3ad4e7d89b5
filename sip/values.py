"""Structured header values (RFC 3261 s.20, RFC 3581): Via, addresses, CSeq, media types."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from sip.errors import ParseError
from sip.grammar import (
    LONGEST_KEPT,
    end_of_quoted,
    host_port,
    is_token,
    number,
    parameters,
    quote,
    split,
    unquote,
)
from sip.uri import Uri

MAX_CSEQ = 2**31 - 1
COOKIE = "z9hG4bK"


class Via:
    """One Via value."""

    __slots__ = ("host", "params", "port", "transport")

    def __init__(self, transport: str, host: str, port: int | None, params: dict[str, str | None]) -> None:
        """Make one from its parts."""
        self.transport = transport
        self.host = host
        self.port = port
        self.params = params

    @classmethod
    def parse(cls, text: str) -> Via:
        """Read one value; raises ParseError."""
        pieces = split(text, ";")
        head = pieces[0]
        if head.startswith("SIP/2.0/"):
            transport, space, place = head[8:].partition(" ")
            if not space or transport.endswith("\t"):
                transport, place = _spaced(head)
        else:
            transport, place = _spaced(head)
        host, port = host_port(place.strip())
        return cls(transport.upper(), host, port, parameters(pieces[1:]))

    @property
    def branch(self) -> str | None:
        """The transaction's name, if written."""
        return self.params.get("branch")

    @property
    def sent_by(self) -> str:
        """Host and port as part of a transaction's key."""
        return f"{self.host.lower()}:{self.port or 5060}"


def _spaced(head: str) -> tuple[str, str]:
    """Read `SIP / 2.0 / UDP place` with the white space that the grammar allows."""
    name, first, rest = head.partition("/")
    version, second, rest = rest.partition("/")
    words = rest.split(None, 1)
    if (
        name.strip().upper() != "SIP"
        or version.strip() != "2.0"
        or not first
        or not second
        or len(words) != 2
    ):
        raise ParseError("bad Via")
    if not is_token(words[0]):
        raise ParseError("bad Via transport")
    return words[0], words[1]


def stamped_via(text: str, via: Via, source: tuple[str, int]) -> str:
    """The topmost Via as responses must carry it: received, and rport filled in when asked for (RFC 3581 s.4)."""
    host, port = source
    if "rport" in via.params:
        if (
            text.count("rport") == 1
            and ";rport=" not in text
            and ";rport" in text
            and "received" not in via.params
        ):
            return text.replace(";rport", f";rport={port};received={host}")
        rest = {name: value for name, value in via.params.items() if name not in ("rport", "received")}
        return write_via(
            Via(via.transport, via.host, via.port, {**rest, "rport": str(port), "received": host})
        )
    if via.host != host and "received" not in via.params:
        return f"{text};received={host}"
    return text


def write_via(via: Via) -> str:
    """One value as text."""
    host = f"[{via.host}]" if ":" in via.host else via.host
    port = f":{via.port}" if via.port is not None else ""
    return f"SIP/2.0/{via.transport} {host}{port}{write_parameters(via.params)}"


def write_parameters(params: dict[str, str | None]) -> str:
    """Parameters as text."""
    return "".join([f";{name}" if value is None else f";{name}={value}" for name, value in params.items()])


class NameAddr:
    """From, To, Contact, Route and their like: a display name, a URI, parameters. Never changed once made."""

    __slots__ = ("_params", "_rest", "_uri", "display", "uri_text")

    def __init__(self, display: str, uri_text: str, rest: str = "") -> None:
        """Make one; `rest` are the header parameters as written."""
        self.display = display
        self.uri_text = uri_text
        self._rest = rest
        self._uri: Uri | None = None
        self._params: dict[str, str | None] | None = None

    @staticmethod
    def parse(text: str) -> NameAddr:
        """Read one value; the URI and the parameters are read when asked for. Raises ParseError."""
        return _parsed(text) if len(text) <= LONGEST_KEPT else NameAddr._read(text)

    @classmethod
    def _read(cls, text: str) -> NameAddr:
        text = text.strip()
        if text[:1] == '"':
            end = end_of_quoted(text, 0)
            display, rest = unquote(text[:end]), text[end:].lstrip()
            if rest[:1] != "<":
                raise ParseError("text after a quoted name")
        else:
            at = text.find("<")
            if at < 0:
                return cls._bare(text)
            display, rest = text[:at].strip(), text[at:]
            if not display.isalnum() and display and not all(is_token(word) for word in display.split()):
                raise ParseError("display name needs quotes")
        uri, bracket, rest = rest[1:].partition(">")
        rest = rest.strip()
        if not bracket or (rest and rest[0] != ";"):
            raise ParseError("bad address")
        return cls(display, uri, rest)

    @classmethod
    def _bare(cls, text: str) -> NameAddr:
        uri, semicolon, rest = text.partition(";")
        uri = uri.strip()
        if "?" in uri or "," in uri or not uri:
            raise ParseError("address needs angle brackets")
        return cls("", uri, semicolon + rest)

    @property
    def uri(self) -> Uri:
        """The URI, parsed once; raises ParseError."""
        if self._uri is None:
            self._uri = Uri.parse(self.uri_text)
        return self._uri

    @property
    def params(self) -> dict[str, str | None]:
        """The header parameters, parsed once; raises ParseError."""
        if self._params is None:
            self._params = parameters(split(self._rest[1:], ";")) if self._rest else {}
        return self._params

    @property
    def tag(self) -> str | None:
        """The dialog tag, if there is one; one without a value belongs to no dialog, but is there."""
        rest = self._rest
        if not rest:
            return None
        if rest.startswith(";tag=") and ";" not in rest[5:]:
            return rest[5:]
        params = self.params
        return (params["tag"] or "") if "tag" in params else None

    def __str__(self) -> str:
        """As a header value, always with angle brackets."""
        display = f"{quote(self.display)} " if self.display else ""
        return f"{display}<{self.uri_text}>{self._rest}"


@lru_cache(maxsize=2048)
def _parsed(text: str) -> NameAddr:
    """From and To are the same text in all messages of a dialog."""
    return NameAddr._read(text)  # noqa: SLF001 - this class's own, outside its body only for the cache


def address(uri: str, *, display: str = "", tag: str | None = None) -> str:
    """A From or To value that we write."""
    name = f"{quote(display)} " if display else ""
    return f"{name}<{uri}>;tag={tag}" if tag else f"{name}<{uri}>"


class CSeq(NamedTuple):
    """A sequence number and its method."""

    number: int
    method: str

    @classmethod
    def parse(cls, text: str) -> CSeq:
        """Read `number method`; raises ParseError, also beyond 2**31 - 1 (s.8.1.1.5)."""
        words = text.split()
        if len(words) != 2 or not is_token(words[1]):
            raise ParseError("bad sequence number")
        return cls(number(words[0], MAX_CSEQ, "sequence number"), words[1])


def media_type(text: str) -> tuple[str, dict[str, str | None]]:
    """Read a Content-Type: `type/subtype` in lower case, and its parameters. Raises ParseError."""
    kind, *pieces = split(text, ";")
    main, slash, sub = kind.partition("/")
    main, sub = main.strip().lower(), sub.strip().lower()
    if not slash or not is_token(main) or not is_token(sub):
        raise ParseError("bad Content-Type")
    return f"{main}/{sub}", parameters(pieces)
