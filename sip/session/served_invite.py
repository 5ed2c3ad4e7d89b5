"""One INVITE that we serve, first or re-INVITE: its answers, its 2xx until the ACK (RFC 3261 s.13.3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sip.body import SDP, has_sdp
from sip.dialog import asks_for_sips
from sip.transaction.timing import PATIENCE, T1, T2

if TYPE_CHECKING:
    from sip.context import Context
    from sip.message import Extra, Request
    from sip.transaction.server import ServerTransaction

_CONTENT = (("Content-Type", SDP),)


class InviteOwner(Protocol):
    """Who is told when nobody acknowledges."""

    def on_no_ack(self, *, now: float) -> None:
        """The ACK of our 2xx did not come within 64*T1."""


class ServedInvite:
    """The serving side of one INVITE."""

    __slots__ = (
        "context",
        "deadline",
        "interval",
        "is_offering",
        "number",
        "owner",
        "request",
        "transaction",
    )

    def __init__(
        self, context: Context, request: Request, transaction: ServerTransaction, owner: InviteOwner
    ) -> None:
        """Keep what belongs together."""
        self.context = context
        self.request = request
        self.transaction = transaction
        self.owner = owner
        self.number = request.cseq.number
        self.interval = T1
        self.deadline = 0.0
        self.is_offering = False

    def _contact(self) -> Extra:
        return self.context.dialog_headers(self.request.flow, secure=asks_for_sips(self.request))

    def provisional(self, status: int, body: bytes, headers: Extra, *, now: float) -> bytes:
        """Send 101-199; give what was sent."""
        extra = self._contact() + headers + (_CONTENT if body else ())
        self.transaction.respond(status, headers=extra, body=body, now=now)
        return self.transaction.last or b""

    def succeed(self, body: bytes, headers: Extra, *, now: float) -> None:
        """Send 200 and see that it is acknowledged."""
        extra = self._contact() + headers + (_CONTENT if body else ())
        self.is_offering = bool(body) and not has_sdp(self.request)
        self.transaction.respond(200, headers=extra, body=body, now=now)
        self.deadline = now + PATIENCE
        self.context.timers.set((self, "RESEND"), now + T1)

    def fail(self, status: int, reason: str | None = None, headers: Extra = (), *, now: float) -> None:
        """Send a final failure."""
        self.transaction.respond(status, reason, headers=headers, now=now)

    def stop(self) -> None:
        """No more resending: acknowledged, or given up."""
        self.context.timers.cancel((self, "RESEND"))

    def on_timer(self, letter: str, *, now: float) -> None:
        """Send the 2xx again, or give up."""
        if now >= self.deadline:
            self.owner.on_no_ack(now=now)
            return
        self.transaction.respond_again(now=now)
        self.interval = min(self.interval * 2, T2)
        # One timer for both: a second one, cancelled but still in the heap, would keep the session for 32 s.
        self.context.timers.set((self, "RESEND"), min(now + self.interval, self.deadline))
