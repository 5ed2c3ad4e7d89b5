"""A leg: one party seen from us, i.e. one SIP session and one media stream, with its life in calls/leg_states.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.machine import Machine
from calls.events import (
    LegAnswered,
    LegConfirmed,
    LegEnded,
    LegHeld,
    LegProgressed,
    LegRang,
    LegResumed,
    TransferAsked,
)
from calls.hearing import shares
from calls.keying import Keying
from calls.leg_states import LEG, LegEffect, LegInput, LegState
from calls.moving import settled
from calls.reoffers import Reoffers
from sip import causes
from sip.session import reliable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from calls.contact import Contact
    from calls.exchange import Exchange
    from calls.recording import LegRecording
    from calls.stream import Stream
    from media.counters import PortCounters
    from media.plane import Clip
    from sip.events import SessionRinging, TransferRequested
    from sip.reason import Reason
    from sip.sdp import SessionDescription
    from sip.session.session import Session


class Leg:
    """One party. Commands are safe in every state; what happens is posted to the contact's inbox."""

    __slots__ = (
        "_counters",
        "_ending",
        "_keys",
        "_machine",
        "_reoffers",
        "_talk",
        "_tells_talk",
        "_watchers",
        "account",
        "agent",
        "contact",
        "exchange",
        "id",
        "number",
        "peer",
        "recording",
        "role",
        "secrets",
        "session",
        "stream",
        "trunk",
    )

    def __init__(
        self, leg_id: str, contact: Contact, role: str, exchange: Exchange, session: Session, stream: Stream
    ) -> None:
        """Made by the exchange. `role` is caller, agent or external."""
        self.id = leg_id
        self.contact = contact
        self.role = role
        self.exchange = exchange
        self.session = session
        self.stream = stream
        self.peer = ""
        self.number = ""
        """Under which number or name the party is called back."""
        self.agent: str | None = None
        self.trunk: str | None = None
        """The trunk that carries it, and counts it until its end."""
        self.account: str | None = None
        """The account of the party's phone, when it is one of ours."""
        self.recording: LegRecording | None = None
        self.secrets: tuple[str, ...] = ()
        """Why nothing of what is said or keyed now may be recorded."""
        self._watchers: tuple[Callable[[], object], ...] = ()
        self._keys: Keying | None = None
        self._machine = Machine(LEG)
        self._ending: LegEnded | None = None
        self._counters: PortCounters | None = None
        self._tells_talk = False
        self._talk: dict[str, object] = {}
        """Who talked for how long, where that is told."""
        self._reoffers: Reoffers | None = None

    @property
    def state(self) -> LegState:
        """Where the leg stands."""
        return self._machine.state

    @property
    def ending(self) -> LegEnded | None:
        """How it ended, once it has."""
        return self._ending

    @property
    def is_up(self) -> bool:
        """Whether the far end has answered (or been answered) and has not gone."""
        return self._machine.state in (LegState.UP, LegState.HELD)

    @property
    def is_audible(self) -> bool:
        """Whether media run, before the answer or after it."""
        return self.is_up or self._machine.state is LegState.EARLY

    @property
    def has_ended(self) -> bool:
        """Whether the leg is over."""
        return self._machine.state is LegState.ENDED

    @property
    def reoffers(self) -> Reoffers:
        """The offers after the first, made when first needed."""
        if self._reoffers is None:
            self._reoffers = Reoffers(self)
        return self._reoffers

    @property
    def keys(self) -> Keying:
        """Those of the far end and ours, made when first needed."""
        if self._keys is None:
            self._keys = Keying(self)
        return self._keys

    def forget(self) -> None:
        """Its contact is over: let go of what points back, so that it is freed at once and not by the collector."""
        self._ending = self._reoffers = self._keys = self.recording = None

    # --- commands ------------------------------------------------------------------------------------------------

    def ring(self) -> None:
        """Tell the caller that the far end rings (180)."""
        if self._machine.state is LegState.INVITED and self._calls_us:
            must_offer = reliable.must_offer_early(self.session.request) and not self.stream.is_offering
            self.exchange.sip.ring(self.session, self._description() if must_offer else b"")
            self._fire(LegInput.RANG)

    def progress(self) -> None:
        """Let the caller hear us before we answer (183 with our description).

        A caller who waits for our offer and cannot answer it yet is told that it rings instead.
        """
        if not self._calls_us or self._machine.state not in (LegState.INVITED, LegState.RINGING):
            return
        if self.session.offer is None and not reliable.may_offer_early(self.session):
            self.ring()
            return
        self.exchange.sip.progress(self.session, self._description())
        if self.stream.agreed is not None:
            self._fire(LegInput.PROGRESSED)

    def answer(self) -> None:
        """Accept the caller (200 with our answer, or with our offer when the INVITE had none)."""
        if self.is_up or self.has_ended or not self._calls_us:
            return
        self.exchange.sip.answer(self.session, self._description())
        self._fire(LegInput.ANSWERED)
        self.follow_direction()

    def refuse(
        self,
        status: int,
        cause: int | None = None,
        *,
        reason: str = "",
        reasons: tuple[Reason, ...] = (),
        retry_after: int | None = None,
    ) -> None:
        """Turn the caller away with a final status, or hang up when already answered. `reason` stands in the record."""
        if self.has_ended:
            return
        cause = cause or causes.cause_of(status)
        if self.is_up or not self._calls_us:
            self.hang_up(cause, reason=reason, reasons=reasons)
            return
        self._ending = self._ending or LegEnded(self, "local", status, cause, reason)
        self.exchange.sip.reject(self.session, status, cause, reasons=reasons, retry_after=retry_after)
        self._fire(LegInput.ENDED)

    def hang_up(
        self,
        cause: int = causes.NORMAL,
        *,
        by: str = "local",
        reason: str = "",
        reasons: tuple[Reason, ...] = (),
    ) -> None:
        """End the leg: CANCEL, BYE or a final answer, whichever fits. `reasons` are told to the far end (RFC 3326)."""
        if self.has_ended:
            return
        incoming = self._calls_us and not self.is_up
        status = causes.status_of(cause) if incoming else (200 if self.is_up else 487)
        # Settled before the session reports its end, which it does at once when nothing else is going on.
        self._ending = self._ending or LegEnded(self, by, status, cause, reason)
        self.exchange.sip.end(self.session, cause=cause, reasons=reasons)
        self._fire(LegInput.ENDED)

    def hold(self, *, on: bool) -> None:
        """Put the far end on hold, or take it back, by a re-INVITE; its answer changes the stream.

        While one description is still open the wish waits for its end; only the last wish counts.
        """
        if self.is_up:
            self.reoffers.wish("sendonly" if on else "sendrecv")

    def play(self, clips: Sequence[Clip], *, loop: bool = False, start: float = 0.0) -> int:
        """Play clips towards the far end; what played before is cut. Returns the playback's number."""
        return self.stream.port.play(clips, loop=loop, start=start)

    def stop(self) -> None:
        """Stop playing."""
        self.stream.port.stop()

    def when_over(self, watcher: Callable[[], object]) -> None:
        """Call somebody once the leg is over, at once if it is."""
        if self.has_ended:
            watcher()
        else:
            self._watchers = (*self._watchers, watcher)

    def refer(self, target: str) -> None:
        """Ask the far end to call somebody else itself; LegReferred tells what comes of it.

        Raises SessionStateError where there is nobody to ask, or one such question is open.
        """
        self.exchange.sip.refer(self.session, target)

    def refuse_transfer(self, status: int) -> None:
        """Refuse the transfer that the party asked for, if that is still open."""
        if self.session.referral is not None:
            self.exchange.sip.refuse_transfer(self.session.referral, status)

    # --- what the session reports ----------------------------------------------------------------------------------

    def rang(self, event: SessionRinging) -> None:
        """A provisional answer came. 183 announces media; with 180 they are heard once they come (RFC 3960 s.3)."""
        usable = event.description is not None and self.stream.accept(
            event.description, event.fork, early=not event.is_answer
        )
        if usable and (event.status != 180 or self._machine.state is LegState.EARLY):
            self._fire(LegInput.PROGRESSED)
            return
        if usable:
            self.stream.connect()
        self._fire(LegInput.RANG)

    def answered_early(self) -> None:
        """Our offer in a provisional answer was answered: the caller hears us from now on."""
        if self._calls_us and not self.is_up:
            self._fire(LegInput.PROGRESSED)

    def media_began(self) -> None:
        """The first packet came: early media, where only ringing was announced."""
        if self._machine.state is LegState.RINGING and not self._calls_us and self.stream.agreed is not None:
            self._fire(LegInput.PROGRESSED)

    def answered(self, description: SessionDescription | None, fork: str = "") -> None:
        """A 2xx came. Without a usable answer in it the call is ended at once (RFC 3261 s.13.2.2.4)."""
        if description is None or not self.stream.accept(description, fork):
            self.hang_up(causes.cause_of(488), by="error", reason="no usable answer in the 2xx")
            return
        self._fire(LegInput.ANSWERED)
        self.follow_direction()

    def confirmed(self, description: SessionDescription | None) -> None:
        """The ACK came; it holds the answer when our 2xx held the offer."""
        if self.has_ended:
            return
        is_due = self._calls_us and self.session.offer is None and self.stream.agreed is None
        if description is not None or is_due:
            if description is None or not self.stream.accept(description):
                self.hang_up(causes.cause_of(488), by="error", reason="no usable answer in the ACK")
                return
            self.stream.connect()
            self.follow_direction()
        self.contact.inbox.post(LegConfirmed(self))
        self.reoffers.settle()

    def transfer_requested(self, request: TransferRequested) -> None:
        """A REFER. Only who talks with somebody can transfer; nobody else has anybody to hand on."""
        if self.contact.talk is None or not self.is_up:
            self.exchange.sip.refuse_transfer(request.referral, 603)
            return
        owner = request.replaced.owner if request.replaced is not None else None
        self.contact.inbox.post(TransferAsked(self, request, owner if isinstance(owner, Leg) else None))

    def end(
        self,
        by: str,
        status: int,
        cause: int | None,
        reason: str | None,
        reasons: tuple[Reason, ...] = (),
        targets: tuple[str, ...] = (),
    ) -> None:
        """The session is over, whoever ended it; only the first ending counts."""
        cause = cause if cause is not None else causes.cause_of(status)
        self._ending = self._ending or LegEnded(self, by, status, cause, reason or "", reasons, targets)
        self._fire(LegInput.ENDED)

    # --- inside --------------------------------------------------------------------------------------------------

    @property
    def _calls_us(self) -> bool:
        return self.session.direction == "in"

    def _description(self) -> bytes:
        agreed = self.stream.agreed
        if agreed is not None:
            return agreed.body
        return self.stream.said if self.stream.is_offering else self.stream.offer()

    def follow_direction(self) -> None:
        """Held by the far end, or taken back."""
        self._fire(LegInput.HELD if self.stream.held else LegInput.RESUMED)

    def _fire(self, event: LegInput) -> None:
        for effect in self._machine.fire(event):
            _EFFECTS[effect](self)
        self.exchange.phone_calls.follow(self)

    def _tell_rang(self) -> None:
        self.contact.record("leg.ringing", self)
        self.contact.inbox.post(LegRang(self))

    def _tell_progressed(self) -> None:
        self.contact.record("leg.early_media", self)
        self.contact.inbox.post(LegProgressed(self))

    def _start_media(self) -> None:
        self.stream.connect()

    def _tell_answered(self) -> None:
        self._tells_talk = self.exchange.listen(self)
        self.contact.record("leg.answered", self, **settled(self))
        self.exchange.recordings.answered(self)
        if self._keys is not None:
            self._keys.answered()
        self.contact.inbox.post(LegAnswered(self))

    def _tell_held(self) -> None:
        self.contact.record("leg.held", self)
        self.contact.inbox.post(LegHeld(self))

    def _tell_resumed(self) -> None:
        self.contact.record("leg.resumed", self)
        self.contact.inbox.post(LegResumed(self))

    def _close_media(self) -> None:
        if self._keys is not None:
            self._keys.stop()
        self.exchange.forget(self)
        if self._tells_talk:
            self._talk = {"talk": shares(self.stream.port.listened())}
        self._counters = self.stream.port.close()

    def _tell_ended(self) -> None:
        ending, counters = self._ending, self._counters
        assert ending is not None  # `end` is the only way into this effect
        assert counters is not None  # the media are closed before
        self.contact.record(
            "leg.ended",
            self,
            ended_by=ending.by,
            status=ending.status,
            cause=ending.cause,
            reason=ending.reason,
            rtp=counters._asdict(),
            **self._talk,
        )
        self.contact.inbox.post(ending)
        watchers, self._watchers = self._watchers, ()
        for watcher in watchers:
            watcher()


_EFFECTS = {
    LegEffect.TELL_RANG: Leg._tell_rang,  # noqa: SLF001 - the table of this class, outside its body
    LegEffect.TELL_PROGRESSED: Leg._tell_progressed,  # noqa: SLF001
    LegEffect.START_MEDIA: Leg._start_media,  # noqa: SLF001
    LegEffect.TELL_ANSWERED: Leg._tell_answered,  # noqa: SLF001
    LegEffect.TELL_HELD: Leg._tell_held,  # noqa: SLF001
    LegEffect.TELL_RESUMED: Leg._tell_resumed,  # noqa: SLF001
    LegEffect.CLOSE_MEDIA: Leg._close_media,  # noqa: SLF001
    LegEffect.TELL_ENDED: Leg._tell_ended,  # noqa: SLF001
}
