"""Step `queue`: hand the caller to a queue of people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from base.document import Part
from ivr.branch import Branch, PromptIds
from ivr.scene import Follow, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.events import Event
    from ivr.question import Outcome
    from ivr.steps.step import Exit, Location


class QueueStep(Part):
    """As written by the administrator."""

    type: Literal["queue"]
    queue: str
    say: PromptIds = ()
    priority: int = Field(default=0, ge=0, le=100)
    requires: dict[str, Annotated[int, Field(ge=0, le=5)]] = Field(default_factory=dict)

    def run(self, name: str, scene: Scene) -> LeaveRun:
        """Serve one call."""
        return LeaveRun(self._branch())

    def exits(self) -> Iterator[Exit]:
        """Where it can lead."""
        yield (), self._branch()

    def silent_exits(self) -> Iterator[Branch]:
        """Where it leads a caller who does nothing."""
        yield self._branch()

    def says(self) -> Iterator[tuple[Location, str]]:
        """Its words belong to its one exit."""
        return iter(())

    def _branch(self) -> Branch:
        return Branch(queue=self.queue, say=self.say, priority=self.priority, requires=self.requires)


class LeaveRun:
    """Going to one place at once."""

    def __init__(self, branch: Branch) -> None:
        """The branch says where and with which words."""
        self._branch = branch

    def start(self, *, now: float) -> list[Outcome]:
        """Go."""
        return [Follow(self._branch)]

    def feed(self, event: Event, *, now: float) -> list[Outcome]:
        """Nothing is awaited."""
        return []

    def handle_timeout(self, *, now: float) -> list[Outcome]:
        """Nothing is awaited."""
        return []

    def next_timeout(self) -> float | None:
        """Never."""
        return None

    def close(self) -> None:
        """Nothing is kept."""
