"""The SIP stack's commands with the clock filled in and the output sent at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.identity.connected import connected
from sip.reason import headers_for

if TYPE_CHECKING:
    from sip.identity.identity import IdentityMode
    from sip.io.endpoint import Endpoint
    from sip.message import Extra
    from sip.reason import Reason
    from sip.session.sent_info import SentKeys
    from sip.session.session import Session
    from sip.stack import CallerIdentity, Target
    from sip.subscriptions.event_package import EventRules
    from sip.transfer.served_refer import Referral


class SipCommands:
    """What calls/ asks of the SIP endpoint."""

    __slots__ = ("_endpoint", "_stack")

    def __init__(self, endpoint: Endpoint) -> None:
        """Bind to one endpoint."""
        self._endpoint = endpoint
        self._stack = endpoint.stack

    def way_to(self, target: Target) -> str:
        """The address of the next hop to a target. Raises as `invite` does."""
        return self._stack.flows_to(target)[0].remote[0]

    def ring(self, session: Session, body: bytes = b"") -> None:
        """Send 180; a body is the offer that must not wait any longer (RFC 3262 s.5)."""
        self._stack.ring(session, 180, body, now=self._endpoint.now())
        self._endpoint.flush()

    def progress(self, session: Session, body: bytes) -> None:
        """Send 183 with a session description: what follows can be heard."""
        self._stack.ring(session, 183, body, now=self._endpoint.now())
        self._endpoint.flush()

    def answer(self, session: Session, body: bytes) -> None:
        """Send 200 with a session description."""
        self._stack.answer(session, body, now=self._endpoint.now())
        self._endpoint.flush()

    def reject(
        self,
        session: Session,
        status: int,
        cause: int,
        *,
        reasons: tuple[Reason, ...] = (),
        retry_after: int | None = None,
    ) -> None:
        """Send a final refusal, with the Q.850 cause that says more than the status (RFC 6432)."""
        headers = headers_for(reasons, cause)
        if retry_after is not None:
            headers = (("Retry-After", str(retry_after)), *headers)
        self._stack.reject(session, status, headers=headers, now=self._endpoint.now())
        self._endpoint.flush()

    def end(self, session: Session, *, cause: int, reasons: tuple[Reason, ...] = ()) -> None:
        """End the session in the way its state needs."""
        self._stack.end(session, cause=cause, reasons=reasons, now=self._endpoint.now())
        self._endpoint.flush()

    def invite(self, target: Target, *, caller: CallerIdentity, body: bytes, headers: Extra = ()) -> Session:
        """Call somebody; the caller of this flushes once the session has its owner."""
        return self._stack.invite(target, caller=caller, body=body, headers=headers, now=self._endpoint.now())

    def connected(self, session: Session, who: CallerIdentity, mode: IdentityMode) -> None:
        """Tell the far end who it speaks with from now on."""
        connected(session, who, mode, now=self._endpoint.now())
        self._endpoint.flush()

    def reinvite(self, session: Session, body: bytes) -> None:
        """Change the session: hold, resume."""
        self._stack.reinvite(session, body, now=self._endpoint.now())
        self._endpoint.flush()

    def accept_reoffer(self, session: Session, body: bytes) -> None:
        """Answer a re-INVITE with 200."""
        self._stack.accept_reoffer(session, body, now=self._endpoint.now())
        self._endpoint.flush()

    def press(self, keys: SentKeys, key: str, duration: float) -> None:
        """Send a key by INFO."""
        keys.press(key, duration=duration, now=self._endpoint.now())
        self._endpoint.flush()

    def tell_change(self, package: str, resource: str) -> None:
        """Tell whoever subscribed to a resource that its state has changed."""
        self._stack.tell_change(package, resource, now=self._endpoint.now())
        self._endpoint.flush()

    def end_subscriptions(self) -> None:
        """Tell all subscribers that we stop."""
        self._stack.end_subscriptions(now=self._endpoint.now())
        self._endpoint.flush()

    def configure_events(self, rules: EventRules) -> None:
        """Serve subscriptions by these rules from now on."""
        self._stack.configure_events(rules, now=self._endpoint.now())
        self._endpoint.flush()

    def refuse_reoffer(self, session: Session, status: int) -> None:
        """Refuse a re-INVITE; the session goes on unchanged."""
        self._stack.refuse_reoffer(session, status, now=self._endpoint.now())
        self._endpoint.flush()

    def accept_transfer(self, referral: Referral) -> None:
        """Try what a REFER asks for: 202."""
        self._stack.transfers.accept(referral, now=self._endpoint.now())
        self._endpoint.flush()

    def refuse_transfer(self, referral: Referral, status: int) -> None:
        """Do not try it."""
        self._stack.transfers.refuse(referral, status, now=self._endpoint.now())
        self._endpoint.flush()

    def report_transfer(self, referral: Referral, status: int) -> None:
        """Tell its sender how far it has come; a final status is the last word."""
        self._stack.transfers.report(referral, status, now=self._endpoint.now())
        self._endpoint.flush()

    def refer(self, session: Session, target: str, *, referred_by: str | None = None) -> None:
        """Ask the peer to call somebody else itself. Raises SessionStateError."""
        self._stack.transfers.refer(session, target, referred_by=referred_by, now=self._endpoint.now())
        self._endpoint.flush()
