"""Step `queue`: hand the caller to a queue of people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ivr.branch import Branch, PromptIds
from ivr.run import Passing
from ivr.steps.step import StepPart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.scene import Scene
    from ivr.steps.step import Exit


class QueueStep(StepPart):
    """As written by the administrator."""

    type: Literal["queue"]
    queue: str
    say: PromptIds = ()
    priority: int = Field(default=0, ge=0, le=100)
    requires: dict[str, Annotated[int, Field(ge=0, le=5)]] = Field(default_factory=dict)

    def run(self, name: str, scene: Scene) -> Passing:
        """Serve one call."""
        del name, scene
        return Passing(self._branch())

    def exits(self) -> Iterator[Exit]:
        """The queue."""
        yield (), self._branch()

    def _branch(self) -> Branch:
        return Branch(queue=self.queue, say=self.say, priority=self.priority, requires=self.requires)
