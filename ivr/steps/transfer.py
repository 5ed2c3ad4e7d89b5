"""Step `transfer`: hand the caller to a telephone number, a phone of the house, an agent or an address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ivr.branch import Branch
from ivr.run import Passing
from ivr.steps.step import Exit, Finding, StepPart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.scene import Scene

WAYS = ("dial", "extension", "agent", "uri")


class TransferStep(StepPart):
    """As written by the administrator."""

    type: Literal["transfer"]
    to: Branch
    failed: Branch
    """The step to come back to when nobody answers there."""

    def run(self, name: str, scene: Scene) -> Passing:
        """Serve one call."""
        del name, scene
        return Passing(self.to, otherwise=self.failed.goto)

    def exits(self) -> Iterator[Exit]:
        """The other place, and the way back."""
        yield ("to",), self.to
        yield ("failed",), self.failed

    def faults(self) -> Iterator[Finding]:
        """It leads to somebody who may not answer."""
        if not any(getattr(self.to, way) for way in WAYS):
            mend = f"write {', '.join(WAYS)}; a queue has a step of its own"
            yield Finding(("to",), "a transfer leads to a party outside the menus", mend)
        if self.failed.goto is None or self.failed.say:
            yield Finding(("failed",), "who is not answered comes back to a step", "name the step alone")
