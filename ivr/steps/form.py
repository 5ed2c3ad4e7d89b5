"""Step `form`: ask typed fields one by one, read back, submit to the client's system, and go by its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from base.document import Part
from base.durations import Seconds
from ivr.branch import Branch, PromptIds, Result
from ivr.fields import AnyField
from ivr.filling import FormRun
from ivr.manners import Asking
from ivr.steps.step import Exit, Location, optional, prompts_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.scene import Scene


class Submit(Part):
    """Which transaction, how long its answer may take, and what is said meanwhile."""

    action: str
    timeout: Seconds = 8.0
    processing: PromptIds = ()


class Attempts(Part):
    """How often one caller may submit in one call; the back end counts per card and per caller."""

    per_call: Annotated[int, Field(ge=1, le=5)] = 3


class FormStep(Asking):
    """As written by the administrator."""

    type: Literal["form"]
    secure: bool = False
    intro: PromptIds = ()
    fields: tuple[AnyField, ...] = Field(min_length=1)
    confirm: str | None = None
    """A prompt that reads back and asks 1 to go on, 2 to begin again."""
    submit: Submit
    results: dict[str, Result]
    attempts: Attempts = Attempts()
    on_cancel: Branch | None = None
    on_max_timeouts: Branch | None = None
    on_max_failures: Branch | None = None

    def run(self, name: str, scene: Scene) -> FormRun:
        """Serve one call."""
        return FormRun(self, name, scene)

    def exits(self) -> Iterator[Exit]:
        """Where it can lead."""
        for result, branch in self.results.items():
            if not branch.retry:
                yield ("results", result), branch
        for name in ("on_cancel", "on_max_timeouts", "on_max_failures"):
            yield from optional(name, getattr(self, name))

    def silent_exits(self) -> Iterator[Branch]:
        """Where it leads a caller who does nothing."""
        if self.on_max_timeouts is not None:
            yield self.on_max_timeouts

    def says(self) -> Iterator[tuple[Location, str]]:
        """What it speaks."""
        for name in ("intro", "noinput", "nomatch"):
            yield from prompts_at(name, getattr(self, name))
        if self.confirm is not None:
            yield ("confirm",), self.confirm
        yield from ((("submit", "processing"), prompt) for prompt in self.submit.processing)
        for result, branch in self.results.items():
            if branch.retry:
                yield from ((("results", result, "say"), prompt) for prompt in branch.say)
        for at, field in enumerate(self.fields):
            for name in ("prompt", "reprompt", "noinput", "nomatch"):
                for (key,), prompt in prompts_at(name, getattr(field, name)):
                    yield ("fields", at, key), prompt
            for reason, prompts in field.invalid.items():
                yield from ((("fields", at, "invalid", reason), prompt) for prompt in prompts)
            if field.confirm is not None:
                yield ("fields", at, "confirm"), field.confirm
