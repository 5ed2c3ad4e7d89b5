"""What comes in from peers (RFC 3261 s.8.2, s.12.2.2): requests judged and handed on, responses matched."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from sip.body import description_of
from sip.checks import ABILITIES, ALLOW, UNSERVED, malformation, objection
from sip.errors import ParseError
from sip.events import InviteReceived, MalformedMessage
from sip.message import response_to
from sip.session.expires import too_small
from sip.session.requests import serve_in_dialog
from sip.session.session import Session
from sip.transaction.layer import reply_flow
from sip.transaction.matching import server_key
from sip.transfer.replaces import replaced_by
from sip.verdicts import Admitted, Challenge, Drop, Refuse

if TYPE_CHECKING:
    from sip.context import Context
    from sip.message import Extra, Request, Response
    from sip.subscriptions.notifier import Notifier
    from sip.transaction.matching import Key
    from sip.verdicts import Admission, Registrar

_GONE = Refuse(481)


class Reception:
    """The door of one endpoint."""

    __slots__ = ("admission", "context", "notifier", "registrar")

    def __init__(
        self, context: Context, admission: Admission, registrar: Registrar | None, notifier: Notifier
    ) -> None:
        """Keep whom to ask."""
        self.context = context
        self.admission = admission
        self.registrar = registrar
        self.notifier = notifier

    def on_response(self, response: Response, *, now: float) -> None:
        """Hand a response to its transaction; a stray or broken one is dropped (s.17.1.1.2, s.18.3)."""
        context = self.context
        try:
            transaction = context.layer.client_of(response) if response.fault is None else None
            if transaction is None or response.call_id != transaction.request.call_id:
                return
            if len(response.listed("Via")) != 1:
                return  # not for us: another hop of its own stands below ours (s.8.1.3.3)
            response.to.tag  # noqa: B018 - read here, so that nobody above meets a broken one
        except ParseError:
            return
        if response.call_id in context.calls:
            content = " sdp" if response.body else ""
            summary = f"{response.status} {response.reason[:40]} ({response.cseq.method}{content})"
            context.received(response.flow, response.call_id, summary)
        transaction.on_response(response, now=now)

    def on_request(self, request: Request, *, now: float) -> None:
        """Judge a request and hand it on."""
        try:
            request.via  # noqa: B018
        except ParseError as error:
            request.fault = str(error)
        fault = None if request.version == "SIP/2.0" and request.fault is None else request.fault
        if request.version != "SIP/2.0":
            self._turn_away(request, 505, now=now)
            return
        fault = fault or malformation(request)
        if fault is not None:
            self._turn_away(request, 400, f"Bad Request ({fault})", now=now)
            return
        context = self.context
        if request.call_id in context.calls:
            summary = f"{request.method} sdp" if request.body else request.method
            context.received(request.flow, request.call_id, summary)
        if request.method == "ACK":
            self._on_ack(request, now)
            return
        key = server_key(request)
        known = context.layer.servers.get(key)
        if known is not None:
            known.on_request(now=now)
        elif request.method == "CANCEL":
            self._on_cancel(key, request, now)
        elif request.to.tag is not None:
            self._on_inside(key, request, now)
        else:
            self._on_outside(key, request, now)

    def _turn_away(self, request: Request, status: int, reason: str | None = None, *, now: float) -> None:
        """Answer a request that cannot be given a transaction, or not at all if that is an ACK or has no Via."""
        context = self.context
        if not request.fields.get("Via"):
            context.events.append(MalformedMessage(request.flow.peer, reason or "bad version"))
        elif request.method != "ACK" and self.admission.tolerates(request.flow, now=now):
            self._answer_statelessly(request, status, reason)

    def _refuse_stray(self, request: Request, refusal: Refuse, now: float) -> None:
        """Refuse what belongs to nothing of ours. Anybody can send it, so it counts and leaves no transaction."""
        if self.admission.tolerates(request.flow, now=now):
            self._answer_statelessly(request, refusal.status, refusal.reason, refusal.headers)

    def _answer_statelessly(
        self, request: Request, status: int, reason: str | None, headers: Extra = ()
    ) -> None:
        # The tag is the same for each retransmission, as s.8.2.7 asks.
        tag = f"{crc32(request.required('Via').encode('utf-8', 'surrogateescape')):08x}"
        data = response_to(request, status, reason, tag=tag, headers=headers)
        flow = request.flow if request.fault is not None else reply_flow(request)
        self.context.output.append((data, flow))

    def _session_of(self, request: Request) -> Session | None:
        session = self.context.sessions.get((request.call_id, request.to.tag or ""))
        if session is None:
            return None
        theirs = session.remote_tag
        return (
            session
            if theirs == request.from_.tag or (theirs is None and session.direction == "out")
            else None
        )

    def _on_ack(self, request: Request, now: float) -> None:
        transaction = self.context.layer.server_of(request, "INVITE")
        if transaction is not None and not transaction.on_ack(now=now):
            return
        session = self._session_of(request)
        if session is not None:
            session.on_ack(request, now=now)

    def _on_cancel(self, key: Key, request: Request, now: float) -> None:
        cancelled = self.context.layer.server_of(request, "INVITE")
        if cancelled is None:
            self._refuse_stray(request, _GONE, now)
            return
        transaction = self.context.layer.accept(key, request, merging=False, now=now)
        transaction.tag = cancelled.tag
        transaction.respond(200, now=now)
        if isinstance(cancelled.session, Session):
            cancelled.session.on_cancel(cancelled, request, now=now)

    def _on_inside(self, key: Key, request: Request, now: float) -> None:
        session = self._session_of(request)
        subscription = self.notifier.find(request) if session is None else None
        refusal = objection(request)
        if session is None and subscription is None:
            self._refuse_stray(request, refusal or _GONE, now)
            return
        if refusal is not None:
            self._refuse(key, request, refusal, now)
            return
        transaction = self.context.layer.accept(key, request, merging=False, now=now)
        if session is not None:
            serve_in_dialog(session, request, transaction, now=now)
        elif subscription is not None:
            self.notifier.serve_inside(subscription, request, transaction, now=now)

    def _on_outside(self, key: Key, request: Request, now: float) -> None:
        if self.context.layer.is_merged(request):
            self._refuse(key, request, Refuse(482), now)
            return
        if request.method == "INVITE" and self._is_too_much(request, now):
            return
        verdict = self.admission.admit(request, request.flow, now)
        if isinstance(verdict, Drop):
            return
        refusal = objection(request)
        if refusal is not None and isinstance(verdict, Admitted):
            self._refuse(key, request, refusal, now)
        elif refusal is not None:
            self._answer_statelessly(request, refusal.status, refusal.reason, refusal.headers)
        elif isinstance(verdict, Challenge):
            # Without a transaction: a stranger must not be able to fill our memory (s.26.3.2.4).
            self._answer_statelessly(request, verdict.status, None, verdict.headers)
        elif isinstance(verdict, Refuse):
            if verdict.is_kept:
                self._refuse(key, request, verdict, now)
            else:
                self._answer_statelessly(request, verdict.status, verdict.reason, verdict.headers)
        elif request.method == "OPTIONS":
            # Anybody may ask, under any address: nothing is kept of it (s.8.2.7).
            self._answer_statelessly(request, 200, None, ABILITIES)
        else:
            self._serve(key, request, verdict, now)

    def _is_too_much(self, request: Request, now: float) -> bool:
        """Refuse a new call in an overload: before anything else, without a transaction, so that it costs least.

        One that replaces a call in progress is none.
        """
        context = self.context
        if "Replaces" in request.fields:
            return False
        wait = context.overload.wait(context.callers, now=now)
        if wait and self.admission.tolerates(request.flow, now=now):
            self._answer_statelessly(request, 503, None, (("Retry-After", str(wait)),))
        return wait > 0

    def _refuse(self, key: Key, request: Request, refusal: Refuse, now: float) -> None:
        layer = self.context.layer
        transaction = layer.servers.get(key) or layer.accept(key, request, merging=False, now=now)
        transaction.respond(refusal.status, refusal.reason, headers=refusal.headers, now=now)

    def _serve(self, key: Key, request: Request, admitted: Admitted, now: float) -> None:
        context = self.context
        transaction = context.layer.accept(key, request, merging=True, now=now)
        transaction.proof = admitted.proof
        if admitted.caller.trunk is not None:
            context.flows.remember_alias(request)
        if request.method == "INVITE":
            try:
                offer = description_of(request)
            except ParseError:
                transaction.respond(400, "Bad Request (broken SDP)", now=now)
                return
            refusal = too_small(request, context.timing(admitted.caller.profile))
            if refusal is not None:
                transaction.respond(refusal.status, headers=refusal.headers, now=now)
                return
            replaced = replaced_by(context, request)
            if isinstance(replaced, Refuse):
                transaction.respond(replaced.status, replaced.reason, now=now)
                return
            context.overload.take(now=now)
            session = Session.receive(context, transaction, admitted.caller, offer)
            context.received(request.flow, request.call_id, "INVITE sdp" if request.body else "INVITE")
            context.events.append(InviteReceived(session, admitted.caller, replaced))
        elif request.method == "REGISTER" and self.registrar is not None:
            reply = self.registrar.handle(request, admitted.caller, now)
            transaction.respond(reply.status, reply.reason, headers=reply.headers, now=now)
            context.events.extend(reply.changed)
        elif request.method == "SUBSCRIBE":
            self.notifier.serve(request, admitted.caller, transaction, now=now)
        elif request.method in UNSERVED or request.method == "REGISTER":
            transaction.respond(405, headers=(("Allow", ALLOW),), now=now)
        elif request.method == "REFER":
            # It would have us call anybody for nobody (RFC 7614 s.4): calls are transferred from inside.
            transaction.respond(403, now=now)
        else:
            # BYE, INFO and NOTIFY outside a dialog.
            transaction.respond(481, now=now)
