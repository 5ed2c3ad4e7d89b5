"""Step `lookup`: ask the client company's system without asking the caller, and go by its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ivr.actions import ACTIONS
from ivr.branch import Result, id_of
from ivr.inquiry import Inquiry, Submit
from ivr.run import Run
from ivr.scene import Follow
from ivr.steps.step import Exit, Location, StepPart

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from ivr.branch import Branch
    from ivr.events import BackEndReplied, Event
    from ivr.question import Outcome
    from ivr.scene import Scene


class LookupStep(StepPart):
    """As written by the administrator."""

    type: Literal["lookup"]
    submit: Submit
    results: dict[str, Result]

    def run(self, name: str, scene: Scene) -> LookupRun:
        """Serve one call."""
        return LookupRun(self, name, scene)

    def exits(self) -> Iterator[Exit]:
        """The answers."""
        yield from ((("results", result), branch) for result, branch in self.results.items())

    def says(self) -> Iterator[tuple[Location, str]]:
        """What bridges the wait."""
        yield from ((("submit", "processing"), id_of(prompt)) for prompt in self.submit.processing)

    def sets(self) -> Mapping[str, str]:
        """The facts of the answer."""
        action = ACTIONS.get(self.submit.action)
        return action.fact_kinds() if action is not None else {}

    def sets_at(self, at: Location) -> Collection[str]:
        """The facts, behind a good answer."""
        return self.submit.told(str(at[1])) if at[:1] == ("results",) else ()

    def reads(self) -> Iterator[tuple[Location, str]]:
        """Attributes that are submitted."""
        for name, attribute in self.submit.using.items():
            yield ("submit", "using", name), attribute


class LookupRun(Run):
    """Asking for one caller."""

    __slots__ = ("_inquiry", "_step")

    def __init__(self, step: LookupStep, name: str, scene: Scene) -> None:
        """Nothing is asked before `start`."""
        self._step = step
        self._inquiry = Inquiry(scene, name, step.submit)

    def start(self, *, now: float) -> list[Outcome]:
        """Ask."""
        return self._inquiry.ask({}, now=now)

    def feed(self, event: Event, *, now: float) -> list[Outcome]:
        """The answer."""
        del now
        return self._go(self._inquiry.feed(event))

    def handle_timeout(self, *, now: float) -> list[Outcome]:
        """No answer in time."""
        return self._go(self._inquiry.handle_timeout(now=now))

    def next_timeout(self) -> float | None:
        """The end of the wait."""
        return self._inquiry.deadline

    def close(self) -> None:
        """Wipe what was sent."""
        self._inquiry.close()

    def _go(self, reply: BackEndReplied | None) -> list[Outcome]:
        if reply is None:
            return []
        result, known = self._inquiry.settle(reply, self._step.results)
        branch: Branch = self._step.results[result]
        return [*known, Follow(branch)]
