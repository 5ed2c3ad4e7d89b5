"""Serves queues to contacts: what every stay in one needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from calls.pulse import Pulse
from routing.io.rescue import Rescuer
from routing.io.stay import Stay
from routing.io.surveying import nothing_asked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from calls.contact import Contact
    from calls.desk import Desk
    from calls.destination import Destination, Queue
    from calls.exchange import Exchange
    from media.plane import Clip
    from routing.agents.screen import Screen
    from routing.hours.opening import Openness
    from routing.io.distribution import Distribution
    from routing.io.surveying import FindSurvey
    from routing.settings import QueueSettings
    from routing.skills import Requirements
    from routing.waiting.sayings import Saying
    from sip.stack import Target


class Directory(Protocol):
    """Where agents' phones are."""

    def agent(self, agent: str, contact_uri: str | None) -> Target | None:
        """The address to call for an agent, or None when no phone is registered."""


class Voice(Protocol):
    """What waiting and held parties hear."""

    def music(self, queue: str) -> tuple[Clip, ...]:
        """The clips to loop in a queue; none is silence."""

    def spoken(self, sayings: Sequence[Saying], language: str | None) -> tuple[Clip, ...]:
        """The sayings as sound, those left out that cannot be spoken in the language."""


class Acquaintance(Protocol):
    """Who knows whom."""

    def known_agent(self, contact: Contact) -> str | None:
        """The agent who should have this caller, if he or she can be had soon."""

    def talked(self, contact: Contact, agent: str, seconds: float) -> None:
        """They talked for so long."""


class QueueApplication:
    """One object for all queues; each call of `serve` is one contact's stay in one."""

    def __init__(
        self,
        exchange: Exchange,
        distribution: Distribution,
        directory: Directory,
        voice: Voice,
        settings: Callable[[str], QueueSettings],
        screen: Callable[[Contact, str], Screen],
        language_skill: Callable[[Contact], Requirements],
        agent_language: Callable[[str], str | None],
        acquaintance: Acquaintance,
        openness: Callable[[str, str | None], Openness],
        desk: Desk | None = None,
        rescuer: Rescuer | None = None,
        survey: FindSurvey = nothing_asked,
    ) -> None:
        """Keep what every stay needs.

        `settings` gives those of a queue at this moment, `screen` what agents' phones show of a contact in it,
        `language_skill` what an agent must have to speak a contact's language, `agent_language` an agent's own;
        `acquaintance` knows who has talked with whom, `openness` the hours of a queue for callers of a client company;
        `desk` decides transfers; `survey` what a contact of a queue is asked once its agent has hung up.
        """
        self.exchange = exchange
        self.distribution = distribution
        self.directory = directory
        self.voice = voice
        self.settings = settings
        self.screen = screen
        self.language_skill = language_skill
        self.agent_language = agent_language
        self.acquaintance = acquaintance
        self.openness = openness
        self.desk = desk
        self.survey = survey
        self.rescuer = Rescuer() if rescuer is None else rescuer
        self.pulse = Pulse()
        distribution.watch_losses(self.pulse.suspect)

    async def serve(self, contact: Contact, destination: Queue) -> Destination | None:
        """Wait, ring, talk. Returns where the contact goes next, or None when it is over."""
        caller = contact.caller
        if caller is None or caller.has_ended:
            return None
        return await Stay(self, contact, caller, destination).run()
