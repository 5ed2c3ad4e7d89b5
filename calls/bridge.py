"""A bridge: two legs that hear each other, in media and in what happens to them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from calls.events import DigitPressed, LegEnded, LegHeld, LegResumed
from calls.recording import is_secret
from media.room import Role
from sip import causes
from sip.reason import cause_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from calls.contact import Contact
    from calls.leg import Leg
    from media.plane import Clip, Plane
    from media.room import Room

SECURE_SPAN = "secure span"
"""Why a party of a bridge is not recorded."""
_UNMASK_AFTER = 2.0
"""Seconds from the wish to end a secure span until recordings hear again."""


class Bridge:
    """Joins two answered legs. While one side holds, the other hears music."""

    __slots__ = (
        "_contact",
        "_first",
        "_music",
        "_plane",
        "_room",
        "_second",
        "_secured",
        "is_up",
    )

    def __init__(
        self, plane: Plane, contact: Contact, first: Leg, second: Leg, music: Callable[[], tuple[Clip, ...]]
    ) -> None:
        """`music` gives what a held party hears."""
        self._plane = plane
        self._contact = contact
        self._first = first
        self._second = second
        self._music = music
        self._room: Room | None = None
        self._secured: set[Leg] = set()
        self.is_up = False

    def begin(self) -> None:
        """Join them; what still plays to either, such as the music of a queue, ends."""
        self._first.stop()
        self._second.stop()
        self._room = self._plane.bridge(self._first.stream.port, self._second.stream.port)
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
            case DigitPressed(leg=leg) if leg in (self._first, self._second) and not is_secret(leg):
                # Secret until recordings hear again: a key of the span may be told when its end is wished already.
                self.other(leg).keys.pass_on(event.digit)
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
            for leg in tuple(self._secured):
                self.secure(leg, on=False)
            if self._room is not None:
                self._room.close()
            self._contact.record("bridge.ended", legs=[self._first.id, self._second.id])

    # --- a third party, and what it may not hear --------------------------------------------------------------

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
        """A third party goes; the two hear each other as before."""
        if self._room is not None and leg not in (self._first, self._second):
            self._room.leave(leg.stream.port)

    def secure(self, leg: Leg, *, on: bool) -> None:
        """Let nobody hear one of the two, neither sound nor keys, while it hears the other as before; until they part.

        Recordings are masked meanwhile, and a little longer: the plane ends a span only when no key is down.
        """
        if leg not in (self._first, self._second) or on == (leg in self._secured) or (on and leg.has_ended):
            return
        leg.stream.port.secure(on=on)
        self._contact.record("secure.began" if on else "secure.ended", leg)
        if on:
            self._secured.add(leg)
            _mask(self._first, self._second)
        else:
            self._secured.remove(leg)
            asyncio.get_running_loop().call_later(_UNMASK_AFTER, _unmask, self._first, self._second)

    def _admit(self, leg: Leg, role: Role, towards: Leg | None = None) -> None:
        if self._room is not None and self.is_up and not leg.has_ended:
            port = towards.stream.port if towards is not None else None
            self._room.join(leg.stream.port, role=role, towards=port)

    def _comfort(self, leg: Leg) -> None:
        clips = self._music()
        if clips and not leg.has_ended:
            leg.play(clips, loop=True)


def _mask(*legs: Leg) -> None:
    for each in legs:
        each.exchange.recordings.begin_secret(each, SECURE_SPAN)


def _unmask(*legs: Leg) -> None:
    for each in legs:
        if not each.has_ended:
            each.exchange.recordings.end_secret(each, SECURE_SPAN)
