"""A stage: what a tried call finds, when, and who calls; stands for the centre around the menus."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from ivr.scene import CallerFacts
from ivr.surroundings import QueueStatus, Quiet, Surroundings

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from media.catalogue import Segment

USUAL_MOMENT = datetime(2026, 11, 23, 10, tzinfo=UTC)
"""A Monday morning: when nothing else is said, tried calls come then, so that they go the same way for ever."""
USUAL_CALLER = "+12025550143"
"""A number that is given to nobody."""
USUAL_TRACKING = "217000000000"
"""The number by which callers ask about their call again."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What is said of the centre and the caller; what is not said is as `rest` has it."""

    moment: datetime = USUAL_MOMENT
    timezone: tzinfo = UTC
    caller: str = USUAL_CALLER
    dialled: str = ""
    client: str = ""
    language: str | None = None
    """What the number dialled tells; None: it tells none."""
    attestation: str | None = None
    identified: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    """Opening hours by id: one of HOURS_STATES."""
    always: str | None = None
    """The state of all other opening hours."""
    queues: Mapping[str, QueueStatus] = field(default_factory=dict)
    spoken: Mapping[str, str] = field(default_factory=dict)
    """Announcements that are switched on: the names of their places, each with its prompt."""
    rest: Surroundings = field(default_factory=Quiet)

    def facts(self) -> CallerFacts:
        """What the menus know of the caller."""
        return CallerFacts(
            contact="tried",
            caller=self.caller,
            dialled=self.dialled,
            client=self.client,
            moment=self.moment,
            timezone=self.timezone,
            attestation=self.attestation,
            identified=self.identified,
            attributes={"tracking": USUAL_TRACKING, **self.attributes},
        )

    def hours(self, name: str, moment: datetime) -> str:
        """As said, else as the rest has it."""
        return self.states.get(name) or self.always or self.rest.hours(name, moment)

    def announcements(self, names: Collection[str]) -> tuple[str, ...]:
        """Those that are switched on."""
        on = tuple(self.spoken[each] for each in names if each in self.spoken)
        return on + tuple(each for each in self.rest.announcements(names) if each not in on)

    def announced(self, language: str, prompt: str) -> tuple[Segment, ...]:
        """As the rest has it."""
        return self.rest.announced(language, prompt)

    def queue(self, name: str) -> QueueStatus:
        """As said, else as the rest has it."""
        return self.queues.get(name) or self.rest.queue(name)

    def callback(self, queue: str, number: str) -> tuple[str, str]:
        """As the rest has it."""
        return self.rest.callback(queue, number)
