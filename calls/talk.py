"""A conversation of a contact's parties: the one loop in which they talk, are transferred, replaced and part.

Applications run it once somebody has answered; it says where the one who stays goes next. What happens while not all
simply hear each other (a transfer that rings, a consultation, a hold, secure capture) is an episode of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from calls.acts import ActAsked, NotNow
from calls.bridge import Bridge
from calls.destination import Agent, Extension
from calls.events import DigitPressed, LegEnded, TransferAsked
from calls.handling import Handling
from calls.held import Held
from calls.introduce import introduce
from calls.transfer import begin
from sip import causes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from calls.contact import Contact
    from calls.desk import Desk, Party
    from calls.destination import Destination
    from calls.exchange import Exchange
    from calls.leg import Leg
    from calls.monitor import Monitor
    from media.plane import Clip


@dataclass(frozen=True, slots=True)
class Parting:
    """How a conversation ended."""

    destination: Destination | None = None
    """Where the one who stayed goes next."""
    is_stranded: bool = False
    """Whether somebody stayed with nobody: who transferred is gone, and the other never came."""


class Episode(Protocol):
    """What a conversation goes through; it ends itself by setting the talk's `episode` to None."""

    @property
    def until(self) -> float | None:
        """When it wants to be given None."""

    async def take(self, event: object) -> None:
        """One event of the contact, or None once the time is over."""

    def abandon(self) -> None:
        """Something went wrong with ourselves, or everybody has gone: nothing of it may stay."""


_OVER = Parting()


def _ignore(event: object) -> None:
    pass


class Talk:
    """The caller of a contact and one other party, or several."""

    def __init__(
        self,
        exchange: Exchange,
        contact: Contact,
        pair: tuple[Leg, Leg],
        music: Callable[[], tuple[Clip, ...]],
        desk: Desk | None = None,
        hears: Callable[[object], None] = _ignore,
        *,
        back: Destination | None = None,
    ) -> None:
        """`music` is for who is held or waits; without a `desk` nobody is transferred; `hears` gets all events.

        `back` is where an agent may give the caller back to.
        """
        self.exchange = exchange
        self.contact = contact
        self.parties: tuple[Leg, ...] = pair
        """Who is in it; whoever is only consulted is not."""
        self.music = music
        self.desk = desk
        self.episode: Episode | None = None
        """What is going on beside talking."""
        self.parting: Parting | None = None
        """Set once the conversation is over."""
        self.monitors: list[Monitor] = []
        """Who listens to it, or has come in."""
        self.hears = hears
        self.back = back
        self.bridge: Bridge | None = None
        """While all parties hear each other."""
        self._asides: list[Bridge] = []
        """Those of them who do, while not all do."""
        self._rules = desk.acts if desk is not None else None
        self._handling = (
            Handling(self, desk, self._rules) if desk is not None and self._rules is not None else None
        )

    async def run(self) -> Parting:
        """Until they part."""
        contact = self.contact
        contact.talk = self
        try:
            self.join()
            contact.outcome = "answered"
            gone = next((leg for leg in self.parties if leg.has_ended), None)
            if gone is not None:
                self.part(gone)
            while self.parting is None:
                event = await contact.inbox.next(self._until())
                if event is not None:
                    self.hears(event)
                if self.parting is None:
                    await self._take(event)
            return self.parting
        finally:
            contact.talk = None
            self._close()

    def _until(self) -> float | None:
        dues = (
            self.episode.until if self.episode is not None else None,
            self._handling.until if self._handling is not None else None,
        )
        return min((due for due in dues if due is not None), default=None)

    async def _take(self, event: object) -> None:
        match event:
            case None:
                await self._overdue()
            case TransferAsked():
                await begin(self, event)
            case ActAsked():
                if self._handling is not None:
                    await self._handling.asked(event)
                else:
                    event.refuse(NotNow("nobody of the house is in this conversation"))
            case DigitPressed() if self._handling is not None and await self._handling.pressed(event):
                pass
            case _ if self.episode is not None:
                await self.episode.take(event)
            case LegEnded(leg=leg) if leg in self.parties:
                self.lose(leg)
            case _ if self.bridge is not None:
                self.bridge.handle(event)
            case _:
                pass

    async def _overdue(self) -> None:
        now = self.exchange.endpoint.now()
        if self._handling is not None:
            await self._handling.overdue(now=now)
        episode = self.episode
        if episode is not None and episode.until is not None and episode.until <= now:
            await episode.take(None)

    def settle(self, parting: Parting) -> Destination | None:
        """Where the one who stays goes next; whom nobody took after a transfer has nowhere to go, and is let go."""
        if parting.is_stranded and self.contact.caller is not None:
            self.contact.outcome = "transfer_failed"
            self.contact.caller.hang_up(causes.NO_ANSWER)
        return parting.destination

    # --- who hears whom -------------------------------------------------------------------------------------------

    def other(self, leg: Leg) -> Leg:
        """The party across, where there are two."""
        first, second = self.parties
        return second if leg is first else first

    def across(self, leg: Leg) -> Leg | None:
        """Whom one of them hears now, if that is one alone: a party, or whoever is consulted."""
        for bridge in (self.bridge, *self._asides):
            if bridge is not None and leg in bridge.legs and len(bridge.legs) == 2:
                return bridge.others(leg)[0]
        return None

    def rest(self, leg: Leg) -> tuple[Leg, ...]:
        """All other parties."""
        return tuple(each for each in self.parties if each is not leg)

    def has(self, party: Party) -> bool:
        """Whether a phone or an agent of the house talks here already."""
        return any(
            (isinstance(party, Extension) and party.account == leg.account)
            or (isinstance(party, Agent) and party.agent == leg.agent)
            for leg in self.parties
        )

    def join(self) -> None:
        """Let all parties hear each other, if they do not."""
        if self.bridge is None:
            self.seat(self.parties)

    def sever(self, waiting: Leg | None = None) -> None:
        """Let them hear each other no more; who waits hears music."""
        self.seat(*(((waiting,),) if waiting is not None else ()))

    def seat(self, *groups: Sequence[Leg]) -> None:
        """Let those of each group hear each other and nobody else; who is alone hears music."""
        before = [*self._asides, *((self.bridge,) if self.bridge is not None else ())]
        self.bridge, self._asides = None, []
        for bridge in before:
            bridge.end()
        for group in groups:
            legs = tuple(leg for leg in group if not leg.has_ended)
            if len(legs) > 1:
                self._bridge(legs)
            elif legs and (clips := self.music()):
                legs[0].play(clips, loop=True)

    def _bridge(self, legs: tuple[Leg, ...]) -> None:
        bridge = Bridge(self.exchange.plane, self.contact, legs, self.music)
        bridge.begin()
        if set(self.parties) - set(legs):
            self._asides.append(bridge)
            return
        self.bridge = bridge
        for monitor in tuple(self.monitors):
            monitor.attach(bridge)

    def handle(self, event: object) -> None:
        """What happens to who hears somebody: holds, keys."""
        for bridge in (self.bridge, *self._asides):
            if bridge is not None:
                bridge.handle(event)

    def let_ring(self, leg: Leg) -> None:
        """Let an agent hear that somebody's phone rings."""
        if self._rules is not None and not leg.has_ended:
            clips = (*self._rules.says(leg, "ringing_tone"), *self._rules.says(leg, "ringing_pause"))
            if clips:
                leg.play(clips, loop=True)

    def tell(self, leg: Leg, words: str) -> None:
        """Let an agent hear something that the others do not."""
        if self._rules is not None and not leg.has_ended and (clips := self._rules.says(leg, words)):
            leg.stream.port.play(clips, over=True)

    # --- who comes and goes ---------------------------------------------------------------------------------------

    def lose(self, gone: Leg) -> None:
        """A party is gone: of more than two the others go on, one alone is let go."""
        if len(self.parties) < 3:
            self.part(gone)
            return
        self.shrink(gone)
        if self.bridge is not None:
            self.bridge.drop(gone)
        for monitor in tuple(self.monitors):
            monitor.attach(self.bridge)

    def shrink(self, gone: Leg) -> None:
        """One of more than two is no party any more; who hears whom then is not decided here."""
        self.parties = self.rest(gone)
        if self._rules is not None and self._rules.is_agent(gone):
            # Who called out leaves; the contact is about those whom the call was for.
            outside = (leg for leg in self.parties if not self._rules.is_agent(leg))
            self._inherit(gone, next(outside, self.parties[0]))
        self.contact.record("conference.left", gone)
        if len(self.parties) == 2:
            self.contact.record("conference.ended")

    def meet(self, legs: tuple[Leg, ...]) -> None:
        """These are the parties from now on, and hear each other."""
        self.parties = legs
        self.seat(legs)

    def admit(self, newcomer: Leg) -> None:
        """Somebody more comes in, and all hear each other."""
        kind = "conference.began" if len(self.parties) == 2 else "conference.joined"
        self.contact.record(kind, newcomer)
        self.meet((*self.parties, newcomer))

    def part(self, gone: Leg | None = None) -> None:
        """It is over: who is still there is let go, and told why in the words of who is gone."""
        bridge = self.bridge
        self.sever()
        self.parting = _OVER
        if bridge is not None and gone is not None:
            bridge.let_go(gone)
        for leg in self.parties:
            leg.hang_up()

    def leave(self, leaving: Leg, destination: Destination) -> None:
        """One party leaves, the other goes on elsewhere."""
        self.free()
        self.sever()
        self._inherit(leaving, self.other(leaving))
        leaving.hang_up()
        self.parting = Parting(destination)

    def strand(self, gone: Leg) -> None:
        """One party has gone, and nobody came in its place."""
        self.sever()
        self._inherit(gone, self.other(gone))
        gone.hang_up()
        self.parting = Parting(is_stranded=True)

    def replace(self, leaving: Leg, newcomer: Leg, *, is_same_party: bool = False) -> None:
        """Somebody takes the place of one party, who is let go; the same party when it only changed its phone."""
        stays = self.rest(leaving)
        self.free()
        self.sever()
        self._inherit(leaving, newcomer if is_same_party else stays[0])
        self.parties = (*stays, newcomer)
        leaving.hang_up()
        for each in stays:
            introduce(newcomer, to=each)
        introduce(stays[0], to=newcomer)
        self.join()

    @property
    def may_send_on(self) -> bool:
        """Whether one of just two may send the other on: nobody is called or consulted meanwhile."""
        return self.is_free and len(self.parties) == 2

    @property
    def is_free(self) -> bool:
        """Whether something new may begin: they talk, or one holds."""
        return self.parting is None and (self.episode is None or isinstance(self.episode, Held))

    def free(self) -> None:
        """End a hold, since something else begins."""
        if isinstance(self.episode, Held):
            self.episode.give_way()

    def can_give(self, leaving: Leg) -> bool:
        """Whether the party across can go on in another conversation."""
        return self.may_send_on and leaving in self.parties and not self.other(leaving).has_ended

    def give(self, leaving: Leg, into: Contact) -> Leg:
        """Give the party that `leaving` talked with to another contact; this conversation is over then."""
        given = self.other(leaving)
        self.free()
        self.sever()
        self._inherit(given, leaving)
        given.refuse_transfer(491)  # its own wish, if it had one just now, would stay behind unread
        self.exchange.move(given, into)
        self.parting = _OVER
        self.contact.outcome = "transferred"
        self.parties = (leaving, leaving)
        leaving.hang_up()
        return given

    def _inherit(self, before: Leg, after: Leg) -> None:
        if self.contact.caller is before:
            self.contact.pass_to(after)

    def _close(self) -> None:
        self.sever()
        for monitor in tuple(self.monitors):
            monitor.end()
        if self.episode is not None:
            self.episode.abandon()
        if self._handling is not None:
            self._handling.close()
        for leg in self.parties:
            leg.refuse_transfer(603)
            if leg.session.referral is not None:  # asked for, and broken off by a fault of ours
                self.exchange.sip.report_transfer(leg.session.referral, 503)
