"""Menus as a graph of steps and ways: what the rules walk over, whether from a file under check or compiled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ivr.steps.step import AskingStep

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ivr.branch import Branch
    from ivr.compiled import CompiledMenus
    from ivr.steps.step import Exit, StepPart
    from media.catalogue import Catalogue


class Graph(Protocol):
    """Steps, the ways between them, and what is said."""

    @property
    def start(self) -> str:
        """The first step."""

    @property
    def steps(self) -> Mapping[str, StepPart]:
        """All steps by name."""

    @property
    def wording(self) -> Catalogue:
        """What may be said."""

    @property
    def languages(self) -> Sequence[str]:
        """Those declared."""

    def ways(self, name: str) -> Iterator[Exit]:
        """Every way out of a step, those that `defaults` gives it among them."""


def leads(graph: Graph, branches: Iterable[Branch]) -> Iterator[str]:
    """The steps that branches lead to."""
    yield from (branch.goto for branch in branches if branch.goto is not None and branch.goto in graph.steps)


@dataclass(frozen=True, slots=True)
class CompiledGraph:
    """A compiled menu set."""

    menus: CompiledMenus

    @property
    def start(self) -> str:
        """The first step."""
        return self.menus.start

    @property
    def steps(self) -> Mapping[str, StepPart]:
        """All steps by name."""
        return self.menus.steps

    @property
    def wording(self) -> Catalogue:
        """What may be said."""
        return self.menus.wording

    @property
    def languages(self) -> Sequence[str]:
        """Those declared."""
        return self.menus.languages

    def ways(self, name: str) -> Iterator[Exit]:
        """Every way out of a step, those that `defaults` gives it among them."""
        step = self.steps[name]
        yield from step.exits()
        if isinstance(step, AskingStep):
            for limit in ("on_max_timeouts", "on_max_failures"):
                branch = getattr(self.menus, limit).get(name)
                if branch is not None and getattr(step, limit) is None:
                    yield (limit,), branch
