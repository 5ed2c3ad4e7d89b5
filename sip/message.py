"""Requests and responses (RFC 3261 s.7): raw header values, read into structure when asked for, once.

Also the only place that copies headers from one message into another: response_to, ack_for, cancel_for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.errors import ParseError
from sip.flow import Flow
from sip.grammar import split
from sip.headers import NAMES, canonical
from sip.reasons import REASONS
from sip.uri import Uri
from sip.values import CSeq, NameAddr, Via, stamped_via

if TYPE_CHECKING:
    from collections.abc import Iterable

Fields = dict[str, list[str]]
"""Canonical header name -> raw values, one for each line of that name."""
Extra = tuple[tuple[str, str], ...]
"""Header lines to add to a message that we write."""

NOWHERE = Flow("UDP", ("", 0), ("", 0))


class Message:
    """What requests and responses share."""

    __slots__ = ("_cseq", "_from", "_to", "_via", "body", "fault", "fields", "flow")

    def __init__(self, fields: Fields, body: bytes = b"") -> None:
        """Keep the parts; nothing is read yet."""
        self.fields = fields
        self.body = body
        self.flow = NOWHERE
        self.fault: str | None = None
        self._from: NameAddr | None = None
        self._to: NameAddr | None = None
        self._cseq: CSeq | None = None
        self._via: Via | None = None

    def header(self, name: str) -> str | None:
        """The first value of a header, in any spelling of its name, or None."""
        values = self.fields.get(name) or self.fields.get(canonical(name))
        return values[0] if values else None

    def headers(self, name: str) -> list[str]:
        """All values of a header, one for each line; lists inside a line are not split."""
        return self.fields.get(name) or self.fields.get(canonical(name)) or []

    def listed(self, name: str) -> list[str]:
        """All elements of a comma-separated header. Raises ParseError."""
        return [element for line in self.headers(name) for element in split(line, ",") if element]

    def required(self, name: str) -> str:
        """The first value of a header that must be there. Raises ParseError."""
        values = self.fields.get(name)
        if not values:
            raise ParseError(f"no {name}")
        return values[0]

    @property
    def from_(self) -> NameAddr:
        """From."""
        if self._from is None:
            self._from = NameAddr.parse(self.required("From"))
        return self._from

    @property
    def to(self) -> NameAddr:
        """To."""
        if self._to is None:
            self._to = NameAddr.parse(self.required("To"))
        return self._to

    @property
    def cseq(self) -> CSeq:
        """CSeq."""
        if self._cseq is None:
            self._cseq = CSeq.parse(self.required("CSeq"))
        return self._cseq

    @property
    def call_id(self) -> str:
        """Call-ID."""
        return self.required("Call-ID")

    @property
    def top_via_text(self) -> str:
        """The topmost Via as written."""
        return split(self.required("Via"), ",")[0]

    @property
    def via(self) -> Via:
        """The topmost Via."""
        if self._via is None:
            self._via = Via.parse(self.top_via_text)
        return self._via

    def carry_by(self, flow: Flow) -> None:
        """Send a message of ours, that has one Via, another way: both its flow and its Via say so."""
        _, _, parameters = self.top_via_text.partition(";")
        self.fields["Via"][0] = f"SIP/2.0/{flow.transport} {flow.sent_by};{parameters}"
        self._via = None
        self.flow = flow

    @property
    def contacts(self) -> list[NameAddr]:
        """Contact addresses; the lone star of s.10.2.2 is an address whose uri_text is "*". Raises ParseError."""
        return [NameAddr.parse(value) for value in self.listed("Contact")]

    @property
    def source(self) -> tuple[str, int]:
        """Where the message came from."""
        return self.flow.remote


class Request(Message):
    """One request."""

    __slots__ = ("_uri", "method", "uri_text", "version")

    def __init__(
        self, method: str, uri_text: str, fields: Fields, body: bytes = b"", *, version: str = "SIP/2.0"
    ) -> None:
        """Keep the parts."""
        super().__init__(fields, body)
        self.method = method
        self.uri_text = uri_text
        self.version = version
        self._uri: Uri | None = None

    @property
    def uri(self) -> Uri:
        """The request-URI, parsed once; raises ParseError."""
        if self._uri is None:
            self._uri = Uri.parse(self.uri_text)
        return self._uri

    def encode(self) -> bytes:
        """The message as octets."""
        return _encode(f"{self.method} {self.uri_text} SIP/2.0", self.fields, self.body)

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.uri_text}>"


class Response(Message):
    """One response."""

    __slots__ = ("reason", "status")

    def __init__(self, status: int, reason: str, fields: Fields, body: bytes = b"") -> None:
        """Keep the parts."""
        super().__init__(fields, body)
        self.status = status
        self.reason = reason

    def encode(self) -> bytes:
        """The message as octets."""
        return _encode(f"SIP/2.0 {self.status} {self.reason}", self.fields, self.body)

    def __repr__(self) -> str:
        return f"<Response {self.status} {self.reason}>"


def _encode(start: str, fields: Fields, body: bytes) -> bytes:
    lines = [start]
    lines += [
        f"{name}: {value}" for name, values in fields.items() for value in values if name != "Content-Length"
    ]
    lines.append(f"Content-Length: {len(body)}\r\n\r\n")
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + body


def fields_of(pairs: Iterable[tuple[str, str]]) -> Fields:
    """Header lines as fields."""
    fields: Fields = {}
    for name, value in pairs:
        fields.setdefault(NAMES.get(name) or name, []).append(value)
    return fields


def response_to(
    request: Request,
    status: int,
    reason: str | None = None,
    *,
    tag: str | None = None,
    headers: Extra = (),
    body: bytes = b"",
) -> bytes:
    """A response as octets (s.8.2.6): Via stamped, From, To, Call-ID and CSeq copied, the tag added to To.

    A 100 repeats the Timestamp too, by which the sender measures the way.
    """
    fields = request.fields
    lines = [f"SIP/2.0 {status} {reason or REASONS.get(status) or 'Unknown'}"]
    lines += [f"Via: {value}" for value in _stamped_vias(request)]
    if status < 300 and "Record-Route" in fields:
        lines += [f"Record-Route: {value}" for value in fields["Record-Route"]]
    for name in ("From", "To", "Call-ID", "CSeq"):
        values = fields.get(name)
        if values:
            lines.append(f"{name}: {values[0]}")
            if name == "To" and tag is not None and not _has_tag(request, values[0]):
                lines[-1] += f";tag={tag}"
    if status == 100 and "Timestamp" in fields:
        lines.append(f"Timestamp: {fields['Timestamp'][0]}")
    if headers:
        lines += [f"{name}: {value}" for name, value in headers]
    lines.append(f"Content-Length: {len(body)}\r\n\r\n")
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + body


def _has_tag(request: Request, to: str) -> bool:
    """Whether To has one already; the word may also stand in a name, in the URI, or begin another parameter's."""
    if ";" not in to or "tag" not in to.lower():
        return False
    try:
        return request.to.tag is not None
    except ParseError:
        return ";tag" in to.replace(" ", "")


def _stamped_vias(request: Request) -> list[str]:
    values = request.fields.get("Via", [])
    if request.fault is not None or not values:
        return values
    first = values[0]
    top = request.top_via_text if "," in first else first
    stamped = stamped_via(top, request.via, request.flow.remote)
    if stamped is top and len(values) == 1:
        return values
    return [stamped + first[len(top) :] if first.startswith(top) else first, *values[1:]]


def ack_for(invite: Request, response: Response) -> Request:
    """The ACK of a final failure (s.17.1.1.3): same branch, the response's To."""
    return _sibling(invite, "ACK", response.required("To"))


def cancel_for(invite: Request, headers: Extra) -> Request:
    """The CANCEL of a request (s.9.1): same branch, same To."""
    cancel = _sibling(invite, "CANCEL", invite.required("To"))
    cancel.fields.update(fields_of(headers))
    return cancel


def _sibling(invite: Request, method: str, to: str) -> Request:
    fields: Fields = {"Via": [invite.top_via_text], "Max-Forwards": ["70"]}
    if "Route" in invite.fields:
        fields["Route"] = list(invite.fields["Route"])
    fields["From"] = [invite.required("From")]
    fields["To"] = [to]
    fields["Call-ID"] = [invite.call_id]
    fields["CSeq"] = [f"{invite.cseq.number} {method}"]
    sibling = Request(method, invite.uri_text, fields)
    sibling.flow = invite.flow
    return sibling
