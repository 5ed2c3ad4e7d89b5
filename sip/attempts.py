"""What our INVITE is tried again as when it fails: each way is one function, asked in order.

A way that has nothing to offer returns None; when all have, the refusal is final. Loops end, because each way counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.login import with_credentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from sip.message import Request, Response
    from sip.session import Session


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
    return with_credentials(session.request, response, session.login, context.branch(), context.ids)


_WAYS: tuple[Callable[[Session, int, Response | None], Request | None], ...] = (_answer_challenge,)
