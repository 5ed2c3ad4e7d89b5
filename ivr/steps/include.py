"""Step `include`: go through a module, a piece of menu kept in config/menus/modules/, and on by the way it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ivr.branch import Branch
from ivr.run import Passing
from ivr.steps.step import Exit, StepPart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.scene import Scene


class IncludeStep(StepPart):
    """As written by the administrator; loading puts the module's steps beside it, as `step/step of the module`."""

    type: Literal["include"]
    module: str
    exits_: dict[str, Branch] = Field(default_factory=dict, alias="exits")
    """Where each end of the module leads."""
    begin: str = ""
    """The module's first step; filled in by loading."""

    def run(self, name: str, scene: Scene) -> Passing:
        """Serve one call."""
        del name, scene
        return Passing(Branch(goto=self.begin))

    def exits(self) -> Iterator[Exit]:
        """Into the module; what its ends lead to stands in its steps by then."""
        if self.begin:
            yield ("module",), Branch(goto=self.begin)
