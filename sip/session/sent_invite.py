"""One INVITE that we send, first or re-INVITE (RFC 3261 s.13.2.2.4): each 2xx is acknowledged, another fork's ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sip.body import SDP
from sip.message import cancel_for
from sip.reason import ELSEWHERE
from sip.transaction.client import NOBODY
from sip.transaction.tables import State
from sip.transaction.timing import PATIENCE

if TYPE_CHECKING:
    from sip.context import Context
    from sip.dialog import Dialog
    from sip.flow import Flow
    from sip.message import Extra, Request, Response
    from sip.transaction.client import ClientTransaction, ClientUser

_CONTENT = (("Content-Type", SDP),)
CREDENTIALS = ("Authorization", "Proxy-Authorization")
"""The headers that hold ours."""


class InviteAsker(Protocol):
    """Who is told of the answers."""

    def on_provisional(self, response: Response, *, now: float) -> None:
        """A 1xx."""

    def on_success(self, response: Response, *, now: float) -> None:
        """The first 2xx; acknowledge it."""

    def on_failure(self, status: int, response: Response | None, *, now: float) -> None:
        """A final failure; without a response it is a timeout (408) or the transport (503)."""

    def dialog_from(self, response: Response) -> Dialog:
        """The dialog that a 2xx makes."""


MOST_ANSWERS = 32
"""Forks of one INVITE that are acknowledged and ended; a peer that makes up more tags than this is not answered."""


class SentInvite:
    """The asking side of one INVITE."""

    __slots__ = (
        "acks",
        "asker",
        "cancels",
        "context",
        "is_withdrawn",
        "request",
        "tag",
        "transaction",
        "why",
    )

    def __init__(self, context: Context, request: Request, asker: InviteAsker, *, now: float) -> None:
        """Send it."""
        self.context = context
        self.request = request
        self.asker = asker
        self.tag: str | None = None
        self.acks: dict[str, tuple[bytes, Flow]] = {}
        self.cancels = self.is_withdrawn = False
        self.why: Extra = ()
        self.transaction = context.layer.request(request, self, now=now)

    def on_response(self, transaction: ClientTransaction, response: Response, *, now: float) -> None:
        """Sort an answer by its status."""
        if response.status < 200:
            if self.is_withdrawn:
                self._give_time(now)
            self.asker.on_provisional(response, now=now)
            return
        self.context.timers.cancel((self, "NO_FINAL"))
        if response.status < 300:
            self._on_success(response, now)
        else:
            self.asker.on_failure(response.status, response, now=now)

    def on_no_response(self, transaction: ClientTransaction, status: int, *, now: float) -> None:
        """Nobody answered."""
        self.asker.on_failure(status, None, now=now)

    def withdraw(self, *, cancel: bool, headers: Extra = (), now: float) -> None:
        """Nobody waits for it any more: cancel it, if the peer does not know yet, and bear it no longer than 64*T1.

        `headers` say in the CANCEL why.
        """
        self.is_withdrawn = True
        if cancel:
            self.cancels, self.why = True, headers
        self._give_time(now)

    def on_timer(self, letter: str, *, now: float) -> None:
        """No final answer within 64*T1: nobody will give one (s.9.1)."""
        if self.transaction.state is State.PROCEEDING:
            self.transaction.abandon()

    def _give_time(self, now: float) -> None:
        """Once somebody has heard the INVITE: before that it must not be cancelled (s.9.1), and Timer B ends it."""
        if self.transaction.state is not State.PROCEEDING or (self, "NO_FINAL") in self.context.timers:
            return
        self.context.timers.set((self, "NO_FINAL"), now + PATIENCE)
        if self.cancels:
            self.context.layer.request(cancel_for(self.request, self.why), NOBODY, now=now)

    def acknowledge(self, dialog: Dialog, body: bytes = b"", *, now: float) -> None:
        """Send the ACK of a 2xx, and keep it for when the 2xx comes again."""
        ack = dialog.request(
            "ACK",
            self.context.branch(),
            cseq=self.request.cseq.number,
            headers=_CONTENT if body else (),
            body=body,
        )
        for name in CREDENTIALS:
            # It says the same as its INVITE of who we are (s.13.2.2.4): nobody can challenge an ACK.
            if name in self.request.fields:
                ack.fields[name] = self.request.fields[name]
        self.context.flows.lead(ack)
        sent = self.acks[dialog.remote_tag or ""] = (ack.encode(), ack.flow)
        self.context.send(*sent, dialog.call_id, "ACK sdp" if body else "ACK", now)

    def _on_success(self, response: Response, now: float) -> None:
        tag = response.to.tag or ""
        if tag in self.acks:
            self.context.send(*self.acks[tag], self.request.call_id, "ACK", now)
        elif self.tag is None:
            self.tag = tag
            self.asker.on_success(response, now=now)
        elif tag != self.tag and len(self.acks) < MOST_ANSWERS:
            self._end_fork(response, now)

    def _end_fork(self, response: Response, now: float) -> None:
        dialog = self.asker.dialog_from(response)
        self.acknowledge(dialog, now=now)
        bye = dialog.request("BYE", self.context.branch(), headers=(("Reason", ELSEWHERE.written),))
        self.context.layer.request(bye, NOBODY, now=now)


def send_prack(
    context: Context,
    dialog: Dialog,
    invite: Request,
    rseq: int,
    user: ClientUser,
    body: bytes = b"",
    *,
    now: float,
) -> None:
    """Acknowledge a reliable provisional response to our INVITE (RFC 3262 s.4); `user` is told what comes of it."""
    headers = (("RAck", f"{rseq} {invite.cseq.number} INVITE"), *(_CONTENT if body else ()))
    request = dialog.request("PRACK", context.branch(), headers=headers, body=body)
    context.layer.request(request, user, now=now)
