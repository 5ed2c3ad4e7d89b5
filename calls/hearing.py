"""What the media plane reports of ports, told to their legs: keys, ends of playback, silence, the first packet."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from calls.events import DigitPressed, PlaybackFinished, RtpLost
from media import events
from sip import causes

if TYPE_CHECKING:
    from calls.leg import Leg
    from media.plane import Plane


class Hearing:
    """The ports of all legs that are not yet over."""

    __slots__ = ("_legs", "_plane", "_silence_limit")

    def __init__(self, plane: Plane, silence_limit: float) -> None:
        """Take over the plane's events. A leg not heard for `silence_limit` seconds is ended; 0 lets it be."""
        self._plane = plane
        self._silence_limit = silence_limit
        self._legs: dict[int, Leg] = {}
        asyncio.get_running_loop().add_reader(plane.fileno(), self._handle)

    def __len__(self) -> int:
        """How many legs are not yet over."""
        return len(self._legs)

    def close(self) -> None:
        """Stop listening to the plane."""
        asyncio.get_running_loop().remove_reader(self._plane.fileno())

    def keep(self, leg: Leg) -> None:
        """A leg begins."""
        self._legs[leg.stream.port.id] = leg

    def forget(self, leg: Leg) -> None:
        """It is over."""
        self._legs.pop(leg.stream.port.id, None)

    def _handle(self) -> None:
        for event in self._plane.take_events():
            leg = self._legs.get(event.port)
            if leg is None:
                continue
            match event:
                case events.DigitPressed():
                    leg.contact.inbox.post(DigitPressed(leg, event.digit))
                case events.PlaybackFinished():
                    leg.contact.inbox.post(PlaybackFinished(leg, event.playback, event.completed))
                case events.RtpTimeout():
                    self._silent(leg, event.silence)
                case events.RtpStarted():
                    leg.media_began()
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
