"""Step `hangup`: take leave in words, then end the call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from base.document import Part
from ivr.branch import Branch, PromptIds
from ivr.steps.queue import LeaveRun

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.scene import Scene
    from ivr.steps.step import Exit, Location


class HangupStep(Part):
    """As written by the administrator."""

    type: Literal["hangup"]
    say: PromptIds = ()

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
        return Branch(hangup=True, say=self.say)
