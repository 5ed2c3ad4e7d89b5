"""Which transaction a message belongs to (RFC 3261 s.17.1.3 and s.17.2.3, with the RFC 2543 way for old branches)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.values import COOKIE

if TYPE_CHECKING:
    from sip.message import Request, Response

Key = tuple[str, ...]


def server_key(request: Request, method: str | None = None) -> Key:
    """The key of a request, as if it had `method`: ACK and CANCEL ask for that of their INVITE. Raises ParseError."""
    via = request.via
    branch = via.params.get("branch")
    method = method or request.method
    if branch is not None and branch.startswith(COOKIE) and len(branch) > len(COOKIE):
        return (branch, via.sent_by, method)
    # RFC 2543: an ACK carries the To tag of our answer, its INVITE did not, so the To tag is left out. The topmost
    # Via is part of the key for all of them; the request-URI too.
    return (
        request.call_id,
        str(request.cseq.number),
        request.from_.tag or "",
        request.uri_text,
        request.top_via_text,
        method,
    )


def client_key(response: Response) -> Key:
    """The key of a response. Raises ParseError."""
    return (response.via.params.get("branch") or "", response.cseq.method)


def merge_key(request: Request) -> Key:
    """What two copies of one request have in common when they came by different ways (s.8.2.2.2)."""
    return (request.call_id, request.required("CSeq"), request.from_.tag or "")
