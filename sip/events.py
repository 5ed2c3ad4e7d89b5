"""What the stack reports upwards: frozen values in the past tense."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from sip.flow import Flow
    from sip.identity.diversion import Diversion
    from sip.reason import Reason
    from sip.registrar.location import Binding
    from sip.sdp import SessionDescription
    from sip.session.session import Session
    from sip.transfer.refer_to import ReferTo
    from sip.transfer.served_refer import Referral
    from sip.trunks.registration import Registration


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request, as far as the profile that admitted it knows."""

    profile: str
    account: str | None
    trunk: str | None
    user: str
    display: str
    source: str
    is_private: bool = False
    """Whether the called party must not see who calls (RFC 3323)."""
    diversions: tuple[Diversion, ...] = ()
    """Who passed the call on before it came here, the latest first; a trunk's word."""
    dialled: str = ""
    """What was dialled, in the centre's own numbers, where that is not simply the request-URI's user."""
    verstat: str | None = None
    """What became of the number's proof (STIR): a word of sip.identity.stir.Verstat; None where nothing is verified."""
    attestation: str | None = None
    """A, B or C, where that was proven."""


@dataclass(frozen=True, slots=True)
class InviteReceived:
    """An admitted INVITE; `session.offer` is None when the caller wants ours."""

    session: Session
    caller: Caller
    replaced: Session | None = None
    """Whose place the caller asks for (RFC 3891)."""


@dataclass(frozen=True, slots=True)
class SessionRinging:
    """A provisional answer (101-199) to our INVITE."""

    session: Session
    status: int
    description: SessionDescription | None
    """What it says of media: a preview of the answer, the answer, or the offer where our INVITE held none."""
    fork: str = ""
    """The tag of whoever rings: descriptions of different forks are different answers to one offer."""
    is_answer: bool = field(default=False, kw_only=True)
    """Whether it was sent reliably, so that the description counts already (RFC 3262 s.5)."""


@dataclass(frozen=True, slots=True)
class SessionAnswered:
    """A 2xx to our INVITE; its ACK is already on the way."""

    session: Session
    description: SessionDescription | None
    """That of the 2xx, or what the same fork has said before where that one stands."""
    fork: str = ""


@dataclass(frozen=True, slots=True)
class SessionConfirmed:
    """The ACK of our 2xx; `description` is the answer when our 2xx held the offer."""

    session: Session
    description: SessionDescription | None


@dataclass(frozen=True, slots=True)
class SessionRefused:
    """Our INVITE failed for good: refused, cancelled (487), timed out (408) or unreachable (503)."""

    session: Session
    status: int
    reason: str
    cause: int | None
    reasons: tuple[Reason, ...] = ()
    """The Reason values of the refusal."""
    targets: tuple[str, ...] = ()
    """Where a 3xx says the party is instead, the best first (see redirect)."""


@dataclass(frozen=True, slots=True)
class SessionCancelled:
    """The caller cancelled before our answer; 487 has been sent."""

    session: Session
    reasons: tuple[Reason, ...] = ()
    """The Reason values of the CANCEL."""


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """An answered session is over; or one that a reliable provisional response of ours could not reach (504)."""

    session: Session
    by: Literal["local", "remote", "timeout"]
    status: int | None
    reason: str | None
    cause: int | None
    reasons: tuple[Reason, ...] = ()
    """The Reason values of the peer's BYE."""


@dataclass(frozen=True, slots=True)
class SessionReoffered:
    """A re-INVITE, or an offer in UPDATE or PRACK; answer with accept_reoffer or refuse_reoffer.

    `offer` is None when the peer wants ours.
    """

    session: Session
    offer: SessionDescription | None


@dataclass(frozen=True, slots=True)
class SessionReanswered:
    """Our re-INVITE or UPDATE was accepted, or an offer of ours answered by ACK or PRACK."""

    session: Session
    description: SessionDescription | None


@dataclass(frozen=True, slots=True)
class SessionReofferRefused:
    """Our re-INVITE or UPDATE was refused; the session goes on as before.

    491: an offer of the peer's came first, or they crossed again and again.
    """

    session: Session
    status: int


@dataclass(frozen=True, slots=True)
class SessionRefreshDue:
    """The session has to be refreshed by a re-INVITE that repeats our last description; answer with `refresh`."""

    session: Session


@dataclass(frozen=True, slots=True)
class KeySignalled:
    """A key that came in an INFO."""

    session: Session
    key: str = field(repr=False)
    """Hidden from printing: it may belong to a card number."""


@dataclass(frozen=True, slots=True)
class TransferRequested:
    """A REFER in a call: accept it, refuse it, and report how far it has come."""

    session: Session
    referral: Referral
    wish: ReferTo
    replaced: Session | None
    """The session of ours whose place the target must give to the other party; None also for a foreign dialog."""


@dataclass(frozen=True, slots=True)
class TransferReported:
    """How far a REFER of ours has come: the status that the new party gave, or that refused our REFER."""

    session: Session
    status: int
    is_over: bool


@dataclass(frozen=True, slots=True)
class RegistrationChanged:
    """The set of an account's bindings changed, by registering, unregistering or expiry."""

    account: str
    bindings: tuple[Binding, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class RegistrationAccepted:
    """A registrar keeps us for so many seconds; refreshing goes on by itself."""

    registration: Registration
    expires: int


@dataclass(frozen=True, slots=True)
class RegistrationRefused:
    """A registrar does not take us, or does not answer (408, 503); it is tried again by itself."""

    registration: Registration
    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class PeerReachable:
    """Somebody who is asked (see qualify) answers: for the first time, or again."""

    peer: str
    round_trip: float
    """Seconds from our question to the answer."""


@dataclass(frozen=True, slots=True)
class PeerUnreachable:
    """Somebody who is asked no longer answers, or never did. `status`: 408 silence, 503 the transport said so."""

    peer: str
    status: int


class MessageTraced(NamedTuple):
    """One row of a SIP ladder. A tuple, since there is one for each message."""

    call_id: str
    sent: bool
    flow: Flow
    summary: str
    data: bytes
    """The whole message, secrets and all: see redaction before it is shown or kept."""


@dataclass(frozen=True, slots=True)
class MalformedMessage:
    """A datagram that is no SIP message we can even answer."""

    source: str
    reason: str


PresenceEvent = (
    RegistrationChanged | RegistrationAccepted | RegistrationRefused | PeerReachable | PeerUnreachable
)
"""Who is there: what is told of no call."""

Event = (
    InviteReceived
    | SessionRinging
    | SessionAnswered
    | SessionConfirmed
    | SessionRefused
    | SessionCancelled
    | SessionEnded
    | SessionReoffered
    | SessionReanswered
    | SessionReofferRefused
    | SessionRefreshDue
    | KeySignalled
    | TransferRequested
    | TransferReported
    | RegistrationChanged
    | RegistrationAccepted
    | RegistrationRefused
    | PeerReachable
    | PeerUnreachable
    | MessageTraced
    | MalformedMessage
)
