"""What is wrong with a request, in the order of RFC 3261 s.8.2 and s.16.3: first its form, then what it asks of us.

Gives verdicts only; who answers, and whether with a transaction, is decided elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.body import SDP, has_sdp
from sip.errors import ParseError
from sip.flow import SECURE
from sip.grammar import number
from sip.headers import SINGLE
from sip.session.expires import minimum_of, session_expires_of
from sip.values import media_type
from sip.verdicts import Refuse

if TYPE_CHECKING:
    from sip.message import Extra, Request

ALLOW = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, PRACK, UPDATE, REGISTER, REFER, SUBSCRIBE, NOTIFY"
"""Methods that we serve."""
ALLOW_EVENTS = "dialog, message-summary, refer, reg"
"""Event packages of which we send NOTIFY (RFC 6665 s.8.2.2); refer only by REFER."""
SUPPORTED_OPTIONS: frozenset[str] = frozenset(
    {"100rel", "from-change", "norefersub", "outbound", "path", "replaces", "timer"}
)
"""Option tags that a peer may require of us."""
SUPPORTED = ", ".join(sorted(SUPPORTED_OPTIONS))
ABILITIES: Extra = (
    ("Allow", ALLOW),
    ("Accept", SDP),
    ("Accept-Encoding", "identity"),
    ("Supported", SUPPORTED),
    ("Allow-Events", ALLOW_EVENTS),
)
"""What a 200 to OPTIONS says of us (RFC 3261 s.11.2)."""
UNSERVED = frozenset({"MESSAGE", "PUBLISH"})
"""Methods that we know, admit by credentials, and then answer with 405."""
METHODS = frozenset(ALLOW.split(", ")) | UNSERVED

_ONCE = ("From", "To", "Call-ID", "CSeq")
_AT_MOST_ONCE = tuple(name for name in SINGLE if name not in _ONCE)
_ALLOW = (("Allow", ALLOW),)
_ACCEPT = (("Accept", SDP),)


def malformation(request: Request) -> str | None:
    """Why the request must be answered with 400, or None. Its topmost Via has been read already."""
    if request.fault is not None:
        return request.fault
    fields = request.fields
    for name in _ONCE:
        values = fields.get(name)
        if values is None or len(values) != 1 or not values[0]:
            return f"one {name} is needed"
    for name in _AT_MOST_ONCE:
        values = fields.get(name)
        if values is not None and len(values) != 1:
            return f"more than one {name}"
    try:
        _read(request)
    except ParseError as error:
        return str(error)
    return None


def _read(request: Request) -> None:
    """Read what every request is judged by. Raises ParseError."""
    fields = request.fields
    if request.cseq.method != request.method:
        raise ParseError("the sequence header is of another method")
    request.from_.tag  # noqa: B018 - read once here, so that nobody above meets a broken one
    request.from_.uri  # noqa: B018
    request.to.tag  # noqa: B018
    if request.to.uri_text == "*":
        raise ParseError("To is no address")
    request.uri  # noqa: B018
    if "Max-Forwards" in fields:
        number(fields["Max-Forwards"][0], 255, "Max-Forwards")
    if "Expires" in fields:
        number(fields["Expires"][0], 2**32 - 1, "Expires")
    if "Session-Expires" in fields or "Min-SE" in fields:
        session_expires_of(request)
        minimum_of(request)
    if request.method in ("INVITE", "UPDATE"):
        contacts = request.contacts
        # None at all is an RFC 2543 caller, who is reached where he came from.
        if contacts and (len(contacts) != 1 or not contacts[0].uri.is_sip or contacts[0].params is None):
            raise ParseError("one Contact with a SIP URI is needed")
        if "Record-Route" in fields:
            request.listed("Record-Route")
        if request.body and "Content-Type" not in fields:
            raise ParseError("no Content-Type")
    elif request.method == "SUBSCRIBE":
        _read_subscriber(request)
    elif request.method == "REGISTER" and "Contact" in fields:
        for contact in request.contacts:
            contact.params  # noqa: B018
            if contact.uri_text != "*":
                contact.uri  # noqa: B018


def _read_subscriber(request: Request) -> None:
    contacts = request.contacts
    # Inside a dialog it is known already where NOTIFYs go.
    if len(contacts) != 1 and (contacts or request.to.tag is None):
        raise ParseError("one Contact is needed")
    if contacts and (not contacts[0].uri.is_sip or contacts[0].params is None):
        raise ParseError("a Contact with a SIP URI is needed")
    if "Record-Route" in request.fields:
        request.listed("Record-Route")


def objection(request: Request) -> Refuse | None:
    """Why a well-formed request is not served whoever sends it, or None. Not for ACK and CANCEL."""
    fields = request.fields
    if request.method not in METHODS:
        return Refuse(405, headers=_ALLOW)
    if not _is_scheme_served(request):
        return Refuse(416)
    if request.method == "INVITE" and request.to.tag is None and _has_no_hop_left(request):
        # It would go on to somebody else. All others end here, and whoever is asked answers (RFC 4475 s.3.3.11).
        return Refuse(483)
    if "Require" in fields or "Proxy-Require" in fields:
        refused = _unsupported(request)
        if refused:
            return Refuse(420, headers=(("Unsupported", ", ".join(refused)),))
    if request.method in ("INVITE", "UPDATE", "PRACK"):
        return _content_objection(request)
    if request.method == "SUBSCRIBE" and request.body and not _may_be_ignored(request):
        # A filter, which no package here has (RFC 6665 s.5.4.3).
        return Refuse(415, headers=(("Accept", ""),))
    return None


def _is_scheme_served(request: Request) -> bool:
    """A SIPS URI is none of ours by a way that can be read (s.26.2.2); a number may be called by its tel URI."""
    uri = request.uri
    if uri.scheme == "tel":
        return request.method in ("INVITE", "OPTIONS") and bool(uri.subscriber)
    return uri.is_sip and (uri.scheme != "sips" or request.flow.transport in SECURE)


def _has_no_hop_left(request: Request) -> bool:
    hops = request.fields.get("Max-Forwards")
    return hops is not None and int(hops[0]) == 0


def _unsupported(request: Request) -> list[str]:
    try:
        wanted = request.listed("Require") + request.listed("Proxy-Require")
    except ParseError:
        return []
    return [tag for tag in wanted if tag not in SUPPORTED_OPTIONS]


def _content_objection(request: Request) -> Refuse | None:
    fields = request.fields
    if "Content-Encoding" in fields and fields["Content-Encoding"][0].lower() not in ("identity", ""):
        return Refuse(415, headers=(("Accept-Encoding", "identity"),))
    if request.body:
        try:
            if not has_sdp(request) and not _may_be_ignored(request):
                return Refuse(415, headers=_ACCEPT)
        except ParseError:
            return Refuse(415, headers=_ACCEPT)
    if "Accept" in fields and not _accepts_sdp(request):
        return Refuse(406)
    return None


def _may_be_ignored(request: Request) -> bool:
    """Whether the sender lets us do without understanding the body (RFC 3261 s.20.11)."""
    _, _, params = (request.header("Content-Disposition") or "").partition(";")
    return "handling=optional" in params.replace(" ", "").lower().split(";")


def _accepts_sdp(request: Request) -> bool:
    try:
        accepted = {media_type(value)[0] for value in request.listed("Accept")}
    except ParseError:
        return True
    return not accepted.isdisjoint((SDP, "application/*", "*/*"))
