"""Step `form`: ask typed fields one by one, read back, submit to the client's system, and go by its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from base.document import Part
from ivr.actions import ACTIONS
from ivr.branch import Branch, PromptIds, Result, id_of
from ivr.fields import AnyField
from ivr.filling import FormRun
from ivr.inquiry import Submit
from ivr.manners import WORDINGS
from ivr.steps.step import AskingStep, Exit, Finding, Location, built_in, optional, prompts_at

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from ivr.manners import Asking
    from ivr.scene import Scene


class Attempts(Part):
    """How often one caller may submit in vain in one visit; limits of calls, cards and callers are the back end's."""

    per_call: Annotated[int, Field(ge=1, le=5)] = 3
    then: Branch | None = None
    """Where tries without success lead; the way of `locked` unless given."""


class FormStep(AskingStep):
    """As written by the administrator."""

    type: Literal["form"]
    secure: bool = False
    intro: PromptIds = ()
    fields: tuple[AnyField, ...] = Field(min_length=1)
    confirm: str | None = None
    """A prompt that reads back and asks 1 to go on, 2 to begin again."""
    submit: Submit | None = None
    results: dict[str, Result] = Field(default_factory=dict)
    next: Branch | None = None
    """Where a form leads that submits nothing: its fields are attributes from then on."""
    attempts: Attempts = Attempts()
    on_cancel: Branch | None = None

    def run(self, name: str, scene: Scene) -> FormRun:
        """Serve one call."""
        return FormRun(self, name, scene)

    def exits(self) -> Iterator[Exit]:
        """The answers of the client's system, or on; then cancelling and the limits."""
        for result, branch in self.results.items():
            if not branch.retry:
                yield ("results", result), branch
        yield from optional("next", self.next)
        yield from optional("on_cancel", self.on_cancel)
        if self.attempts.then is not None:
            yield ("attempts", "then"), self.attempts.then
        yield from super().exits()

    def says(self) -> Iterator[tuple[Location, str]]:
        """Introduction, fields, read-back, processing."""
        yield from prompts_at("intro", self.intro)
        yield from super().says()
        if self.confirm is not None:
            yield ("confirm",), self.confirm
        for prompt in self.submit.processing if self.submit is not None else ():
            yield ("submit", "processing"), id_of(prompt)
        for result, branch in self.results.items():
            if branch.retry:
                yield from ((("results", result, "say"), id_of(prompt)) for prompt in branch.say)
        for at, field in enumerate(self.fields):
            for name in ("prompt", "reprompt", *WORDINGS):
                for (key,), prompt in prompts_at(name, getattr(field, name)):
                    yield ("fields", at, key), prompt
            for reason, prompts in field.invalid.items():
                yield from ((("fields", at, "invalid", reason), id_of(prompt)) for prompt in prompts)
            if field.confirm is not None:
                yield ("fields", at, "confirm"), field.confirm

    def layers(self) -> Iterator[tuple[str, tuple[Asking, ...]]]:
        """The form's own for its read-back, and each field's."""
        yield "", (self,)
        yield from ((f".{field.name}", (self, field)) for field in self.fields)

    def sets(self) -> Mapping[str, str]:
        """What may be spoken of the fields, and the facts of the answer."""
        kinds = {name: kind for field in self.fields for name, kind in field.attributes().items()}
        action = ACTIONS.get(self.submit.action) if self.submit is not None else None
        return kinds | (action.fact_kinds() if action is not None else {})

    def sets_at(self, at: Location) -> Collection[str]:
        """The fields are known behind an answer, the facts behind a good one."""
        asked = {name for field in self.fields for name in field.attributes()}
        if at[:1] == ("results",) and self.submit is not None:
            return asked.union(self.submit.told(str(at[1])))
        return asked if at[:1] == ("next",) else ()

    def helpless_exits(self) -> Iterator[Branch]:
        """Once all its tries are used up it is left at once, without a question."""
        yield from super().helpless_exits()
        used_up = self.attempts.then or self.results.get("locked")
        if used_up is not None:
            yield used_up

    def reads(self) -> Iterator[tuple[Location, str]]:
        """Attributes that are submitted."""
        for name, attribute in self.submit.using.items() if self.submit is not None else ():
            yield ("submit", "using", name), attribute

    def faults(self) -> Iterator[Finding]:
        """It submits and has results, or it leads on; what is tried again is one of its fields."""
        if (self.submit is None) == (self.next is None):
            yield Finding(
                ("fields",), "a form either submits or leads on", "write submit: with results:, or next:"
            )
        for place, field in enumerate(self.fields):
            for name in field.attributes():
                yield from built_in(name, ("fields", place, "name"))
        names = [field.name for field in self.fields]
        for result, branch in self.results.items():
            at = ("results", result, "retry")
            if not isinstance(branch.retry, str):
                continue
            if branch.retry not in names:
                yield Finding(at, f"there is no field {branch.retry} to try again from", "name a field of it")
            elif any(field.is_sensitive for field in self.fields[: names.index(branch.retry)]):
                # What was sent is wiped by whoever answers.
                what = f"what was typed before {branch.retry} is wiped and cannot be sent again"
                yield Finding(at, what, "try again from the first sensitive field, or put it first")
