"""What our INVITE is tried again as when it fails: each way is one function, asked in order.

A way that has nothing to offer returns None; when all have, the refusal is final. Loops end, because each way counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.dialog import MAX_FORWARDS, is_sips, via_for, ways
from sip.digest.login import with_credentials
from sip.message import Request, fields_of
from sip.session.table import SessionState

if TYPE_CHECKING:
    from collections.abc import Callable

    from sip.flow import Flow
    from sip.message import Fields, Response
    from sip.session.session import Session
    from sip.target import Target


def next_attempt(session: Session, status: int, response: Response | None) -> Request | None:
    """The INVITE to send next, or None. `status` is 408 or 503 where no response came."""
    for way in _WAYS:
        again = way(session, status, response)
        if again is not None:
            return again
    return None


def _answer_challenge(session: Session, status: int, response: Response | None) -> Request | None:
    """Once with the credentials that were asked for (RFC 3261 s.22.2, s.22.3)."""
    if response is None or status not in (401, 407) or session.login is None:
        return None
    context = session.context
    return with_credentials(
        session.request, response, session.login, context.branch(), context.ids, first=session.first_cseq
    )


def _longer_timer(session: Session, status: int, response: Response | None) -> Request | None:
    """With the interval that a 422 demands (RFC 4028 s.7.3); each 422 must demand more than the one before."""
    if status != 422 or not session.timer.learn(response):
        return None
    before = session.request
    fields = {name: list(values) for name, values in before.fields.items() if name not in _CREDENTIALS}
    fields["Via"] = [via_for(before.flow, session.context.branch())]
    fields["CSeq"] = [f"{before.cseq.number + 1} INVITE"]
    fields.update(fields_of(session.timer.asking()))
    again = Request("INVITE", before.uri_text, fields, before.body)
    again.flow = before.flow
    session.first_cseq += 1
    return again


def _next_target(session: Session, status: int, response: Response | None) -> Request | None:
    """To the next of the target's alternatives, while nobody was reached (RFC 5626 s.6, RFC 3263 s.4.3)."""
    if not _reached_nobody(session, status, response):
        return None
    device = session.target.instance if session.target is not None else None
    while session.alternatives:
        target, flow = session.alternatives.pop(0)
        if response is not None and status != 430 and device is not None and target.instance == device:
            continue  # the device itself has spoken (RFC 5626 s.7)
        session.target, session.login = target, target.login
        again = redirected(session, target, flow)
        session.first_cseq = again.cseq.number
        return again
    return None


def _reached_nobody(session: Session, status: int, response: Response | None) -> bool:
    """Whether an INVITE came to nobody's ears: 430, 503, or no response of any kind."""
    if response is not None:
        return status in (430, 503)
    return status != 408 or session.state is SessionState.CALLING


def redirected(session: Session, target: Target, flow: Flow) -> Request:
    """The session's INVITE for another target: the same call, To and From, the next CSeq (RFC 3261 s.8.1.3.4)."""
    before, context = session.request, session.context
    uri, routes, _ = ways(target.uri, target.routes)
    fields: Fields = {"Via": [via_for(flow, context.branch())], "Max-Forwards": [MAX_FORWARDS]}
    if routes:
        fields["Route"] = routes
    for name, values in before.fields.items():
        if name not in _OF_ONE_TARGET and (target.identity != "from" or name not in _FOR_TRUSTED):
            fields[name] = values
    fields["CSeq"] = [f"{before.cseq.number + 1} INVITE"]
    fields.update(fields_of(context.dialog_headers(flow, secure=is_sips(target.uri))))
    again = Request("INVITE", uri, fields, before.body)
    again.flow = flow
    return again


_CREDENTIALS = frozenset(("Authorization", "Proxy-Authorization"))
"""Never sent again unasked: a server may take a nonce that comes twice for a replay."""
_OF_ONE_TARGET = _CREDENTIALS | {"Via", "Max-Forwards", "Route"}
"""Headers that belong to one way, and must not be seen on another."""
_FOR_TRUSTED = frozenset(("P-Asserted-Identity", "Remote-Party-ID"))
"""Never sent to a target that is not trusted, although the one before it was (RFC 3325 s.7)."""
_WAYS: tuple[Callable[[Session, int, Response | None], Request | None], ...] = (
    _answer_challenge,
    _longer_timer,
    _next_target,
)
