"""The small applications: echo, hang-up, feature codes, and direct connection to a phone or an address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from base.errors import CentralitaError
from calls.destination import Agent, Extension, Uri
from calls.dial import connect
from calls.events import LegEnded, PlaybackFinished
from sip import causes
from sip.stack import Target
from sip.uri import escape

if TYPE_CHECKING:
    from collections.abc import Callable

    from calls.contact import Contact
    from calls.destination import Echo, FeatureCode, Hangup
    from calls.exchange import Exchange
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


class DirectApplication:
    """Connects the caller to one agent, one registered phone or one address."""

    def __init__(
        self,
        exchange: Exchange,
        places: Places,
        resolver: Resolver,
        music: Callable[[], tuple[Clip, ...]],
        called: Called,
    ) -> None:
        """`music` is for parties on hold; `called` hears of each call that begins and ends."""
        self._resolver = resolver
        self._exchange = exchange
        self._places = places
        self._music = music
        self._called = called

    async def serve(self, contact: Contact, destination: Agent | Extension | Uri) -> None:
        """Until both are over; 480 when no phone is registered (RFC 3261 s.16.6 has no better word for it)."""
        try:
            target = await self._find(contact, destination)
        except CentralitaError as error:
            _refuse(contact, error.status, error.cause)
            return
        if target is None:
            _refuse(contact, 480, 20)
            return
        role = "external" if isinstance(destination, Uri) else "agent"
        self._called(destination, begun=True)
        try:
            await connect(self._exchange, contact, target, self._music, role=role)
        finally:
            self._called(destination, begun=False)

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


def _refuse(contact: Contact, status: int, cause: int) -> None:
    if contact.caller is not None:
        contact.caller.refuse(status, cause)


class FeatureCodeApplication:
    """Carries out the code an agent dialled and says what it did."""

    def __init__(
        self,
        carry_out: Callable[[Contact, FeatureCode], str | None],
        say: Callable[[str, str | None], tuple[Clip, ...]],
    ) -> None:
        """`carry_out` returns the prompt that confirms the act, or None when the caller may not do it."""
        self._carry_out = carry_out
        self._say = say

    async def serve(self, contact: Contact, destination: FeatureCode) -> None:
        """Answer, act, confirm, hang up."""
        caller = contact.caller
        if caller is None:
            return
        prompt = self._carry_out(contact, destination)
        if prompt is None:
            caller.refuse(403, causes.REJECTED)
            return
        caller.answer()
        clips = self._say(prompt, contact.language)
        if clips:
            await until_over(contact, playback=caller.play(clips))
        contact.outcome = "completed"
