"""A leg's media: one port of the plane and what was negotiated for it (RFC 3264). Knows nothing of dialogs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.errors import CentralitaError
from calls.connection import connection
from sip.negotiation import Negotiation, NegotiationState
from sip.offer.ice import IceCredentials
from sip.sdp import is_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from media.plane import Port
    from sip.flow import Flow
    from sip.offer.keys import Dtmf
    from sip.offer.sides import LocalMedia, Negotiated
    from sip.sdp import SessionDescription
    from sip.session.session import Session

CODECS = ("PCMU", "PCMA")
"""What is offered and taken where no profile says otherwise."""
_DISCARD = 9
"""The port of an address that is none yet (RFC 8829 s.4.1.3)."""


def sound_address(session: Session) -> str:
    """Where a caller wants to be heard: as the offer says, else where the call came from."""
    for media in session.offer.media if session.offer is not None else ():
        if media.address is not None and is_address(media.address):
            return media.address
    return session.request.flow.remote[0]


class Stream:
    """Owns the port; offers, answers, and connects it when both sides are known."""

    __slots__ = ("_draw_ice", "_fork", "_negotiation", "_way", "port")

    def __init__(
        self, port: Port, local: LocalMedia, draw_ice: Callable[[], tuple[str, str]], way: Flow | None = None
    ) -> None:
        """`local` is our side: what is offered and taken at the port. `draw_ice` makes credentials of ICE.

        `way` is that of the party's messages, where its sound may come from that address too: that of a phone behind
        NAT, whose description names another.
        """
        self.port = port
        self._draw_ice = draw_ice
        self._way = way
        self._fork: str | None = None
        """Whose answer is heard, where a call has forked."""
        self._negotiation = Negotiation(local)

    @property
    def agreed(self) -> Negotiated | None:
        """What both sides agreed on last."""
        return self._negotiation.agreed

    @property
    def is_settled(self) -> bool:
        """Whether no offer is open, ours or theirs."""
        return self._negotiation.state is NegotiationState.AGREED

    def offer(self, *, direction: str = "sendrecv") -> bytes:
        """Our offer: for an INVITE, for the answer to one without, for hold (sendonly) and resume."""
        return self._negotiation.offer(direction=direction)

    @property
    def said(self) -> bytes:
        """What we said last."""
        return self._negotiation.said

    def repeat(self) -> bytes:
        """Our last description as an offer, to the letter: for a refresh."""
        return self._negotiation.repeat()

    def answer(self, offer: SessionDescription, *, direction: str = "sendrecv") -> bytes:
        """Agree to a remote offer. Raises NoCommonCodec (488) and OfferGlare (491)."""
        self._negotiation.receive_offer(offer)
        if self._negotiation.restarts_ice:
            self._negotiation.renew_ice(IceCredentials(*self._draw_ice()))
        return self._negotiation.answer(direction=direction).body

    def accept(self, answer: SessionDescription, fork: str | None = None, *, early: bool = False) -> bool:
        """Take the remote answer to our offer, or what a fork will probably answer; False when it is of no use."""
        self._follow(fork)
        try:
            if early:
                self._negotiation.preview(answer)
            else:
                self._negotiation.receive_answer(answer)
        except CentralitaError:
            return False
        return True

    def _follow(self, fork: str | None) -> None:
        if fork is not None and fork != self._fork:
            if self._fork is not None:
                self._negotiation.fork()
            self._fork = fork

    @property
    def is_offering(self) -> bool:
        """Whether our first offer waits for its answer."""
        return self._negotiation.state is NegotiationState.OFFERED

    def withdraw(self) -> None:
        """Our offer was refused: what was agreed before it stays."""
        if not self.is_settled:
            self._negotiation.withdraw()

    def connect(self) -> None:
        """Let media run as agreed."""
        agreed, local = self.agreed, self._negotiation.local
        if agreed is None:
            return
        remote = agreed.remote
        if agreed.fragment is not None and (remote is None or (":" in remote[0]) != (":" in local.address)):
            remote = local.address, _DISCARD  # ICE finds the way, and nothing is sent before
        if remote is not None:
            also = self._way.remote[0] if self._way is not None else None
            self.port.connect(connection(agreed, local, remote, also))

    @property
    def dtmf(self) -> Dtmf:
        """By which means keys go."""
        return self._negotiation.local.dtmf

    @property
    def codec(self) -> str | None:
        """The codec agreed on."""
        return self.agreed.codec if self.agreed else None

    @property
    def described(self) -> dict[str, object]:
        """For the record: the codec, and what protects the sound, if anything does."""
        said: dict[str, object] = {"codec": self.codec}
        if self.agreed is not None and self.agreed.protection.name is not None:
            said["srtp"] = self.agreed.protection.name
        return said

    @property
    def held(self) -> bool:
        """Whether the far end does not want to hear us."""
        return self.agreed is not None and self.agreed.direction in ("recvonly", "inactive")
