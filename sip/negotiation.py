"""Whose turn it is in offer and answer over a session's life (RFC 3264 s.4, RFC 6337), and our o= versions.

Knows nothing of the messages that carry descriptions; what they mean is in sip/offer.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from base.errors import LocalProtocolError
from base.machine import Letter, Machine, Table
from sip.errors import OfferGlare
from sip.offer.answering import make_answer
from sip.offer.coding import event_key, settled
from sip.offer.ice import peer_fragment
from sip.offer.making import make_offer
from sip.offer.reading import read_answer
from sip.offer.security import kept

if TYPE_CHECKING:
    from sip.offer.ice import IceCredentials
    from sip.offer.sides import LocalMedia, Negotiated
    from sip.sdp import SessionDescription


class NegotiationState(Letter):
    """Where the exchange stands; the last three are those of a session that has agreed once."""

    NEW = "new"
    OFFERED = "offered"
    ASKED = "asked"
    AGREED = "agreed"
    REOFFERED = "reoffered"
    REASKED = "reasked"


class NegotiationInput(Letter):
    """What either side can do. The peer's part is the last two."""

    OFFER = "we offer"
    ANSWER = "we answer"
    WITHDRAW = "the offer failed, whoever made it"
    PEER_OFFER = "the peer offers"
    PEER_ANSWER = "the peer answers"
    FORK = "another fork answers the first offer on its own"


class NegotiationEffect(Letter):
    """What follows."""

    AGREE = "the stream may begin or change"
    REFUSE = "tell the peer that offers crossed"


S, On, Do = NegotiationState, NegotiationInput, NegotiationEffect

NEGOTIATION: Table[NegotiationState, NegotiationInput, NegotiationEffect] = Table(
    "negotiation",
    S.NEW,
    {
        (S.NEW, On.OFFER): (S.OFFERED, ()),
        (S.NEW, On.PEER_OFFER): (S.ASKED, ()),
        (S.OFFERED, On.PEER_ANSWER): (S.AGREED, (Do.AGREE,)),
        (S.OFFERED, On.WITHDRAW): (S.NEW, ()),
        (S.OFFERED, On.PEER_OFFER): (S.OFFERED, (Do.REFUSE,)),
        (S.ASKED, On.ANSWER): (S.AGREED, (Do.AGREE,)),
        (S.ASKED, On.WITHDRAW): (S.NEW, ()),
        (S.ASKED, On.PEER_OFFER): (S.ASKED, (Do.REFUSE,)),
        (S.AGREED, On.OFFER): (S.REOFFERED, ()),
        (S.AGREED, On.PEER_OFFER): (S.REASKED, ()),
        (S.REOFFERED, On.PEER_ANSWER): (S.AGREED, (Do.AGREE,)),
        (S.REOFFERED, On.WITHDRAW): (S.AGREED, ()),
        (S.REOFFERED, On.PEER_OFFER): (S.REOFFERED, (Do.REFUSE,)),
        (S.REASKED, On.ANSWER): (S.AGREED, (Do.AGREE,)),
        (S.REASKED, On.WITHDRAW): (S.AGREED, ()),
        (S.REASKED, On.PEER_OFFER): (S.REASKED, (Do.REFUSE,)),
        **{(state, On.FORK): (S.OFFERED, ()) for state in (S.OFFERED, S.AGREED, S.REOFFERED, S.REASKED)},
    },
    absorbed={
        (S.NEW, On.FORK),
        (S.ASKED, On.FORK),
        # The same answer again (183, then 200: RFC 6337 s.3.1.1), or an answer that nobody asked for.
        (S.NEW, On.PEER_ANSWER),
        (S.ASKED, On.PEER_ANSWER),
        (S.AGREED, On.PEER_ANSWER),
        (S.REASKED, On.PEER_ANSWER),
    },
)


class Negotiation:
    """One session's exchange of descriptions, from our side."""

    __slots__ = ("_body", "_direction", "_machine", "_offer", "_offered", "agreed", "local")

    def __init__(self, local: LocalMedia) -> None:
        """Begin with nothing said; `local` is kept up to date as versions and payload types settle."""
        self.local = local
        self.agreed: Negotiated | None = None
        self._machine = Machine(NEGOTIATION)
        self._body = b""
        self._direction = "sendrecv"
        self._offer: SessionDescription | None = None
        self._offered = local
        """Our side as our last offer described it: what its answer is held against, that of another fork too."""

    @property
    def state(self) -> NegotiationState:
        """Where the exchange stands."""
        return self._machine.state

    @property
    def said(self) -> bytes:
        """Our last description."""
        return self._body

    def offer(self, *, direction: str = "sendrecv") -> bytes:
        """Make our offer, the first or the next."""
        self._machine.fire(On.OFFER)
        self._direction = direction
        body = make_offer(self.local, direction=direction)
        if self._is_news(body):
            body = make_offer(self.local, direction=direction)
        self._body = body
        self._offered = self.local
        return body

    def repeat(self) -> bytes:
        """Offer what we said last once more, to the letter: for a refresh, which changes nothing (RFC 4028 s.7.4)."""
        self._machine.fire(On.OFFER)
        if self.agreed is not None:
            self._direction = self.agreed.direction
        self._offered = self.local
        return self._body

    def receive_offer(self, description: SessionDescription) -> None:
        """Take the peer's offer. Raises OfferGlare (491) where another offer is still open."""
        if Do.REFUSE in self._machine.fire(On.PEER_OFFER):
            raise OfferGlare("another offer is still open")
        self._offer = description

    @property
    def restarts_ice(self) -> bool:
        """Whether the offer that waits for our answer begins ICE anew: the peer has another name (RFC 8839 s.4.4)."""
        before = self.agreed.fragment if self.agreed is not None else None
        if self._offer is None or before is None:
            return False
        session = self._offer.attributes
        names = {peer_fragment(media.attributes, session) for media in self._offer.media if media.port}
        return before not in names and names != {None}

    def renew_ice(self, credentials: IceCredentials) -> None:
        """What we answer such an offer with: nobody's old checks are taken for new ones."""
        security = self.local.security
        if security.identity is not None:
            identity = replace(security.identity, ice=credentials)
            self.local = replace(self.local, security=replace(security, identity=identity))

    def answer(self, *, direction: str = "sendrecv") -> Negotiated:
        """Answer the peer's offer. Raises NoCommonCodec, and the offer is then withdrawn."""
        offer = self._offer
        if offer is None or not self._machine.can(On.ANSWER):
            raise LocalProtocolError(f"negotiation: nothing to answer in {self.state.name}")
        try:
            made = make_answer(offer, self.local, direction=direction)
        except Exception:
            self.withdraw()
            raise
        self._machine.fire(On.ANSWER)
        if self._is_news(made.body):
            made = make_answer(offer, self.local, direction=direction)
        self._body = made.body
        return self._agree(made)

    def receive_answer(self, description: SessionDescription) -> Negotiated | None:
        """Take the peer's answer; None when it repeats what is agreed or answers nothing.

        Raises SdpError or NoCommonCodec, and the offer is then withdrawn.
        """
        if not self._machine.can(On.PEER_ANSWER):
            self._machine.fire(On.PEER_ANSWER)
            return None
        try:
            found = read_answer(self._offered, description, direction=self._direction)
        except Exception:
            self.withdraw()
            raise
        self._machine.fire(On.PEER_ANSWER)
        return self._agree(found)

    def preview(self, description: SessionDescription) -> Negotiated | None:
        """Take what the peer will probably answer, so that its early media are heard; our offer stays open.

        Raises SdpError or NoCommonCodec, and nothing has changed.
        """
        if self.state is not S.OFFERED:
            return None
        return self._agree(read_answer(self._offered, description, direction=self._direction))

    def fork(self) -> None:
        """Our first offer waits for its answer again, because somebody else than before will give it."""
        self._machine.fire(On.FORK)
        self.local = replace(self._offered, version=self.local.version)
        self._offer = None

    def withdraw(self) -> None:
        """The open offer failed, ours or the peer's: what was agreed before it stays (RFC 3264 s.4)."""
        self._machine.fire(On.WITHDRAW)
        self._offer = None

    def _agree(self, found: Negotiated) -> Negotiated:
        self._offer = None
        if found.remote is None and self.agreed is not None:
            # Held by 0.0.0.0: nothing is sent there, but the peer is still where it was.
            found = replace(found, remote=self.agreed.remote, control=self.agreed.control)
        self.agreed = found
        self.local = _settled(self.local, found)
        return found

    def _is_news(self, body: bytes) -> bool:
        """Whether this is another description than the last one said; then its version counts up (RFC 3264 s.8)."""
        if not self._body or body == self._body:
            return False
        self.local = replace(self.local, version=self.local.version + 1)
        return True


def _settled(local: LocalMedia, agreed: Negotiated) -> LocalMedia:
    """Our side of later offers: lines, profile, payload types and codec stay as they were agreed (RFC 3264 s.8)."""
    said = {each.codec: each.payload for each in agreed.accepts}
    if agreed.accepted_events is not None:
        said[event_key(agreed.accepted_events.clock)] = agreed.accepted_events.payload
    placed = local.placed(
        agreed.protocol,
        agreed.mid,
        agreed.before,
        agreed.after,
        has_mux=agreed.has_mux,
        is_bundled=agreed.is_bundled,
    )
    return replace(
        placed,
        codecs=tuple(sorted(local.codecs, key=lambda codec: codec != agreed.codec)),
        numbers=settled(local.numbers, said),
        security=kept(local.security, agreed.protection),
    )
