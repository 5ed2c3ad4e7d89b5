"""Dialogs (RFC 3261 s.12): identity, route set, remote target, CSeq; requests inside them. Knows nothing of SDP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.errors import ParseError
from sip.flow import MESSAGE_BASED, Flow
from sip.grammar import is_ipv4, is_ipv6, split
from sip.message import Extra, Fields, Request, fields_of
from sip.uri import Uri
from sip.values import NameAddr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sip.message import Message, Response

MAX_FORWARDS = "70"
_SHOWN = ("P-Asserted-Identity", "Remote-Party-ID", "Privacy")
"""What our INVITE has already said of who speaks at our end."""


class Dialog:
    """One peer relation: Call-ID and both tags, never Call-ID alone."""

    __slots__ = (
        "allow",
        "call_id",
        "flow",
        "identity",
        "is_identity_told",
        "local",
        "local_cseq",
        "local_tag",
        "remote",
        "remote_cseq",
        "remote_tag",
        "routes",
        "supported",
        "target",
    )

    def __init__(self, call_id: str, local_tag: str, remote_tag: str | None, flow: Flow) -> None:
        """Begin with the identity; the makers below fill in the rest."""
        self.call_id = call_id
        self.local_tag = local_tag
        self.remote_tag = remote_tag
        self.flow = flow
        self.local = ""
        self.remote = ""
        self.local_cseq = 0
        self.remote_cseq = -1
        self.routes: list[str] = []
        self.target = ""
        self.allow: list[str] = []
        """The peer's Allow lines as written, read only when asked for."""
        self.supported: list[str] = []
        self.identity: Extra = ()
        """What our requests and answers say of who speaks at our end, where the peer may know."""
        self.is_identity_told = True

    @classmethod
    def as_callee(cls, invite: Request, tag: str) -> Dialog:
        """The dialog that our answer to an INVITE makes (s.12.1.1)."""
        dialog = cls(invite.call_id, tag, invite.from_.tag, invite.flow)
        dialog.local = f"{invite.required('To')};tag={tag}"
        dialog.remote = invite.required("From")
        dialog.remote_cseq = invite.cseq.number
        dialog.routes = _route_set(invite)
        contacts = invite.contacts
        dialog.target = contacts[0].uri_text if contacts else f"sip:{invite.flow.peer}"
        dialog.allow = invite.headers("Allow")
        dialog.supported = invite.headers("Supported")
        return dialog

    @classmethod
    def as_caller(cls, invite: Request, response: Response) -> Dialog:
        """The dialog that an answer to our INVITE makes (s.12.1.2)."""
        tag = invite.from_.tag or ""
        dialog = cls(invite.call_id, tag, response.to.tag, invite.flow)
        dialog.local = invite.required("From")
        dialog.remote = response.required("To")
        dialog.local_cseq = invite.cseq.number
        dialog.routes = _route_set(response)[::-1]
        dialog.target = invite.uri_text
        dialog.refresh_target(response)
        dialog.identity = tuple((name, value) for name in _SHOWN for value in invite.headers(name))
        return dialog

    def takes(self, number: int) -> bool:
        """Whether a request of the peer's comes in order; its sequence number is then the latest (s.12.2.2)."""
        if number < self.remote_cseq:
            return False
        self.remote_cseq = number
        return True

    @property
    def is_secure(self) -> bool:
        """Whether the peer may only be reached by SIPS, and so must we."""
        return is_sips(self.target)

    def refresh_target(self, message: Message) -> None:
        """Take the Contact of a target refresh request or its 2xx as where further requests go (s.12.2)."""
        if isinstance(message, Request) and message.flow.transport != "UDP":
            # The connection that a phone came back on is the one that reaches it.
            self.flow = message.flow
        self.allow = message.headers("Allow") or self.allow
        self.supported = message.headers("Supported") or self.supported
        try:
            contacts = message.contacts
            if contacts and contacts[0].uri.is_sip:
                self.target = contacts[0].uri_text
        except ParseError:
            return

    def inherit(self, early: Dialog) -> None:
        """Go on counting where the early dialog of this one stands (s.13.2.2.4)."""
        self.local_cseq = early.local_cseq
        self.remote_cseq = early.remote_cseq
        self.allow = self.allow or early.allow
        self.supported = self.supported or early.supported

    def allows(self, method: str) -> bool:
        """Whether the peer has said that it takes a method (s.20.5); one that said nothing is not asked."""
        return any(method in map(str.strip, line.split(",")) for line in self.allow)

    def knows(self, option: str) -> bool:
        """Whether the peer has said that it supports an option (s.20.37)."""
        return any(option in map(str.strip, line.split(",")) for line in self.supported)

    def request(
        self,
        method: str,
        branch: str,
        *,
        cseq: int | None = None,
        headers: Extra = (),
        body: bytes = b"",
    ) -> Request:
        """A request in the dialog (s.12.2.1.1); without `cseq` it takes the next number."""
        if cseq is None:
            self.local_cseq += 1
            cseq = self.local_cseq
        uri, routes, hop = ways(self.target, self.routes)
        fields: Fields = {"Via": [""], "Max-Forwards": [MAX_FORWARDS]}
        if routes:
            fields["Route"] = routes
        fields["From"] = [self.local]
        fields["To"] = [self.remote]
        fields["Call-ID"] = [self.call_id]
        fields["CSeq"] = [f"{cseq} {method}"]
        if headers:
            fields.update(fields_of(headers))
        request = Request(method, uri, fields, body)
        request.flow = flow_towards(self.flow, hop, is_routed=bool(self.routes))
        fields["Via"][0] = via_for(request.flow, branch)
        return request


def ways(target: str, routes: Sequence[str]) -> tuple[str, list[str], str]:
    """The request-URI, the Route headers and the URI of the next hop (s.12.2.1.1). Raises ParseError."""
    if not routes:
        return target, [], target
    first = NameAddr.parse(routes[0])
    if first.uri.is_loose:
        return target, list(routes), first.uri_text
    # A strict router: it takes itself out of the request-URI.
    return first.uri_text, [*routes[1:], f"<{target}>"], first.uri_text


def flow_towards(flow: Flow, hop: str, *, is_routed: bool) -> Flow:
    """How to reach the next hop, where `flow` is how the peer was heard."""
    try:
        uri = Uri.parse(hop)
    except ParseError:
        return flow
    host, port = uri.address
    if flow.transport != "UDP" and (not is_routed or host == flow.remote[0]):
        # The connection leads there as long as it lives; `Flows.lead` knows what to do when it is gone.
        return flow
    transport = uri.transport or flow.transport
    if not is_literal(host) or (transport == flow.transport and (host, port) == flow.remote):
        return flow
    if (":" in host) != (":" in flow.remote[0]):
        return (
            flow  # of the other family: our socket cannot send there, while the peer was heard on this flow
        )
    if not is_routed and _is_private(host) and not _is_private(flow.remote[0]):
        # A phone behind NAT writes an address that we cannot reach; what it sent came through.
        return flow
    return Flow(transport, flow.local, (host, port), host.lower() if transport == "TLS" else "")


def is_sips(uri: str) -> bool:
    """Whether a URI asks for TLS all the way (s.26.2.2)."""
    return uri[:5].lower() == "sips:"


def asks_for_sips(request: Request) -> bool:
    """Whether the Contact in our answer must be a SIPS URI, since that is how the peer got here (s.12.1.1)."""
    if is_sips(request.uri_text):
        return True
    before_us = _route_set(request) or [str(each) for each in request.contacts]
    return bool(before_us) and is_sips(NameAddr.parse(before_us[0]).uri_text)


def via_for(flow: Flow, branch: str) -> str:
    """The Via of a request that we send on a flow; a TLS connection that we opened may be used both ways (RFC 5923)."""
    alias = ";alias" if flow.name else ""
    return f"SIP/2.0/{flow.transport} {flow.sent_by};branch={branch};rport{alias}"


def contact_for(flow: Flow, user: str | None = None, *, secure: bool = False) -> str:
    """Where we can be reached by the transport of a flow (s.8.1.1.8), if need be by nothing less than TLS."""
    who = f"{user}@" if user is not None else ""
    if secure and flow.transport == "TLS":
        return f"<sips:{who}{flow.sent_by}>"
    scheme = "sips" if secure and flow.transport == "WSS" else "sip"
    # "ws" is the one that there is, safe or not (RFC 7118 s.5.2.2).
    named = "ws" if flow.transport in MESSAGE_BASED else flow.transport.lower()
    transport = "" if flow.transport == "UDP" else f";transport={named}"
    return f"<{scheme}:{who}{flow.sent_by}{transport}>"


def is_literal(host: str) -> bool:
    """Whether the host is an address. A false one must not pass: the system would ask the DNS for it, and wait."""
    return is_ipv6(host) if ":" in host else is_ipv4(host)


def _is_private(host: str) -> bool:
    if host.startswith(("10.", "192.168.", "127.", "169.254.")):
        return True
    first, _, rest = host.partition(".")
    second = rest.partition(".")[0]
    return (first == "172" and second.isdigit() and 16 <= int(second) < 32) or (
        first == "100" and second.isdigit() and 64 <= int(second) < 128
    )


def _route_set(message: Message) -> list[str]:
    """Record-Route values that can be read, in order; one that cannot would only lead requests astray."""
    routes: list[str] = []
    for line in message.headers("Record-Route"):
        try:
            routes += [value for value in split(line, ",") if NameAddr.parse(value).uri.is_sip]
        except ParseError:
            continue
    return routes
