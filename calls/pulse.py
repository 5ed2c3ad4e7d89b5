"""Whether parties in a conversation are still there: one that was heard and falls silent is asked, and let go.

A phone that loses its power sends no BYE. What is asked is a refresh of the session (RFC 4028): any answer will do,
and one that says the call is gone (481) ends it at once. A party that never sent sound is left to `silence_limit`.
A phone whose connection broke is asked soon: it may come by another, so the call is not over with the connection.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sip import causes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calls.leg import Leg

TICK = 2.0
"""Seconds between two looks at all parties."""
QUIET = 8.0
"""Seconds without sound after which an agent's phone is asked."""
HELD = 20.0
"""The same where no sound is to be expected: on hold, or a caller, whom carriers often send no silence for."""
PATIENCE = 6.0
"""Seconds that the answer may take."""
UNDELIVERED = 2.0
"""The same where the question could not be brought to the phone at all: it may come by another connection."""
LOST = 1.0
"""The same where the phone is registered no more, and how often such a party is looked at; on hold too."""
AGAIN = 30.0
"""Seconds after an answer until a phone that is silent for good is asked again."""
GONE = "it is not there any more"


@dataclass(slots=True, eq=False)
class _Watched:
    leg: Leg
    quiet: float
    heard: int
    since: float
    asked: float | None = None
    is_suspect: bool = False
    """Its phone is registered no more."""


class Pulse:
    """All parties that are watched; costs nothing while there are none."""

    __slots__ = ("_timer", "_watched")

    def __init__(self) -> None:
        """Begin with nobody."""
        self._watched: dict[Leg, _Watched] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        """How many are watched."""
        return len(self._watched)

    @contextmanager
    def watching(self, caller: Leg, agent: Leg) -> Iterator[None]:
        """Watch both parties of a conversation meanwhile."""
        loop = asyncio.get_running_loop()
        for leg, quiet in ((caller, HELD), (agent, QUIET)):
            if not leg.has_ended:
                heard = leg.stream.port.counters().packets_in
                self._watched[leg] = _Watched(leg, quiet, heard, loop.time())
        if self._timer is None:
            self._timer = loop.call_later(TICK, self._tick)
        try:
            yield
        finally:
            self._watched.pop(caller, None)
            self._watched.pop(agent, None)

    def suspect(self, agent: str) -> None:
        """No phone of this agent is registered: ask it, if it is silent."""
        found = [each for each in self._watched.values() if each.leg.agent == agent]
        for each in found:
            each.is_suspect = True
        if found and self._timer is not None:
            self._timer.cancel()
            self._timer = asyncio.get_running_loop().call_later(LOST, self._tick)

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        pause = LOST if any(each.is_suspect for each in self._watched.values()) else TICK
        self._timer = loop.call_later(pause, self._tick) if self._watched else None
        for each in list(self._watched.values()):
            if each.leg.has_ended:
                self._watched.pop(each.leg, None)
            else:
                _look(each, loop.time())


def _look(each: _Watched, now: float) -> None:
    leg = each.leg
    heard = leg.stream.port.counters().packets_in
    if heard != each.heard:
        each.heard, each.since, each.asked = heard, now, None
    elif each.asked is not None:
        waits = UNDELIVERED if leg.reoffers.has_failed else PATIENCE if leg.reoffers.is_open else None
        if waits is None:
            each.asked, each.since, each.is_suspect = None, now + AGAIN, False
        elif now - each.asked >= waits:
            leg.hang_up(causes.INTERRUPTED, by="timeout", reason=GONE)
    elif heard and now - each.since >= _bears(each) and leg.reoffers.refresh():
        each.asked = now


def _bears(each: _Watched) -> float:
    if each.is_suspect:
        return LOST
    agreed = each.leg.stream.agreed
    return each.quiet if agreed is not None and agreed.direction == "sendrecv" else HELD
