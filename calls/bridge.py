"""A bridge: two legs, or more, that hear each other, in media and in what happens to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calls.events import DigitPressed, LegHeld, LegResumed
from calls.recording import is_secret
from media.room import Role
from sip import causes
from sip.reason import cause_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from calls.contact import Contact
    from calls.leg import Leg
    from media.plane import Clip, Plane
    from media.room import Room


class Bridge:
    """Joins answered legs. While one of two holds, the other hears music; of more, the rest hear each other."""

    __slots__ = ("_contact", "_music", "_plane", "_room", "is_up", "legs")

    def __init__(
        self, plane: Plane, contact: Contact, legs: Sequence[Leg], music: Callable[[], tuple[Clip, ...]]
    ) -> None:
        """`music` gives what a held party hears."""
        self._plane = plane
        self._contact = contact
        self.legs = tuple(legs)
        self._music = music
        self._room: Room | None = None
        self.is_up = False

    def begin(self) -> None:
        """Join them; what still plays to any, such as the music of a queue, ends."""
        for leg in self.legs:
            leg.stop()
        first, second, *more = self.legs
        self._room = self._plane.bridge(first.stream.port, second.stream.port)
        self.is_up = True
        for leg in more:
            self._admit(leg, Role.TALKER)
        self._contact.record("bridge.began", legs=[leg.id for leg in self.legs])
        for leg in self.legs:
            if leg.stream.held:
                self._held(leg)

    def others(self, leg: Leg) -> tuple[Leg, ...]:
        """Those whom one of them hears."""
        return tuple(each for each in self.legs if each is not leg)

    def handle(self, event: object) -> None:
        """Feed one event of the contact's inbox."""
        match event:
            case LegHeld(leg=leg) if leg in self.legs:
                self._held(leg)
            case LegResumed(leg=leg) if leg in self.legs:
                self._resumed(leg)
            case DigitPressed(leg=leg) if leg in self.legs and len(self.legs) == 2 and not is_secret(leg):
                # Secret until recordings hear again: a key of the span may be told when its end is wished already.
                for other in self.others(leg):
                    other.keys.pass_on(event.digit)
            case _:
                pass

    def let_go(self, gone: Leg) -> None:
        """One is gone: the others go too, and are told why in the words of the first (RFC 3326)."""
        reasons = gone.ending.reasons if gone.ending is not None else ()
        for leg in self.others(gone):
            leg.hang_up(cause_in(reasons) or causes.NORMAL, reasons=reasons)

    def drop(self, gone: Leg) -> None:
        """One of more than two is gone; the others hear each other as before."""
        if self._room is not None and gone in self.legs:
            self._room.leave(gone.stream.port)
            self.legs = self.others(gone)
            for leg in self.legs if len(self.legs) == 2 else ():
                self._admit(leg, Role.TALKER)
                if leg.stream.held:
                    self._held(leg)

    def end(self) -> None:
        """Part them; the legs themselves stay."""
        if self.is_up:
            self.is_up = False
            if self._room is not None:
                self._room.close()
            self._contact.record("bridge.ended", legs=[leg.id for leg in self.legs])

    def _held(self, holder: Leg) -> None:
        """Of two, the other hears music; among more, who holds is not to be heard with the music of its phone."""
        if len(self.legs) > 2:
            self._admit(holder, Role.LISTENER)
            return
        clips = self._music()
        for leg in self.others(holder):
            if clips and not leg.has_ended:
                leg.play(clips, loop=True)

    def _resumed(self, holder: Leg) -> None:
        if len(self.legs) > 2:
            self._admit(holder, Role.TALKER)
            return
        for leg in self.others(holder):
            leg.stop()

    # --- a third party ----------------------------------------------------------------------------------------

    def listen(self, leg: Leg) -> None:
        """Let somebody hear both and be heard by neither."""
        self._admit(leg, Role.LISTENER)

    def whisper(self, leg: Leg, towards: Leg) -> None:
        """Let somebody hear both and be heard by one of them alone."""
        self._admit(leg, Role.WHISPERER, towards)

    def barge(self, leg: Leg) -> None:
        """Let somebody talk with both."""
        self._admit(leg, Role.TALKER)

    def leave(self, leg: Leg) -> None:
        """A third party goes; those who talk hear each other as before."""
        if self._room is not None and leg not in self.legs:
            self._room.leave(leg.stream.port)

    def _admit(self, leg: Leg, role: Role, towards: Leg | None = None) -> None:
        if self._room is not None and self.is_up and not leg.has_ended:
            port = towards.stream.port if towards is not None else None
            self._room.join(leg.stream.port, role=role, towards=port)
