"""Step `transfer`: hand the caller to a telephone number, a phone of the house, an agent or an address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ivr.branch import Branch
from ivr.run import Passing
from ivr.steps.step import Exit, Finding, StepPart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.scene import Scene


class TransferStep(StepPart):
    """As written by the administrator."""

    type: Literal["transfer"]
    to: Branch

    def run(self, name: str, scene: Scene) -> Passing:
        """Serve one call."""
        del name, scene
        return Passing(self.to)

    def exits(self) -> Iterator[Exit]:
        """The other place."""
        yield ("to",), self.to

    def faults(self) -> Iterator[Finding]:
        """It leads out of the menus."""
        if self.to.goto is not None or self.to.hangup:
            yield Finding(
                ("to",),
                "a transfer leads out of the menus",
                "write dial, extension, agent, uri, queue or menu",
            )
