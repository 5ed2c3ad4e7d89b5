"""The exchange: where SIP sessions and media ports meet. Turns their events into leg events, and makes legs.

Knows no menus, queues or numbers: an arriving call is handed, with its contact and caller leg, to `on_arrival`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from base.errors import CentralitaError
from calls.arrival import opened, record_refusal
from calls.commands import SipCommands
from calls.contact import Contact
from calls.gate import NO_ERRAND, leaving_of, open_gate
from calls.hearing import NOTHING, Hearing, Listening
from calls.ladder import Ladders
from calls.leg import Leg
from calls.lines import LineLimits, Lines
from calls.moving import described, move
from calls.phone_calls import PhoneCalls
from calls.pickup import Ringing
from calls.recording import Recordings
from calls.session_events import tell
from calls.side import our_side
from calls.stream import CODECS, Stream, sound_address
from sip import causes
from sip import events as sip_events
from sip.errors import NoCommonCodec
from sip.identity.identity import tell_little
from sip.offer.keys import Dtmf
from sip.offer.security import Srtp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from base.ids import Ids
    from calls.events import Record
    from calls.gate import Errand, Gate, Over
    from calls.lines import Direction
    from calls.recording import Shelf
    from media.plane import Plane
    from sip.flow import Flow
    from sip.identity.identity import IdentityRules
    from sip.io.endpoint import Endpoint
    from sip.message import Extra
    from sip.session.session import Session
    from sip.stack import CallerIdentity, Target


class Exchange:
    """All legs of this node."""

    def __init__(
        self,
        endpoint: Endpoint,
        plane: Plane,
        ids: Ids,
        record: Record,
        on_arrival: Callable[[Contact, sip_events.Caller], None],
        on_presence: Callable[[sip_events.PresenceEvent], None],
        codecs: Callable[[str, str | None], Sequence[str]] = lambda profile, trunk: CODECS,
        *,
        srtp: Callable[[str, str | None], Srtp] = lambda profile, trunk: Srtp.OFF,
        dtmf: Callable[[str, str | None], Dtmf] = lambda profile, trunk: Dtmf.AUTO,
        lines: Lines | None = None,
        silence_limit: float = 0.0,
        listening: Callable[[], Listening] = lambda: NOTHING,
        shelf: Shelf | None = None,
        messages_in_full: Callable[[], bool] = lambda: False,
        identity: Callable[[str, str | None, Target], IdentityRules] = tell_little,
        name_of: Callable[[str | None, str | None], str] = lambda account, agent: "",
        gate: Gate = open_gate,
    ) -> None:
        """Take over the plane's events; the endpoint must deliver its own to `handle_sip`.

        `codecs` gives those of a profile (internal: phones, external: whoever is outside) or of a trunk, the preferred
        first; `srtp` how their sound is protected, `dtmf` how keys go. `lines` counts the calls of trunks.
        A leg from which nothing is heard for `silence_limit` seconds is ended; 0 lets it be.
        `listening` tells what is listened for in legs that are answered.
        `shelf` is where recordings are kept; without one none are made.
        `messages_in_full`: whether ladders keep the text of each message, less its secrets.
        `identity` gives what a target of a profile, or of a trunk, is told of callers; `name_of` the name of an
        account or agent. `gate` lets calls to the outside begin.
        """
        self.endpoint = endpoint
        self.sip = SipCommands(endpoint)
        self.plane = plane
        self.phone_calls = PhoneCalls()
        self._ids = ids
        self._record = record
        self._on_arrival = on_arrival
        self._on_presence = on_presence
        self.recordings = Recordings(shelf)
        self._hearing = Hearing(plane, silence_limit, self.recordings, listening)
        self.identity_rules = identity
        self.name_of = name_of
        self._gate = gate
        self._codecs = codecs
        self._srtp = srtp
        self._dtmf = dtmf
        self._lines = lines if lines is not None else Lines(lambda trunk: LineLimits())
        self._ladders = Ladders(record, messages_in_full)

    @property
    def leg_count(self) -> int:
        """How many legs are not yet over."""
        return len(self._hearing)

    def legs(self) -> list[Leg]:
        """Those that are not yet over."""
        return self._hearing.legs()

    def close(self) -> None:
        """Stop listening to the plane."""
        self._hearing.close()

    def open(
        self, number: str, *, account: str | None = None, dialled: str | None = None, **told: object
    ) -> Contact:
        """A contact that begins with us, about whoever will be called under that number, who has `dialled` another.

        `told` is noted with its beginning.
        """
        dnis = number if dialled is None else dialled
        contact = Contact(self._ids.new(), ani=number, display="", dnis=dnis, record=self._record)
        contact.account = account
        contact.record(
            "contact.opened",
            ani=number,
            dnis=dnis,
            profile="internal",
            trunk=None,
            account=account,
            initiation="api",
            **told,
        )
        return contact

    # --- making legs ---------------------------------------------------------------------------------------------

    def dial(
        self,
        contact: Contact,
        target: Target,
        *,
        role: str,
        caller: CallerIdentity,
        prefer: str | None = None,
        agent: str | None = None,
        trunk: str | None = None,
        headers: Extra = (),
        errand: Errand = NO_ERRAND,
    ) -> Leg:
        """Call somebody on behalf of a contact. All else than what is raised arrives as leg events.

        Raises PortsExhausted, ParseError for an address that is none, UnresolvedTarget for one that is not literal,
        NoLine where the trunk takes no further call, and whatever the gate raises.

        `prefer` is the codec of the party that will be bridged: offered first where the profile has it, so that nothing
        need be converted.
        """
        profile = "external" if role == "external" else "internal"
        rules = self.identity_rules(profile, trunk, target)
        target = replace(
            target,
            profile=target.profile or profile,
            identity=rules.mode,
            diversions=contact.diversions if rules.tells_diversions else (),
        )
        if rules.shows_private:
            caller = replace(caller, is_private=False)
        elif caller.is_private and profile != "external":
            caller = replace(caller, user="")  # phones are trusted with names, and show what they are told
        codecs = sorted(self._codecs(profile, trunk), key=lambda codec: codec != prefer)
        over = self._let_out(contact, target, trunk, errand)
        stream: Stream | None = None
        try:
            port = self.plane.open_port(towards=self.sip.way_to(target))
            local = our_side(
                self.plane,
                port,
                codecs,
                self._srtp(profile, trunk),
                target.flow,
                dtmf=self._dtmf(profile, trunk),
            )
            stream = Stream(port, local, self.plane.draw_ice, _way_of(target))
            session = self.sip.invite(target, caller=caller, body=stream.offer(), headers=headers)
        except CentralitaError:
            self._release_line(trunk)
            over()
            if stream is not None:
                stream.port.close()
            raise
        leg = Leg(self._ids.new(), contact, role, self, session, stream)
        leg.agent, leg.account, leg.trunk = agent, target.account, trunk
        leg.peer, leg.number = target.uri, target.account or session.user
        self._keep(leg)
        leg.when_over(over)
        self.endpoint.flush()
        return leg

    def _let_out(self, contact: Contact, target: Target, trunk: str | None, errand: Errand) -> Over:
        """Pass the gate, unless a registered phone is called by its own way, and take a line of the trunk."""
        is_phone = target.flow is not None and trunk is None
        over = _nothing_counted if is_phone else self._gate(contact, leaving_of(target, errand, trunk))
        try:
            self._take_line(trunk, "out")
        except CentralitaError:
            over()
            raise
        return over

    def _arrive(self, event: sip_events.InviteReceived) -> None:
        session, caller = event.session, event.caller
        if event.replaced is not None:
            owner = event.replaced.owner
            self._take_over(session, caller, owner if isinstance(owner, Leg) else None)
            return
        dnis = caller.dialled or session.user
        contact = Contact(
            self._ids.new(), ani=caller.user, display=caller.display, dnis=dnis, record=self._record
        )
        contact.account, contact.attestation = caller.account, caller.attestation
        contact.is_private, contact.diversions = caller.is_private, caller.diversions
        contact.record("contact.opened", **opened(caller, dnis))
        leg = self._serve(session, caller, contact, "caller")
        if leg is None:
            return
        contact.caller = leg
        self._keep(leg)
        if self._agree(leg):
            self._on_arrival(contact, caller)

    def _serve(self, session: Session, caller: sip_events.Caller, contact: Contact, role: str) -> Leg | None:
        """The leg of somebody who calls us, with its port; None when there was none and the caller was told so."""
        try:
            self._take_line(caller.trunk, "in")
            try:
                port = self.plane.open_port(towards=sound_address(session))
                who = caller.profile, caller.trunk
                flow = session.request.flow
                local = our_side(
                    self.plane, port, self._codecs(*who), self._srtp(*who), flow, dtmf=self._dtmf(*who)
                )
                way = flow if caller.account is not None else None
                stream = Stream(port, local, self.plane.draw_ice, way)
            except CentralitaError:
                self._release_line(caller.trunk)
                raise
        except CentralitaError as error:
            self.sip.reject(session, error.status, error.cause, retry_after=error.retry_after)
            self._ladders.drop(session.call_id)
            if contact.caller is None:
                record_refusal(contact, error)
            return None
        leg = Leg(self._ids.new(), contact, role, self, session, stream)
        leg.peer, leg.number = caller.source, caller.user
        leg.account, leg.trunk = caller.account, caller.trunk
        return leg

    def _take_over(self, session: Session, caller: sip_events.Caller, replaced: Leg | None) -> None:
        """An INVITE with Replaces (RFC 3891): a party goes on with another phone, or somebody takes its place."""
        holder = replaced.contact.talk or replaced.contact.ringing if replaced is not None else None
        if replaced is None or holder is None or not holder.can_give(replaced):
            self.sip.reject(session, 603, causes.REJECTED)
            return
        if holder.desk is None or not holder.desk.may_replace(caller, replaced):
            self.sip.reject(session, 403, causes.REJECTED)
            return
        contact = replaced.contact
        leg = self._serve(session, caller, contact, replaced.role)
        if leg is None:
            return
        self._keep(leg)
        if not self._agree(leg):
            return
        contact.record("transfer.completed", replaced, to=leg.number, kind="replaced", to_leg=leg.id)
        holder.desk.joined(caller, leg)
        if isinstance(holder, Ringing):
            holder.give(leg)
        else:
            leg.answer()
            holder.replace(replaced, leg, is_same_party=True)

    def move(self, leg: Leg, contact: Contact) -> None:
        """A leg goes on in another contact."""
        move(leg, contact, self._ids.new())

    def _agree(self, leg: Leg) -> bool:
        """Settle the codec at once, so that a call which cannot be heard is refused before anything else happens."""
        offer = leg.session.offer
        if offer is None:
            return True
        try:
            leg.stream.answer(offer)
        except CentralitaError as error:
            leg.refuse(
                error.status, error.cause, reason=str(error) if isinstance(error, NoCommonCodec) else ""
            )
            if leg is leg.contact.caller:
                record_refusal(leg.contact, error)
            return False
        return True

    def _keep(self, leg: Leg) -> None:
        """A leg begins: from now on it hears of its session and its port."""
        leg.contact.record("leg.invited", leg, **described(leg))
        leg.session.owner = leg
        leg.contact.legs.append(leg)
        self._hearing.keep(leg)
        self._ladders.keep(leg)
        self.phone_calls.follow(leg)

    def _take_line(self, trunk: str | None, way: Direction) -> None:
        """Raises NoLine."""
        if trunk is not None:
            self._lines.take(trunk, way, now=self.endpoint.now())

    def _release_line(self, trunk: str | None) -> None:
        if trunk is not None:
            self._lines.release(trunk)

    def listen(self, leg: Leg) -> bool:
        """The leg was answered; whether its record is to tell who talked for how long."""
        return self._hearing.listen(leg)

    def guess_who_answers(self, leg: Leg) -> None:
        """Tell AnswerGuessed of a party that has just answered, unless that stays unsure."""
        self._hearing.guess_who_answers(leg)

    def await_pause(self, leg: Leg, silence: float) -> None:
        """Tell SpeechPaused once the party is silent for so many seconds, spoken or not; 0 tells it no more."""
        self._hearing.await_pause(leg, silence)

    def forget(self, leg: Leg) -> None:
        """The leg is over: no more events for it, but its last messages still reach its ladder."""
        self._release_line(leg.trunk)
        self._hearing.forget(leg)
        self._ladders.forget(leg)
        leg.session.owner = None

    # --- events --------------------------------------------------------------------------------------------------

    def handle_sip(self, event: sip_events.Event) -> None:
        """One event of the SIP stack."""
        match event:
            case sip_events.MessageTraced():
                self._ladders.trace(event)
            case sip_events.InviteReceived():
                self._arrive(event)
            case (
                sip_events.RegistrationChanged()
                | sip_events.RegistrationAccepted()
                | sip_events.RegistrationRefused()
                | sip_events.PeerReachable()
                | sip_events.PeerUnreachable()
            ):
                self._on_presence(event)
            case sip_events.MalformedMessage():
                pass  # counted by the stack
            case _:
                if isinstance(event.session.owner, Leg):
                    tell(event.session.owner, event)
                elif isinstance(event, sip_events.TransferRequested):
                    self.sip.refuse_transfer(event.referral, 603)

    def abandon(self, event: sip_events.Event) -> None:
        """Handling this event failed for a reason nobody foresaw: end its call, so that nothing of it stays behind."""
        session = getattr(event, "session", None)
        if session is None:
            return
        if isinstance(session.owner, Leg):
            session.owner.hang_up(causes.INTERRUPTED, by="error")
        else:
            self.sip.end(session, cause=causes.INTERRUPTED)


def _way_of(target: Target) -> Flow | None:
    """The way to a phone of the house; carriers send sound from where they say, whatever their messages come by."""
    return target.flow if target.account is not None else None


def _nothing_counted() -> None:
    pass
