"""Somebody of the house in a conversation of others: listening, whispering, talking with both, taking over.

Each change is an event of the contact that is listened to, with who does it. Who may is decided elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from calls.acts import NotNow

if TYPE_CHECKING:
    from calls.bridge import Bridge
    from calls.contact import Contact
    from calls.leg import Leg
    from calls.talk import Talk


class MonitorMode(Enum):
    """What who monitors is to the two."""

    LISTEN = "listen"
    """Heard by nobody."""
    WHISPER = "whisper"
    """Heard by the agent alone."""
    BARGE = "barge"
    """Heard by both."""


@dataclass(frozen=True, slots=True)
class MonitorOver:
    """The conversation that was monitored has ended, or its agent has left it."""


@dataclass(frozen=True, slots=True)
class ModeAsked:
    """Who monitors already is asked to be something else to the two; without a mode, to take over."""

    mode: MonitorMode | None


class Monitor:
    """One leg of another contact that monitors an agent's conversation, until either ends it."""

    __slots__ = ("_agent", "_began", "_by", "_leg", "_mode", "_talk")

    def __init__(self, talk: Talk, agent: Leg, leg: Leg, by: str) -> None:
        """`leg` monitors the conversation of `agent`; `by` is the account it is known under."""
        self._talk: Talk | None = talk
        self._agent = agent
        self._leg = leg
        self._by = by
        self._mode = MonitorMode.LISTEN
        self._began: float | None = None

    @property
    def is_on(self) -> bool:
        """Whether it goes on."""
        return self._talk is not None

    @property
    def by(self) -> str:
        """The account that monitors."""
        return self._by

    def ask(self, mode: MonitorMode | None) -> str:
        """Have it change, or take over without a mode, from outside its own call; that call's contact."""
        self._leg.contact.inbox.post(ModeAsked(mode))
        return self._leg.contact.id

    def begin(self, mode: MonitorMode) -> None:
        """Let the leg in."""
        if self._talk is not None:
            self._mode = mode
            self._began = self._leg.exchange.endpoint.now()
            self._talk.monitors.append(self)
            self._tell(self._talk.contact, "monitor.began")
            self.attach(self._talk.bridge)

    def change(self, mode: MonitorMode) -> None:
        """Let it be something else to the two."""
        if self._talk is not None and mode is not self._mode:
            self._mode = mode
            self._tell(self._talk.contact, "monitor.changed")
            self.attach(self._talk.bridge)

    def take_over(self) -> None:
        """Go on with the caller in the agent's place, who is let go. Raises NotNow; then all stays as it is."""
        talk, leg = self._talk, self._leg
        if talk is None or not talk.is_free or self._agent not in talk.parties:
            raise NotNow("something else is going on in this conversation")
        self.end()
        self._tell(talk.contact, "monitor.took_over")
        leg.exchange.move(leg, talk.contact)
        talk.replace(self._agent, leg)

    def end(self) -> None:
        """Let it out; told to whoever it belongs to."""
        talk, self._talk = self._talk, None
        if talk is None or self._began is None:
            return
        talk.monitors.remove(self)
        if talk.bridge is not None:
            talk.bridge.leave(self._leg)
        lasted = self._leg.exchange.endpoint.now() - self._began
        self._tell(talk.contact, "monitor.ended", seconds=round(lasted, 1))
        self._leg.contact.inbox.post(MonitorOver())

    def attach(self, bridge: Bridge | None) -> None:
        """The two hear each other in this bridge; without the agent in it, it is over."""
        if self._talk is None or bridge is None:
            return
        if self._agent not in self._talk.parties:
            self.end()
        elif self._mode is MonitorMode.LISTEN:
            bridge.listen(self._leg)
        elif self._mode is MonitorMode.WHISPER:
            bridge.whisper(self._leg, towards=self._agent)
        else:
            bridge.barge(self._leg)

    def _tell(self, contact: Contact, kind: str, **more: object) -> None:
        contact.record(
            kind, self._agent, mode=self._mode.value, by=self._by, contact=self._leg.contact.id, **more
        )


def conversation(legs: list[Leg]) -> tuple[Talk, Leg] | None:
    """The conversation that one of these legs is in now, and that leg."""
    for leg in legs:
        talk = leg.contact.talk
        if talk is not None and talk.parting is None and leg in talk.parties and leg.is_up:
            return talk, leg
    return None
