"""Our credentials towards a server that challenges us: a phone's at its registrar, ours at a trunk (RFC 3261 s.22).

A challenge is answered once; again only when the server says that nothing but the nonce was wrong. Credentials are
never given to a second realm.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sip.dialog import via_for
from sip.digest.digest import authorize, read_digest, strongest
from sip.errors import ParseError, UnusableChallenge
from sip.message import Request

if TYPE_CHECKING:
    from base.ids import Ids
    from base.secret import Secret
    from sip.message import Response

MOST_ANSWERS = 2
"""Challenges answered for one request: the first, and one that calls our nonce stale."""

_HEADERS = {401: ("WWW-Authenticate", "Authorization"), 407: ("Proxy-Authenticate", "Proxy-Authorization")}


@dataclass(frozen=True, slots=True)
class Login:
    """An account and its password, which no printing shows."""

    user: str
    password: Secret = field(repr=False)
    realm: str | None = None
    """The only realm that they are for; without it, the one that the server called names."""


def with_credentials(
    request: Request, response: Response, login: Login, branch: str, ids: Ids, *, first: int = 1
) -> Request | None:
    """The request once more, answering the challenge in the response; None where that cannot or must not be done.

    `first` is the CSeq number that the request had before any challenge.
    """
    if request.cseq.number - first >= MOST_ANSWERS:
        return None
    asked, answering = _HEADERS[response.status]
    try:
        challenge = strongest(response.headers(asked), login.realm)
        if not _may_answer(request, answering, challenge):
            return None
        value = authorize(
            challenge,
            method=request.method,
            uri=request.uri_text,
            user=login.user,
            password=login.password.reveal(),
            nc=1,
            cnonce=ids.token(),
            body=request.body,
        )
    except (ParseError, UnusableChallenge):
        return None
    fields = {name: list(values) for name, values in request.fields.items()}
    fields["Via"] = [via_for(request.flow, branch)]
    fields["CSeq"] = [f"{request.cseq.number + 1} {request.method}"]
    fields[answering] = [value]
    again = Request(request.method, request.uri_text, fields, request.body)
    again.flow = request.flow
    return again


def _may_answer(request: Request, answering: str, challenge: str) -> bool:
    tried = [*request.headers("Authorization"), *request.headers("Proxy-Authorization")]
    if not tried:
        return True
    now, before = read_digest(challenge) or {}, read_digest(tried[0]) or {}
    is_stale = now.get("stale", "").lower() == "true" and now.get("nonce") != before.get("nonce")
    return is_stale and now.get("realm") == before.get("realm") and bool(request.headers(answering))
