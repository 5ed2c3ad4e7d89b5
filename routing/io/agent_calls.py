"""The phones that are called for one waiting contact: a leg for each reservation, all of them but one in vain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from base.errors import CentralitaError
from calls.events import DigitPressed, LegAnswered, LegEnded, LegProgressed, LegRang, PlaybackFinished
from calls.ways import Way, dial
from routing.reservations.reservation import ReservationResult
from routing.waiting.refusals import result_of
from sip.reason import ELSEWHERE

if TYPE_CHECKING:
    from collections.abc import Callable

    from calls.contact import Contact
    from calls.exchange import Exchange
    from calls.leg import Leg
    from media.plane import Clip
    from routing.agents.screen import Screen
    from routing.commands import RingAgent, StopRinging
    from routing.io.distribution import Distribution
    from routing.io.queue_application import Directory
    from routing.waiting.briefing import Briefing
    from sip.reason import Reason

    Tell = Callable[[str], tuple[Briefing, tuple[Clip, ...]]]
    """What an agent is told, and its sound."""


@dataclass(slots=True, eq=False)
class AgentCall:
    """One agent's phone."""

    reservation: str
    leg: Leg
    rang: bool = False
    briefing: Briefing | None = None
    """What the agent is told, once he or she has answered."""
    playback: int | None = None


class AgentCalls:
    """All of one contact; whatever ends here is told to the distribution."""

    __slots__ = ("_calls", "_contact", "_directory", "_distribution", "_exchange", "_screen", "_tell")

    def __init__(
        self,
        exchange: Exchange,
        distribution: Distribution,
        directory: Directory,
        contact: Contact,
        screen: Screen,
        tell: Tell,
    ) -> None:
        """`screen` is what the agents' phones show, `tell` what they hear first."""
        self._exchange = exchange
        self._distribution = distribution
        self._directory = directory
        self._contact = contact
        self._screen = screen
        self._tell = tell
        self._calls: dict[str, AgentCall] = {}

    @property
    def is_any(self) -> bool:
        """Whether a phone is called at present."""
        return bool(self._calls)

    def ring(self, command: RingAgent) -> None:
        """Call an agent's phone."""
        target = self._directory.agent(command.agent, command.contact_uri)
        if target is None:
            self._distribution.failed(command.reservation, ReservationResult.UNREACHABLE)
            return
        contact = self._contact
        way = Way(target, contact.caller_identity(self._screen.house), role="agent", agent=command.agent)
        try:
            leg = dial(self._exchange, contact, way, contact.caller, self._screen.headers)
        except CentralitaError:
            self._distribution.failed(command.reservation, ReservationResult.FAILED)
            return
        self._calls[command.reservation] = AgentCall(command.reservation, leg)

    def stop(self, command: StopRinging) -> None:
        """Let one phone be; a call that somebody else took is no missed call."""
        lost = command.reason is ReservationResult.LOST_RACE
        self._drop(self._calls.pop(command.reservation, None), (ELSEWHERE,) if lost else ())

    def take(self, event: object) -> Leg | None:
        """Hear what a phone does: the leg that has won the contact, once there is one."""
        match event:
            case LegRang(leg=leg) | LegProgressed(leg=leg) if call := self._of(leg):
                call.rang = True
                self._distribution.ringing(call.reservation)
            case LegAnswered(leg=leg) if (call := self._of(leg)) and not leg.has_ended:
                return self._picked_up(call)
            case PlaybackFinished(leg=leg, playback=number) if call := self._of(leg):
                if number == call.playback and call.briefing is not None and call.briefing.key is None:
                    return self._connect(call)
            case DigitPressed(leg=leg, digit=key) if call := self._of(leg):
                if call.briefing is not None and call.briefing.key == key:
                    return self._connect(call)
            case LegEnded(leg=leg) if call := self._of(leg):
                del self._calls[call.reservation]
                self._distribution.failed(call.reservation, _result(call, event))
            case _:
                pass
        return None

    def _picked_up(self, call: AgentCall) -> Leg | None:
        """Put the caller through at once, or tell the agent first who waits."""
        briefing, clips = self._tell(call.leg.agent or "")
        if briefing.key is None and not clips:
            return self._connect(call)
        seconds = sum(each.duration for each in clips) + briefing.within
        self._distribution.picked_up(call.reservation, seconds)
        call.briefing = briefing
        call.playback = call.leg.play(clips) if clips else None
        return None

    def drop_all(self, reasons: tuple[Reason, ...] = ()) -> None:
        """Nobody is needed any more."""
        calls, self._calls = self._calls, {}
        for call in calls.values():
            self._drop(call, reasons)

    def _connect(self, call: AgentCall) -> Leg | None:
        del self._calls[call.reservation]
        if not self._distribution.answered(call.reservation):
            self._drop(call)  # somebody or something was quicker
            return None
        self.drop_all((ELSEWHERE,))
        return call.leg

    def _of(self, leg: Leg) -> AgentCall | None:
        return next((call for call in self._calls.values() if call.leg is leg), None)

    def _drop(self, call: AgentCall | None, reasons: tuple[Reason, ...] = ()) -> None:
        if call is not None:
            call.leg.hang_up(reasons=reasons)


def _result(call: AgentCall, ending: LegEnded) -> ReservationResult:
    if call.briefing is not None or ending.status < 300:
        # Answered, and hung up instead of taking the call; or broken by us.
        return ReservationResult.REJECTED if ending.by == "remote" else ReservationResult.FAILED
    return result_of(ending.status, rang=call.rang and ending.by == "remote")
