"""One step serving one call: what the session feeds it, and the outcomes it gives back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.question import Answer, Cancelled
from ivr.scene import Follow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from base.secret import Secret
    from ivr.branch import Branch
    from ivr.commands import Command
    from ivr.events import Event
    from ivr.question import Outcome, Question
    from ivr.scene import Scene


class Run:
    """One step serving one call; a step that awaits nothing only starts."""

    __slots__ = ()

    def start(self, *, now: float) -> list[Outcome]:
        """The step begins."""
        raise NotImplementedError

    def feed(self, event: Event, *, now: float) -> list[Outcome]:
        """Something happened."""
        del event, now
        return []

    def handle_timeout(self, *, now: float) -> list[Outcome]:
        """A deadline may have passed."""
        del now
        return []

    def next_timeout(self) -> float | None:
        """When to look again."""
        return None

    def close(self) -> None:
        """The caller is gone or led on: wipe what was typed."""


class Passing(Run):
    """Going on at once."""

    __slots__ = ("_commands", "_follow")

    def __init__(
        self, branch: Branch, commands: Sequence[Command] = (), *, otherwise: str | None = None
    ) -> None:
        """Carry the commands out, then go there; `otherwise` is the step to come back to when nobody answers."""
        self._follow = Follow(branch, otherwise=otherwise)
        self._commands = commands

    def start(self, *, now: float) -> list[Outcome]:
        """Go."""
        del now
        return [*self._commands, self._follow]


class AskingRun(Run):
    """Asking one question at a time."""

    __slots__ = ("_name", "_question", "_scene")

    _question: Question

    def __init__(self, name: str, scene: Scene) -> None:
        """The question is made by the step."""
        self._name = name
        self._scene = scene

    def feed(self, event: Event, *, now: float) -> list[Outcome]:
        """A key or the end of the prompt."""
        return self._hear(self._question.feed(event, now=now), now=now)

    def handle_timeout(self, *, now: float) -> list[Outcome]:
        """Silence."""
        return self._hear(self._question.handle_timeout(now=now), now=now)

    def next_timeout(self) -> float | None:
        """The question's."""
        return self._question.next_timeout()

    def close(self) -> None:
        """Wipe what was typed."""
        self._question.close()

    def answered(self, entry: Secret, *, now: float) -> list[Outcome]:
        """The caller typed an entry: judge it; it is wiped then."""
        raise NotImplementedError

    def cancelled(self, *, now: float) -> list[Outcome]:
        """The caller pressed the cancel key with nothing typed."""
        return self._hear(self._question.again(now=now), now=now)  # keys typed ahead may answer it at once

    def _hear(self, outcomes: list[Outcome], *, now: float) -> list[Outcome]:
        heard: list[Outcome] = []
        for each in outcomes:
            match each:
                case Answer(entry):
                    heard += self.answered(entry, now=now)
                    entry.wipe()
                case Cancelled():
                    heard += self.cancelled(now=now)
                case _:
                    heard.append(each)
        return heard
