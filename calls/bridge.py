"""A bridge: two legs that hear each other, in media and in what happens to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calls.events import LegEnded, LegHeld, LegResumed
from sip import causes
from sip.reason import cause_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from calls.contact import Contact
    from calls.leg import Leg
    from media.plane import Clip, Plane


class Bridge:
    """Joins two answered legs. While one side holds, the other hears music."""

    __slots__ = ("_contact", "_first", "_music", "_plane", "_second", "is_up")

    def __init__(
        self, plane: Plane, contact: Contact, first: Leg, second: Leg, music: Callable[[], tuple[Clip, ...]]
    ) -> None:
        """`music` gives what a held party hears."""
        self._plane = plane
        self._contact = contact
        self._first = first
        self._second = second
        self._music = music
        self.is_up = False

    def begin(self) -> None:
        """Join them; what still plays to either, such as the music of a queue, ends."""
        self._first.stop()
        self._second.stop()
        self._plane.bridge(self._first.stream.port, self._second.stream.port)
        self.is_up = True
        self._contact.record("bridge.began", legs=[self._first.id, self._second.id])
        for leg in (self._first, self._second):
            if leg.stream.held:
                self._comfort(self.other(leg))

    def other(self, leg: Leg) -> Leg:
        """The party across."""
        return self._second if leg is self._first else self._first

    def handle(self, event: object) -> Leg | None:
        """Feed one event of the contact's inbox. Returns the leg that is gone once the bridge cannot go on."""
        match event:
            case LegEnded(leg=leg) if leg in (self._first, self._second):
                self.end()
                return leg
            case LegHeld(leg=leg) if leg in (self._first, self._second):
                self._comfort(self.other(leg))
            case LegResumed(leg=leg) if leg in (self._first, self._second):
                self.other(leg).stop()
            case _:
                pass
        return None

    def let_go(self, gone: Leg) -> None:
        """One of the two is gone: the other goes too, and is told why in the words of the first (RFC 3326)."""
        reasons = gone.ending.reasons if gone.ending is not None else ()
        self.other(gone).hang_up(cause_in(reasons) or causes.NORMAL, reasons=reasons)

    def end(self) -> None:
        """Part them; the legs themselves stay."""
        if self.is_up:
            self.is_up = False
            if not self._first.has_ended and not self._second.has_ended:
                self._plane.unbridge(self._first.stream.port)
            self._contact.record("bridge.ended", legs=[self._first.id, self._second.id])

    def _comfort(self, leg: Leg) -> None:
        clips = self._music()
        if clips and not leg.has_ended:
            leg.play(clips, loop=True)
