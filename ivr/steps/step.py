"""What every step type offers: a model with its exits and prompts for the checker, and a run for one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Protocol

from pydantic import BeforeValidator

from ivr.branch import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.events import Event
    from ivr.question import Outcome

Location = tuple[str | int, ...]
Exit = tuple[Location, Branch]

Next = Annotated[Branch, BeforeValidator(lambda given: {"goto": given} if isinstance(given, str) else given)]
"""A branch, or just the name of the step that follows."""


class StepRun(Protocol):
    """One step serving one call."""

    def start(self, *, now: float) -> list[Outcome]:
        """The step begins."""

    def feed(self, event: Event, *, now: float) -> list[Outcome]:
        """Something happened."""

    def handle_timeout(self, *, now: float) -> list[Outcome]:
        """A deadline may have passed."""

    def next_timeout(self) -> float | None:
        """When to look again."""

    def close(self) -> None:
        """The caller is gone: wipe what was typed."""


def optional(name: str, branch: Branch | None) -> Iterator[Exit]:
    """An exit that may be left out."""
    if branch is not None:
        yield (name,), branch


def prompts_at(name: str, prompts: tuple[str, ...] | None) -> Iterator[tuple[Location, str]]:
    """The prompts of one key, for the checker."""
    for prompt in prompts or ():
        yield (name,), prompt
