"""Step `hangup`: take leave in words, then end the call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ivr.branch import Branch, PromptIds
from ivr.run import Passing
from ivr.steps.step import StepPart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.scene import Scene
    from ivr.steps.step import Exit


class HangupStep(StepPart):
    """As written by the administrator."""

    type: Literal["hangup"]
    say: PromptIds = ()

    def run(self, name: str, scene: Scene) -> Passing:
        """Serve one call."""
        del name, scene
        return Passing(self._branch())

    def exits(self) -> Iterator[Exit]:
        """The end."""
        yield (), self._branch()

    def _branch(self) -> Branch:
        return Branch(hangup=True, say=self.say)
