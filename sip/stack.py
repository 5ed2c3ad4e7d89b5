"""The sans-IO SIP endpoint: octets and commands in, octets and events out; `now` comes with each call.

Puts the parts together and is their only face; what they do stands in their own files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sip.causes import status_of
from sip.context import Context
from sip.errors import ParseError, UnreadableMessage
from sip.events import MalformedMessage
from sip.flows import Flows
from sip.locating.hops import Means
from sip.message import Request
from sip.outside import invite_request
from sip.parser import parse
from sip.qualify import Qualifier
from sip.reception import Reception
from sip.session import offers
from sip.session.expires import usual
from sip.session.reliable import usual_reliability
from sip.session.session import Session
from sip.streams import Streams
from sip.stun import answer as stun_answer
from sip.stun import is_stun
from sip.subscriptions.notifier import NOTHING_SERVED, Notifier
from sip.target import CallerIdentity, Target
from sip.transfer.sent_refer import Transfers
from sip.trunks.registration import Registration
from sip.uri import Uri

if TYPE_CHECKING:
    from collections.abc import Callable

    from base.ids import Ids
    from sip.digest.login import Login
    from sip.events import Event
    from sip.flow import Address, Flow
    from sip.listener import Serves
    from sip.message import Extra
    from sip.protection.overload import Overload
    from sip.qualify import Peer, QualifyPlan
    from sip.reason import Reason
    from sip.session.expires import TimerPolicy
    from sip.session.reliable import Reliability
    from sip.subscriptions.event_package import EventRules
    from sip.trunks.keep_alive import KeepAlivePlan
    from sip.verdicts import Admission, Registrar


__all__ = ["CallerIdentity", "Stack", "Target"]


LARGE = 4096
"""Octets of a message beyond which it counts against a stranger before it is read: reading it takes long."""


class Tap(Protocol):
    """Hears every message that passes."""

    def __call__(self, data: bytes, flow: Flow, *, sent: bool) -> None:
        """One message as it is on the wire, secrets and all."""


class Stack:
    """One endpoint."""

    __slots__ = (
        "_context",
        "_notifier",
        "_qualifier",
        "_reception",
        "_registrar",
        "_streams",
        "tap",
        "transfers",
    )

    def __init__(
        self,
        ids: Ids,
        *,
        admission: Admission,
        registrar: Registrar | None = None,
        events: EventRules = NOTHING_SERVED,
        product: str = "Centralita",
        timing: Callable[[str], TimerPolicy] = usual,
        reliability: Callable[[str], Reliability] = usual_reliability,
        overload: Overload | None = None,
        flows: Flows | None = None,
    ) -> None:
        """Begin without listeners; `timing` gives the session timers of a profile, `reliability` its use of 100rel.

        `flows` are shared with an admission that asks which listener a request came by.
        """
        self._context = Context(
            ids, flows or Flows(), product=product, timing=timing, reliability=reliability
        )
        if overload is not None:
            self._context.overload = overload
        self._notifier = Notifier(self._context, events)
        self._reception = Reception(self._context, admission, registrar, self._notifier)
        self._registrar = registrar
        self.tap: Tap | None = None
        self.transfers = Transfers(self._context)
        self._qualifier = Qualifier(self._context)
        self._streams = Streams(self._context, self._take_message, self._is_needed)

    @property
    def overload(self) -> Overload:
        """Whom to tell how loaded we are."""
        return self._context.overload

    # Bytes and deadlines.

    def listen(self, transport: str, local: Address, serves: Serves = "both") -> None:
        """Tell which address of ours, as others know it, messages come to and leave from."""
        self._context.flows.listen(transport, local, serves)

    def receive_datagram(self, data: bytes, flow: Flow, *, fault: str | None = None, now: float) -> bool:
        """Take one message; whatever it holds, this does not raise. False when it was none at all.

        A `fault` is what its carrier already found wrong with it.
        """
        if self._reception.admission.is_banned(flow, now=now):
            return True
        if flow.transport == "UDP" and is_stun(data):
            self._keep_alive(data, flow, now)
            return True
        if len(data) > LARGE and not self._reception.admission.tolerates(flow, now=now):
            return True
        if self.tap is not None:
            self.tap(data, flow, sent=False)
        if not data.strip(b"\r\n\0 "):
            return False  # a keep-alive; a long one, read, would be as many lines as octets
        self._context.reading = data
        try:
            message = parse(data)
        except UnreadableMessage as error:
            self._context.events.append(MalformedMessage(flow.peer, str(error)))
            self._reception.admission.tolerates(flow, now=now)
            return data.startswith(b"SIP/")  # a response with a status that is none: its end was known
        message.flow = flow
        if fault is not None:
            message.fault = fault
        try:
            if isinstance(message, Request):
                self._reception.on_request(message, now=now)
            else:
                self._reception.on_response(message, now=now)
        except ParseError as error:
            # The checks read all that is read later; should one miss something, the peer's fault is still not ours.
            self._context.events.append(MalformedMessage(flow.peer, f"found late: {error}"))
        return True

    def _keep_alive(self, data: bytes, flow: Flow, now: float) -> None:
        """Answer a phone's STUN (RFC 5626 s.4.4.2); strangers are counted, the phones of an office are not."""
        self._context.keepers.on_stun(data, flow, now)
        is_home = self._registrar is not None and self._registrar.lives_on(flow, now)
        if is_home or self._reception.admission.tolerates(flow, now=now):
            reply = stun_answer(data, flow.remote)
            if reply is not None:
                self._context.output.append((reply, flow))

    def may_connect(self, flow: Flow, *, crowded: bool, now: float) -> bool:
        """Whether a connection may be opened to us; where one source has many (crowded), only by a trunk."""
        admission = self._reception.admission
        return not admission.is_banned(flow, now=now) and (not crowded or admission.is_trusted(flow))

    def handshake_failed(self, flow: Flow, *, now: float) -> None:
        """A connection opened to us ended before it could be used; that counts as a broken request."""
        self._reception.admission.tolerates(flow, now=now)

    def connection_made(
        self, flow: Flow, identities: tuple[str, ...] = (), *, accepted: bool, now: float
    ) -> None:
        """A connection is there: opened to us (accepted) or by us; `identities` its certificate has proved."""
        self._streams.open(flow, identities, accepted=accepted, now=now)
        if accepted and self._reception.admission.is_banned(flow, now=now):
            self._streams.close(flow)

    def receive_stream(self, data: bytes, flow: Flow, *, now: float) -> None:
        """Take octets of a connection as they come; whatever they are, this does not raise."""
        if self._reception.admission.is_banned(flow, now=now):
            self._streams.close(flow)
        else:
            self._context.keepers.heard(flow, now)
            self._streams.receive(data, flow, now=now)

    def connection_lost(self, flow: Flow, *, now: float) -> None:
        """A connection has ended, or could not be made."""
        self._streams.forget(flow)
        self._context.layer.connection_lost(flow, now=now)
        self._context.keepers.lost(flow, now)
        if self._registrar is not None:
            self._context.events.extend(self._registrar.connection_lost(flow, now))

    def transport_failed(self, remote: Address, *, now: float) -> None:
        """A datagram to `remote` was undeliverable (ICMP, or the socket refused it)."""
        self._context.layer.transport_failed(remote, now=now)

    def take_output(self) -> list[tuple[bytes, Flow]]:
        """What to send, in order; an empty write ends its connection after what was written before."""
        output, self._context.output = self._context.output, []
        if self.tap is not None:
            for data, flow in output:
                if data[:1] > b" ":  # neither a keep-alive nor the end of a connection
                    self.tap(data, flow, sent=True)
        return output

    def next_event(self) -> Event | None:
        """The next event, or None."""
        events = self._context.events
        return events.popleft() if events else None

    def next_timeout(self) -> float | None:
        """When handle_timeout must be called, or None."""
        due = self._context.timers.next()
        expiry = self._registrar.next_timeout() if self._registrar is not None else None
        if due is None or expiry is None:
            return expiry if due is None else due
        return min(due, expiry)

    def handle_timeout(self, *, now: float) -> None:
        """Carry out what is due."""
        timers = self._context.timers
        while (key := timers.pop_due(now)) is not None:
            key[0].on_timer(key[1], now=now)
        if self._registrar is not None:
            expiry = self._registrar.next_timeout()
            if expiry is not None and expiry <= now:
                self._context.events.extend(self._registrar.handle_timeout(now))

    def counters(self) -> dict[str, int]:
        """How much is alive; all zero when everything has ended."""
        context = self._context
        return {
            "dialogs": sum(session.dialog is not None for session in context.sessions.values()),
            "sessions": len(context.sessions),
            "subscriptions": len(self._notifier),
            "transactions": len(context.layer.clients) + len(context.layer.servers),
            "timers": len(context.timers) - len(self._qualifier),  # one for each peer that is asked, always
            "connections": len(self._streams),
        }

    # Commands.

    def ring(
        self, session: Session, status: int = 180, body: bytes = b"", *, headers: Extra = (), now: float
    ) -> None:
        """Send a provisional answer, with early media when there is a body."""
        session.ring(status, body, headers, now=now)

    def answer(self, session: Session, body: bytes, *, headers: Extra = (), now: float) -> None:
        """Answer with 200; `body` is the SDP answer, or the offer when the INVITE had none."""
        session.answer(body, headers, now=now)

    def reject(
        self, session: Session, status: int, *, reason: str | None = None, headers: Extra = (), now: float
    ) -> None:
        """Refuse with a final failure."""
        session.reject(status, reason, headers, now=now)

    def end(self, session: Session, *, cause: int = 16, reasons: tuple[Reason, ...] = (), now: float) -> None:
        """CANCEL, BYE or a final failure, whichever the state needs; safe at any time.

        `reasons` are said instead of the bare cause (RFC 3326).
        """
        session.end(status_of(cause), cause, reasons, now=now)

    def acknowledge(self, session: Session, body: bytes, *, now: float) -> None:
        """Send the ACK with our SDP answer after an invite or reinvite without body was answered."""
        offers.acknowledge(session, body, now=now)

    def reinvite(self, session: Session, body: bytes, *, now: float) -> None:
        """Change the session; the outcome is SessionReanswered or SessionReofferRefused (491: one is under way)."""
        offers.reinvite(session, body, now=now)

    def update(self, session: Session, body: bytes | None = None, *, headers: Extra = (), now: float) -> bool:
        """Refresh the session, or offer, by UPDATE (see Session.update); False when that cannot be now."""
        return session.update(body, headers, now=now)

    def accept_reoffer(self, session: Session, body: bytes, *, now: float) -> None:
        """Answer the peer's offer in re-INVITE, UPDATE or PRACK; nothing happens when it was withdrawn meanwhile."""
        offers.accept_offer(session, body, now=now)

    def refuse_reoffer(self, session: Session, status: int, *, headers: Extra = (), now: float) -> None:
        """Refuse the peer's offer in re-INVITE, UPDATE or PRACK; nothing happens when it was withdrawn meanwhile."""
        offers.refuse_offer(session, status, headers, now=now)

    def invite(
        self, target: Target, *, caller: CallerIdentity, body: bytes | None, headers: Extra = (), now: float
    ) -> Session:
        """Call somebody. Without body the peer makes the offer and `acknowledge` must follow its answer.

        Raises ParseError for a URI that is none and UnresolvedTarget for a name without destination.
        """
        target = self._context.avoided.best(target, now=now)
        flow = self._context.flows.way_to(target)
        request = invite_request(self._context, target, flow, caller, headers, body or b"")
        return Session.place(self._context, request, target, self._context.flows.reachable(target), now=now)

    def qualify(
        self, peer: str, target: Target, plan: QualifyPlan, *, is_known_good: bool = False, now: float
    ) -> Peer:
        """Ask a target again and again whether it is there; PeerReachable and PeerUnreachable tell of changes.

        `is_known_good` is said of a phone that registered just now. A name that is asked already is asked at the new
        target from now on. Raises as `invite` does.
        """
        return self._qualifier.watch(
            peer, target, self._context.flows.way_to(target), plan, is_known_good=is_known_good, now=now
        )

    def is_ours(self, uri: Uri) -> bool:
        """Whether a URI leads to this endpoint."""
        return self._context.flows.is_ours(uri)

    def stop_qualifying(self, peer: str) -> None:
        """Ask no more; nothing happens where nobody of that name was asked."""
        self._qualifier.forget(peer)

    def peer(self, peer: str) -> Peer | None:
        """What is known of somebody who is asked: its state and the last round trip."""
        return self._qualifier.find(peer)

    def register(
        self,
        aor: str,
        *,
        registrar: Address | Target,
        login: Login,
        expires: int = 300,
        line: str | None = None,
        keep_alive: KeepAlivePlan | None = None,
        now: float,
    ) -> Registration:
        """Register and stay registered until `unregister`; `line` marks our contact. Raises as `invite` does."""
        if isinstance(registrar, Target):
            flows, routes = self.flows_to(registrar), registrar.routes
        else:
            transport = Uri.parse(aor).transport or "UDP"
            flows, routes = [self._context.flows.flow_to(registrar, transport)], ()
        registration = Registration(
            self._context, aor, flows, login, expires, line=line, routes=routes, keep_alive=keep_alive
        )
        registration.register(now=now)
        return registration

    def flows_to(self, target: Target) -> list[Flow]:
        """All ways to a target, the first to be tried first. Raises as `invite` does."""
        return [
            self._context.flows.way_to(target),
            *(flow for _, flow in self._context.flows.reachable(target)),
        ]

    def unregister(self, registration: Registration, *, now: float) -> None:
        """Take the binding away."""
        registration.unregister(now=now)

    def means(self) -> Means:
        """By what transports and address families requests to the outside can leave."""
        return Means(self._context.flows.families("external"))

    def tell_change(self, package: str, resource: str, *, now: float) -> None:
        """The state of a resource has changed: who has subscribed to it is told (RFC 6665)."""
        self._notifier.change(package, resource, now=now)

    def end_subscriptions(self, *, now: float) -> None:
        """Tell all subscribers that we stop."""
        self._notifier.close(now=now)

    def configure_events(self, rules: EventRules, *, now: float) -> None:
        """Take over reloaded rules; subscriptions that they would refuse end."""
        self._notifier.configure(rules, now=now)

    def _take_message(self, data: bytes, flow: Flow, fault: str | None, now: float) -> bool:
        return self.receive_datagram(data, flow, fault=fault, now=now)

    def _is_needed(self, flow: Flow, now: float) -> bool:
        """Whether a registration, a subscription, a call or a transaction lives on a connection."""
        if self._registrar is not None and self._registrar.lives_on(flow, now):
            return True
        if self._notifier.lives_on(flow) or flow in self._context.keepers:
            return True
        dialogs = (session.dialog for session in self._context.sessions.values())
        return flow in self._context.layer.carried or any(each and each.flow == flow for each in dialogs)
