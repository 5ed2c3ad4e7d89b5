"""A hold by the agent's wish: the others hear music, or each other where they are several, and the agent nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calls.events import LegEnded, LegHeld, LegResumed

if TYPE_CHECKING:
    from calls.leg import Leg
    from calls.talk import Talk


class Held:
    """One hold."""

    __slots__ = ("_agent", "_talk")

    until = None

    def __init__(self, talk: Talk, agent: Leg) -> None:
        """`begin` begins."""
        self._talk = talk
        self._agent = agent

    def begin(self, by: str) -> None:
        """Part them."""
        talk = self._talk
        talk.contact.record("hold.began", self._agent, by=by)
        talk.seat(talk.rest(self._agent))
        talk.hears(LegHeld(self._agent))

    def resume(self) -> None:
        """Join them again."""
        self._end()
        self._talk.join()

    def give_way(self) -> None:
        """Something else begins: who waits goes on waiting."""
        self._end()

    async def take(self, event: object) -> None:
        """One event of the contact."""
        talk = self._talk
        match event:
            case LegEnded(leg=leg) if leg in talk.parties and len(talk.parties) > 2:
                talk.shrink(leg)
                if leg is self._agent:
                    self._end()
                    talk.join()
                else:
                    talk.seat(talk.rest(self._agent))
            case LegEnded(leg=leg) if leg in talk.parties:
                self._end()
                talk.lose(leg)
            case _:
                talk.handle(event)

    def abandon(self) -> None:
        """All is over."""
        self._end()

    def _end(self) -> None:
        talk = self._talk
        if talk.episode is self:
            talk.episode = None
            talk.contact.record("hold.ended", self._agent)
            talk.hears(LegResumed(self._agent))
