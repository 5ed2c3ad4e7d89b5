"""What the media plane reports of ports, told to their legs: keys, ends of playback, silence, the first packet."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calls.events import AnswerGuessed, PlaybackFinished, RtpLost, SpeechPaused
from calls.recording import Outcome
from media import events
from sip import causes

if TYPE_CHECKING:
    from collections.abc import Callable

    from calls.leg import Leg
    from calls.recording import Recordings
    from media.counters import Listened
    from media.events import MediaEvent
    from media.plane import Plane


@dataclass(frozen=True, slots=True)
class Listening:
    """What is listened for in answered legs: shares of talk, and silences of so many seconds (0 for none)."""

    talk: bool = False
    dead_air: float = 0.0
    one_way: float = 0.0

    def __bool__(self) -> bool:
        """Whether anything is."""
        return self.talk or self.dead_air > 0 or self.one_way > 0


NOTHING = Listening()


def shares(listened: Listened) -> dict[str, float]:
    """Seconds that the party, our side, both or neither talked, as a record tells them."""
    far, near, both, none = (round(seconds, 2) for seconds in listened[:4])
    return {"party": far, "us": near, "both": both, "none": none}


class Hearing:
    """The ports of all legs that are not yet over."""

    __slots__ = ("_awaiting", "_legs", "_listening", "_plane", "_recordings", "_silence_limit")

    def __init__(
        self,
        plane: Plane,
        silence_limit: float,
        recordings: Recordings,
        listening: Callable[[], Listening] = lambda: NOTHING,
    ) -> None:
        """Take over the plane's events. A leg not heard for `silence_limit` seconds is ended; 0 lets it be."""
        self._recordings = recordings
        self._plane = plane
        self._listening = listening
        self._silence_limit = silence_limit
        self._legs: dict[int, Leg] = {}
        self._awaiting: set[Leg] = set()
        asyncio.get_running_loop().add_reader(plane.fileno(), self._handle)

    def __len__(self) -> int:
        """How many legs are not yet over."""
        return len(self._legs)

    def legs(self) -> list[Leg]:
        """Those that are not yet over."""
        return list(self._legs.values())

    def close(self) -> None:
        """Stop listening to the plane."""
        asyncio.get_running_loop().remove_reader(self._plane.fileno())

    def keep(self, leg: Leg) -> None:
        """A leg begins."""
        self._legs[leg.stream.port.id] = leg

    def forget(self, leg: Leg) -> None:
        """It is over."""
        self._legs.pop(leg.stream.port.id, None)
        self._awaiting.discard(leg)

    def listen(self, leg: Leg) -> bool:
        """A leg was answered: listen to it as the centre wishes; whether its shares of talk are to be told."""
        wanted = self._listening()
        if wanted:
            leg.stream.port.listen(dead_air=wanted.dead_air, one_way=wanted.one_way)
        return wanted.talk

    def guess_who_answers(self, leg: Leg) -> None:
        """Tell AnswerGuessed of a party that has just answered, unless it stays unsure."""
        wanted = self._listening()
        leg.stream.port.listen(dead_air=wanted.dead_air, one_way=wanted.one_way, answer=True)

    def await_pause(self, leg: Leg, silence: float) -> None:
        """Tell SpeechPaused once the party is silent for so many seconds, spoken or not; 0 tells it no more."""
        wanted, port = self._listening(), leg.stream.port
        if silence:
            self._awaiting.add(leg)
            port.listen(hangover=silence, dead_air=silence, one_way=wanted.one_way)
            return
        self._awaiting.discard(leg)
        if wanted:
            port.listen(dead_air=wanted.dead_air, one_way=wanted.one_way)
        else:
            port.stop_listening()

    def _handle(self) -> None:
        self._hear_all(deque(self._plane.take_events()))

    def _hear_all(self, waiting: deque[MediaEvent]) -> None:
        """One that fails is logged by the loop, and stops no other."""
        try:
            while waiting:
                event = waiting.popleft()
                if isinstance(event, Outcome):
                    self._recordings.hear(event)
                elif (leg := self._legs.get(event.port)) is not None:
                    self._hear(leg, event)
        finally:
            if waiting:
                asyncio.get_running_loop().call_soon(self._hear_all, waiting)

    def _hear(self, leg: Leg, event: MediaEvent) -> None:
        match event:
            case events.DigitPressed():
                leg.keys.heard(event.digit, event.means)
            case events.PlaybackFinished():
                leg.contact.inbox.post(PlaybackFinished(leg, event.playback, event.completed))
            case events.RtpTimeout():
                self._silent(leg, event.silence)
            case events.RtpStarted():
                leg.media_began()
            case events.SpeechEnded() | events.DeadAir() if leg in self._awaiting:
                leg.contact.inbox.post(SpeechPaused(leg))
            case events.DeadAir():
                leg.contact.record("leg.dead_air", leg, silence=round(event.silence, 2))
            case events.OneWayAudio():
                leg.contact.record("leg.one_way_audio", leg, silence=round(event.silence, 2))
            case events.AnswerGuessed() if event.answerer is not events.Answerer.UNSURE:
                is_machine = event.answerer is events.Answerer.MACHINE
                leg.contact.record("leg.answerer", leg, machine=is_machine, reason=event.reason.name.lower())
                leg.contact.inbox.post(AnswerGuessed(leg, is_machine))
            case events.HookFlash():
                leg.keys.flashed()
            case events.MediaSecured():
                leg.contact.record("leg.secured", leg, suite=event.suite)
            case events.MediaFailed():
                leg.hang_up(causes.INTERRUPTED, by="error", reason=event.reason)
            case _:
                pass

    def _silent(self, leg: Leg, silence: float) -> None:
        leg.contact.record("leg.silent", leg, silence=silence)
        leg.contact.inbox.post(RtpLost(leg, silence))
        if self._silence_limit:
            heard = leg.stream.port.counters().packets_in
            pause = max(0.0, self._silence_limit - silence)
            asyncio.get_running_loop().call_later(pause, _end_if_silent, leg, heard)


def _end_if_silent(leg: Leg, heard: int) -> None:
    """The far end went without a BYE: nobody would ever end this leg."""
    if leg.is_up and not leg.stream.held and leg.stream.port.counters().packets_in == heard:
        leg.hang_up(causes.INTERRUPTED, by="timeout", reason="nothing was heard")
