"""A conversation of two parties of a contact: the one loop in which they talk, are transferred, replaced and part.

Applications run it once somebody has answered; it says where the one who stays goes next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calls.bridge import Bridge
from calls.events import LegEnded, TransferAsked
from calls.introduce import introduce
from calls.transfer import begin
from sip import causes

if TYPE_CHECKING:
    from collections.abc import Callable

    from calls.contact import Contact
    from calls.destination import Destination
    from calls.exchange import Exchange
    from calls.leg import Leg
    from calls.monitor import Monitor
    from calls.transfer import Desk, Transfer
    from media.plane import Clip


@dataclass(frozen=True, slots=True)
class Parting:
    """How a conversation ended."""

    destination: Destination | None = None
    """Where the one who stayed goes next."""
    is_stranded: bool = False
    """Whether somebody stayed with nobody: who transferred is gone, and the other never came."""


_OVER = Parting()


def _ignore(event: object) -> None:
    pass


class Talk:
    """The caller of a contact and one other party."""

    def __init__(
        self,
        exchange: Exchange,
        contact: Contact,
        pair: tuple[Leg, Leg],
        music: Callable[[], tuple[Clip, ...]],
        desk: Desk | None = None,
        hears: Callable[[object], None] = _ignore,
    ) -> None:
        """`music` is for who is held or waits; without a `desk` nobody is transferred; `hears` gets all events."""
        self.exchange = exchange
        self.contact = contact
        self.pair = pair
        self.music = music
        self.desk = desk
        self.transfer: Transfer | None = None
        """The one under way."""
        self.parting: Parting | None = None
        """Set once the conversation is over."""
        self.monitors: list[Monitor] = []
        """Who listens to it, or has come in."""
        self._hears = hears
        self.bridge: Bridge | None = None
        """While the two hear each other."""

    async def run(self) -> Parting:
        """Until they part."""
        contact = self.contact
        contact.talk = self
        try:
            self.join()
            contact.outcome = "answered"
            gone = next((leg for leg in self.pair if leg.has_ended), None)
            if gone is not None:
                self.part(gone)
            while self.parting is None:
                event = await contact.inbox.next(self.transfer.until if self.transfer is not None else None)
                self._hears(event)
                if self.parting is None:
                    await self._take(event)
            return self.parting
        finally:
            contact.talk = None
            self._close()

    async def _take(self, event: object) -> None:
        match event:
            case TransferAsked():
                await begin(self, event)
            case _ if self.transfer is not None:
                await self.transfer.take(event)
            case LegEnded(leg=leg) if leg in self.pair:
                self.part(leg)
            case _ if self.bridge is not None:
                self.bridge.handle(event)
            case _:
                pass

    def settle(self, parting: Parting) -> Destination | None:
        """Where the one who stays goes next; whom nobody took after a transfer has nowhere to go, and is let go."""
        if parting.is_stranded and self.contact.caller is not None:
            self.contact.outcome = "transfer_failed"
            self.contact.caller.hang_up(causes.NO_ANSWER)
        return parting.destination

    # --- what transfers do to it ----------------------------------------------------------------------------------

    def other(self, leg: Leg) -> Leg:
        """The party across."""
        first, second = self.pair
        return second if leg is first else first

    def join(self) -> None:
        """Let them hear each other, if they do not."""
        if self.bridge is not None:
            return
        self.bridge = Bridge(self.exchange.plane, self.contact, *self.pair, self.music)
        self.bridge.begin()
        for monitor in tuple(self.monitors):
            monitor.attach(self.bridge)

    def sever(self, waiting: Leg | None = None) -> None:
        """Let them hear each other no more; who waits hears music."""
        if self.bridge is not None:
            self.bridge.end()
            self.bridge = None
        clips = self.music() if waiting is not None else ()
        if waiting is not None and clips and not waiting.has_ended:
            waiting.play(clips, loop=True)

    def part(self, gone: Leg | None = None) -> None:
        """It is over: who is still there is let go, and told why in the words of who is gone."""
        bridge = self.bridge
        self.sever()
        self.parting = _OVER
        if bridge is not None and gone is not None:
            bridge.let_go(gone)
        for leg in self.pair:
            leg.hang_up()

    def leave(self, leaving: Leg, destination: Destination) -> None:
        """One party leaves, the other goes on elsewhere."""
        self.sever()
        self._inherit(leaving, self.other(leaving))
        leaving.hang_up()
        self.parting = Parting(destination)

    def strand(self, gone: Leg) -> None:
        """One party has gone, and nobody came in its place."""
        self.sever()
        self._inherit(gone, self.other(gone))
        self.parting = Parting(is_stranded=True)

    def replace(self, leaving: Leg, newcomer: Leg, *, is_same_party: bool = False) -> None:
        """Somebody takes the place of one party, who is let go; the same party when it only changed its phone."""
        stays = self.other(leaving)
        self.sever()
        self._inherit(leaving, newcomer if is_same_party else stays)
        self.pair = (stays, newcomer)
        leaving.hang_up()
        introduce(newcomer, to=stays)
        introduce(stays, to=newcomer)
        self.join()

    def can_give(self, leaving: Leg) -> bool:
        """Whether the party across can go on in another conversation."""
        is_steady = self.transfer is None and self.parting is None
        return is_steady and leaving in self.pair and not self.other(leaving).has_ended

    def give(self, leaving: Leg, into: Contact) -> Leg:
        """Give the party that `leaving` talked with to another contact; this conversation is over then."""
        given = self.other(leaving)
        self.sever()
        self._inherit(given, leaving)
        given.refuse_transfer(491)  # its own wish, if it had one just now, would stay behind unread
        self.exchange.move(given, into)
        self.parting = _OVER
        self.contact.outcome = "transferred"
        self.pair = (leaving, leaving)
        leaving.hang_up()
        return given

    def _inherit(self, before: Leg, after: Leg) -> None:
        if self.contact.caller is before:
            self.contact.pass_to(after)

    def _close(self) -> None:
        self.sever()
        for monitor in tuple(self.monitors):
            monitor.end()
        if self.transfer is not None:
            self.transfer.abandon()
        for leg in self.pair:
            leg.refuse_transfer(603)
            if leg.session.referral is not None:  # asked for, and broken off by a fault of ours
                self.exchange.sip.report_transfer(leg.session.referral, 503)
