"""Requests of ours outside any dialog (RFC 3261 s.8.1.1, s.8.1.2): their headers, and where they go first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.body import SDP
from sip.dialog import MAX_FORWARDS, is_sips, via_for, ways
from sip.flow import host_in_uri
from sip.identity.diversion import diversion_headers
from sip.identity.identity import presented
from sip.message import Request, fields_of

if TYPE_CHECKING:
    from sip.context import Context
    from sip.flow import Flow
    from sip.message import Extra
    from sip.target import CallerIdentity, Target


def outside_request(
    context: Context,
    method: str,
    target: Target,
    flow: Flow,
    *,
    sender: str,
    headers: Extra = (),
    body: bytes = b"",
) -> Request:
    """A request to a target by a flow; `sender` is the whole From value, and it begins a Call-ID of its own."""
    uri, routes, _ = ways(target.uri, target.routes)
    fields = fields_of(
        (
            ("Via", via_for(flow, context.branch())),
            ("Max-Forwards", MAX_FORWARDS),
            *(("Route", route) for route in routes),
            ("From", sender),
            ("To", f"<{target.uri}>"),
            ("Call-ID", context.ids.token(12)),
            ("CSeq", f"1 {method}"),
            *context.dialog_headers(flow, secure=is_sips(target.uri)),
            ("User-Agent", context.product),
            *headers,
        )
    )
    request = Request(method, uri, fields, body)
    request.flow = flow
    return request


def invite_request(
    context: Context, target: Target, flow: Flow, caller: CallerIdentity, headers: Extra, body: bytes
) -> Request:
    """The INVITE that begins a session: who calls and who passed the call on, as far as the target is to know."""
    host = caller.host or own_host(flow)
    sender, shown = presented(caller, target.identity, host, is_secure=is_sips(target.uri))
    told = diversion_headers(target.diversions, host, target.uri)
    return outside_request(
        context,
        "INVITE",
        target,
        flow,
        sender=f"{sender};tag={context.ids.token()}",
        headers=(*shown, *told, *headers, *((("Content-Type", SDP),) if body else ())),
        body=body,
    )


def own_host(flow: Flow) -> str:
    """Our address on a flow as it stands in URIs."""
    return host_in_uri(flow.local[0])
