"""Serves a queue to a contact: music while it waits, the phones of the agents it is reserved for, then the bridge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from base.errors import CentralitaError
from calls.events import LegAnswered, LegEnded, LegHeld, LegProgressed, LegRang, LegResumed
from calls.introduce import introduce
from calls.talk import Talk
from calls.ways import Way, dial
from routing.commands import Overflow, RingAgent, StopRinging
from routing.entry import EntryJoin
from routing.reservation import ReservationResult
from routing.settings import LeaveReason
from routing.skills import combine

if TYPE_CHECKING:
    from collections.abc import Callable

    from calls.contact import Contact
    from calls.destination import Destination, Queue
    from calls.exchange import Exchange
    from calls.leg import Leg
    from calls.transfer import Desk
    from media.plane import Clip
    from routing.io.distribution import Distribution
    from routing.skills import Requirements
    from sip.reason import Reason
    from sip.stack import Target

_RESULTS = {
    # A phone that forwards: a queue's call stays with the queue's agents, whatever an agent's phone wishes.
    300: ReservationResult.REJECTED,
    301: ReservationResult.REJECTED,
    302: ReservationResult.REJECTED,
    486: ReservationResult.BUSY,
    600: ReservationResult.BUSY,
    603: ReservationResult.REJECTED,
    403: ReservationResult.REJECTED,
    480: ReservationResult.REJECTED,
    404: ReservationResult.UNREACHABLE,
    408: ReservationResult.UNREACHABLE,
    410: ReservationResult.UNREACHABLE,
    430: ReservationResult.UNREACHABLE,
    503: ReservationResult.UNREACHABLE,
}
"""What a final status to an agent's INVITE says about the agent; anything else is FAILED."""


class Directory(Protocol):
    """Where agents' phones are."""

    def agent(self, agent: str, contact_uri: str | None) -> Target | None:
        """The address to call for an agent, or None when no phone is registered."""


class QueueApplication:
    """One object for all queues; each call of `serve` is one contact's stay in one."""

    def __init__(
        self,
        exchange: Exchange,
        distribution: Distribution,
        directory: Directory,
        music: Music,
        client_name: Callable[[str], str],
        language_skill: Callable[[Contact], Requirements],
        desk: Desk | None = None,
    ) -> None:
        """Keep what every stay needs.

        `music` gives what waiting callers hear, `client_name` what agents' phones show for a client company,
        `language_skill` what an agent must have to speak a contact's language, `desk` decides transfers.
        """
        self.exchange = exchange
        self.distribution = distribution
        self.directory = directory
        self.music = music
        self.client_name = client_name
        self.language_skill = language_skill
        self.desk = desk

    async def serve(self, contact: Contact, destination: Queue) -> Destination | None:
        """Wait, ring, talk. Returns where the contact goes next, or None when it is over."""
        return await _Stay(self, contact).run(destination)


class Music(Protocol):
    """What waiting and held parties hear."""

    def __call__(self, queue: str) -> tuple[Clip, ...]:
        """The clips to loop in a queue; none is silence."""


class _Stay:
    """One contact in one queue."""

    def __init__(self, app: QueueApplication, contact: Contact) -> None:
        self._app = app
        self._exchange = app.exchange
        self._distribution = app.distribution
        self._directory = app.directory
        self._queue = ""
        self._contact = contact
        self._client = app.client_name(contact.client or "")
        """On the agent's phone: the client company, then the caller's own name."""
        self._agent_leg: Leg | None = None
        self._reservation: str | None = None
        self._won = False
        self._next: Destination | None = None

    async def run(self, destination: Queue) -> Destination | None:
        contact, caller = self._contact, self._contact.caller
        if caller is None or caller.has_ended:
            return None
        caller.answer()
        self._queue = destination.queue
        music = self._music()
        if music:
            caller.play(music, loop=True)
        asked = combine(destination.requires, tuple(contact.requires.items()))
        requires = combine(self._app.language_skill(contact), asked)
        priority = max(destination.priority, contact.priority)
        entry = EntryJoin(contact.id, contact.id, destination.queue, priority, requires)
        self._distribution.join(entry, contact.inbox)
        try:
            while not self._step(await contact.inbox.next(), caller):
                pass
            if self._won and self._agent_leg is not None:
                self._next = await self._talk(destination, caller, self._agent_leg)
                self._agent_leg = None
        finally:
            self._distribution.leave(contact.id, LeaveReason.SYSTEM)
            self._drop_agent_leg()
        return self._next

    def _music(self) -> tuple[Clip, ...]:
        return self._app.music(self._queue)

    def _step(self, event: object, caller: Leg) -> bool:
        """Take one event while waiting; True when the waiting is over."""
        match event:
            case LegEnded(leg=leg) if leg is caller:
                self._distribution.leave(self._contact.id, LeaveReason.ABANDONED)
                self._contact.outcome = "abandoned"
                self._drop_agent_leg(event.reasons)
                return True
            case Overflow():
                self._next = event.destination
                self._contact.outcome = event.reason.value
                return True
            case RingAgent():
                self._ring(event)
            case StopRinging() if event.reservation == self._reservation:
                self._drop_agent_leg()
            case LegRang(leg=leg) | LegProgressed(leg=leg) if leg is self._agent_leg and self._reservation:
                self._distribution.ringing(self._reservation)
            case LegAnswered(leg=leg) if leg is self._agent_leg and self._reservation and not leg.has_ended:
                return self._connect(self._reservation)
            case LegEnded(leg=leg) if leg is self._agent_leg and self._reservation:
                self._fail(_RESULTS.get(event.status, ReservationResult.FAILED))
            case _:
                pass
        return False

    def _ring(self, command: RingAgent) -> None:
        self._drop_agent_leg()
        self._reservation = command.reservation
        target = self._directory.agent(command.agent, command.contact_uri)
        if target is None:
            self._fail(ReservationResult.UNREACHABLE)
            return
        contact = self._contact
        way = Way(target, contact.caller_identity(self._client), role="agent", agent=command.agent)
        try:
            self._agent_leg = dial(self._exchange, contact, way, contact.caller)
        except CentralitaError:
            self._fail(ReservationResult.FAILED)

    def _connect(self, reservation: str) -> bool:
        """The agent's phone answered; False when somebody or something was quicker."""
        if self._distribution.answered(reservation):
            self._won = True
            return True
        self._drop_agent_leg()
        return False

    def _fail(self, result: ReservationResult) -> None:
        reservation, self._reservation, self._agent_leg = self._reservation, None, None
        if reservation is not None:
            self._distribution.failed(reservation, result)

    def _drop_agent_leg(self, reasons: tuple[Reason, ...] = ()) -> None:
        leg, self._agent_leg, self._reservation = self._agent_leg, None, None
        if leg is not None:
            leg.hang_up(reasons=reasons)

    async def _talk(self, destination: Queue, caller: Leg, agent_leg: Leg) -> Destination | None:
        """Until they part. The agent is in the call for as long as its leg, which may leave before the caller does."""
        agent = agent_leg.agent or ""
        agent_leg.when_over(lambda: self._distribution.bridge_ended(agent))

        def hears(event: object) -> None:
            match event:
                case LegHeld(leg=leg) | LegResumed(leg=leg) if leg is agent_leg:
                    self._distribution.held(agent, held=isinstance(event, LegHeld))
                case _:
                    pass

        introduce(agent_leg, to=caller)
        self._exchange.recordings.conversing(caller)
        pair = (caller, agent_leg)
        talk = Talk(self._exchange, self._contact, pair, self._music, self._app.desk, hears)
        parting = await talk.run()
        if parting.is_stranded and self._contact.caller is not agent_leg:
            return destination  # nobody took the caller after a transfer: the next agent of the queue will
        return talk.settle(parting)
