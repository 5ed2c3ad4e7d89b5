"""What queues play and say, from the prompts of the configuration in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from base.errors import CentralitaError
from ivr import phrases
from media.catalogue import Slot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from centralita.present import Present
    from media.plane import Clip
    from media.prompts import PromptLibrary
    from routing.waiting.sayings import Saying

log = structlog.get_logger()


class QueueVoice:
    """Asks the configuration anew each time, so that a reload counts (routing.io.queue_application.Voice)."""

    __slots__ = ("_library", "_present")

    def __init__(self, present: Present, library: PromptLibrary) -> None:
        """Speak from these sounds."""
        self._present = present
        self._library = library

    def music(self, queue: str) -> tuple[Clip, ...]:
        """The music of a queue."""
        return self._present.music(queue)

    def spoken(self, sayings: Sequence[Saying], language: str | None) -> tuple[Clip, ...]:
        """The sayings one after the other; half a sentence helps nobody, so one that lacks a word is left out."""
        spoken = language or self._present.now().centre.language
        found: list[str] = []
        for each in sayings:
            found += self._segments(each, spoken)
        try:
            return self._library.clips(found, spoken)
        except CentralitaError as error:  # a file that went from the disk: nobody is cut off for it
            log.warning("queue_says_nothing", prompts=[each.prompt for each in sayings], error=error.code)
            return ()

    def _segments(self, saying: Saying, language: str) -> Sequence[str]:
        values, sounds = dict(saying.values), list[str]()
        for part in self._present.now().catalogue.of(language, saying.prompt):
            words = (
                phrases.speak(part.kind, values.get(part.name, ""), language)
                if isinstance(part, Slot)
                else (part,)
            )
            if not words or not all(self._library.has(word, language) for word in words):
                return ()
            sounds += words
        return sounds
