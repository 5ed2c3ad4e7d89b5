"""The small applications: echo, hang-up, feature codes, and direct connection to a phone or an address."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from base.errors import CentralitaError
from calls.destination import Agent, Extension, Uri, described
from calls.dial import connect
from calls.events import LegEnded, PlaybackFinished
from calls.gate import FIXED, Errand
from calls.ways import Way
from centralita.outside.redirects import Trail
from routing.feature_codes import CODES, MONITORING, Wish
from sip import causes
from sip.target import Target
from sip.uri import escape

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from calls.contact import Contact
    from calls.desk import Desk
    from calls.destination import Destination, Echo, FeatureCode, Hangup
    from calls.exchange import Exchange
    from calls.leg import Leg
    from calls.ways import FindWay, Follow
    from centralita.agents.codes import Reply
    from centralita.agents.monitoring import Monitoring
    from centralita.agents.picking import Picking
    from centralita.outside.redirects import Redirects
    from media.plane import Clip
    from sip.io.resolver import Resolver


async def until_over(contact: Contact, *, playback: int | None = None) -> None:
    """Read the inbox until the caller is gone, or until a playback has ended."""
    while contact.caller is not None and not contact.caller.has_ended:
        match await contact.inbox.next():
            case LegEnded(leg=leg) if leg is contact.caller:
                return
            case PlaybackFinished(playback=finished) if finished == playback:
                return
            case _:
                pass


class EchoApplication:
    """Sends back what is heard."""

    async def serve(self, contact: Contact, destination: Echo) -> None:
        """Until the caller hangs up."""
        if contact.caller is not None:
            contact.caller.answer()
            contact.caller.stream.port.echo()
            await until_over(contact)


class HangupApplication:
    """Ends the call."""

    async def serve(self, contact: Contact, destination: Hangup) -> None:
        """With the destination's status while unanswered, with its cause after."""
        caller = contact.caller
        if caller is not None and caller.is_up:
            caller.hang_up(destination.cause)
        elif caller is not None:
            caller.refuse(destination.status, destination.cause)


class Places(Protocol):
    """Where phones are."""

    def agent(self, agent: str, contact_uri: str | None) -> Target | None:
        """The phone of an agent."""

    def account(self, account: str) -> Target | None:
        """The phone registered for an account."""


class Called(Protocol):
    """Hears of calls to one party, so that no queue rings the same phone meanwhile."""

    def __call__(self, destination: Agent | Extension | Uri, *, begun: bool) -> None:
        """Who is called, and whether it begins or ends."""


class NoPhone(CentralitaError):
    """Nobody is registered for whom is called; RFC 3261 s.16.6 has no better word for it than 480."""

    code = "no_phone"
    status = 480
    cause = 20


Direct = Agent | Extension | Uri
"""What is one party, called at one place."""


class DirectApplication:
    """Connects the caller to one agent, one registered phone or one address."""

    def __init__(
        self,
        exchange: Exchange,
        places: Places,
        resolver: Resolver,
        music: Callable[[], tuple[Clip, ...]],
        called: Called,
        redirects: Redirects,
        desk: Desk | None = None,
    ) -> None:
        """`music` is for parties on hold; `called` hears of each call that begins and ends; `desk` of transfers."""
        self._redirects = redirects
        self._resolver = resolver
        self._exchange = exchange
        self._places = places
        self._music = music
        self._called = called
        self.desk = desk

    async def serve(self, contact: Contact, destination: Agent | Extension | Uri) -> Destination | None:
        """Until one goes; where the one who stays goes next."""
        ways, follow = self.reach(contact, destination)
        return await connect(
            self._exchange,
            contact,
            ways,
            self._music,
            desk=self.desk,
            follow=follow,
            otherwise=destination.otherwise,
        )

    def reach(
        self, contact: Contact, destination: Agent | Extension | Uri
    ) -> tuple[Sequence[FindWay], Follow]:
        """The one way to a party; who is elsewhere (3xx) is called there."""
        trail = Trail(destination)

        def step(to: Destination) -> FindWay | Destination:
            return partial(self._next_way, contact, to, trail) if isinstance(to, Direct) else to

        def follow(ending: LegEnded) -> list[FindWay | Destination]:
            found = self._redirects.destinations(contact, trail.latest, ending.targets)
            news = trail.news(found)
            if news:
                contact.diversions = (self._redirects.diversion(contact, trail.latest), *contact.diversions)
            return [step(each) for each in news]

        return (partial(self._next_way, contact, destination, trail),), follow

    async def _next_way(self, contact: Contact, destination: Agent | Extension | Uri, trail: Trail) -> Way:
        trail.latest = destination
        return await self._way(contact, destination)

    async def _way(self, contact: Contact, destination: Agent | Extension | Uri) -> Way:
        """Raises NoPhone and what the resolver raises."""
        target = await self._find(contact, destination)
        if target is None:
            raise NoPhone(f"no phone is registered for {described(destination)}")

        def begun(leg: Leg) -> None:
            """No queue rings the same phone until it is over."""
            self._called(destination, begun=True)
            leg.when_over(lambda: self._called(destination, begun=False))

        return Way(
            target,
            contact.caller_identity(),
            role="external" if isinstance(destination, Uri) else "agent",
            agent=destination.agent if isinstance(destination, Agent) else None,
            begun=begun,
            errand=Errand(by=destination.by, is_listed=destination.is_listed)
            if isinstance(destination, Uri)
            else FIXED,
        )

    async def _find(self, contact: Contact, destination: Agent | Extension | Uri) -> Target | None:
        match destination:
            case Uri():
                # Escaped: what was dialled goes into the address and cannot break out of it.
                target = Target(destination.uri.replace("{user}", escape(contact.dnis)))
                return await self._resolver.resolve(target)
            case Extension():
                return self._places.account(destination.account)
            case Agent():
                return self._places.agent(destination.agent, None)


class FeatureCodeApplication:
    """Carries out the code an agent dialled and says what it did."""

    def __init__(
        self,
        carry_out: Callable[[Contact, FeatureCode], Awaitable[Reply | None]],
        say: Callable[[Sequence[str], str | None], tuple[Clip, ...]],
        monitoring: Monitoring | None = None,
        picking: Picking | None = None,
    ) -> None:
        """`carry_out` says what came of it, or None when the caller may not do it."""
        self._carry_out = carry_out
        self._say = say
        self._monitoring = monitoring
        self._picking = picking

    async def serve(self, contact: Contact, destination: FeatureCode) -> None:
        """Answer, act, confirm, hang up."""
        caller = contact.caller
        if caller is None:
            return
        code = CODES.get(destination.code)
        if self._monitoring is not None and code is not None and code.wish in MONITORING:
            await self._monitoring.serve(contact, destination)
            return
        if self._picking is not None and code is not None and code.wish is Wish.PICK:
            reply = self._picking.carry_out(contact, destination)
        else:
            reply = await self._carry_out(contact, destination)
        if reply is None:
            caller.refuse(403, causes.REJECTED)
            return
        caller.answer()
        clips = self._say(reply.prompts, reply.language or contact.language)
        if clips:
            await until_over(contact, playback=caller.play(clips))
        contact.outcome = "completed"
