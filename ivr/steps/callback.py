"""Step `callback`: instead of waiting, the caller is called back at a number that he or she confirms by keys."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal

import phonenumbers
from pydantic import BeforeValidator

from ivr.branch import Branch, PromptIds, Result
from ivr.choosing import ChoosingRun
from ivr.fields.phone import PhoneField
from ivr.inquiry import Submit
from ivr.manners import Asking
from ivr.scene import Follow
from ivr.steps.form import FormStep
from ivr.steps.payment import named
from ivr.steps.step import AskingStep, Exit, Location, optional, prompts_at
from ivr.surroundings import CALLBACK_REFUSED, CALLBACK_STANDING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from ivr.question import Outcome
    from ivr.scene import Scene

ACTION = "callback.promise"
NUMBER = "number"


class CallbackStep(AskingStep):
    """As written by the administrator."""

    type: Literal["callback"]
    queue: str
    """Whose agents call back."""
    offer: PromptIds
    """Speaks {phone:caller} and asks 1 to be called there, 2 for another number; passed over without a number."""
    number: Annotated[PhoneField, BeforeValidator(named(NUMBER, "phone"))]
    """How another number is asked; its `confirm` speaks {phone:number} and asks 1 or 2."""
    next: Branch
    """Where the promise leads; what is said there may speak {digits:reference}."""
    failed: Branch
    """Where no promise could be made."""
    standing: Branch | None = None
    """Where a caller is led whose number is to be called back already; `next` unless given."""
    refused: Branch | None = None
    """Where a number leads that is never called back; `failed` unless given."""
    on_cancel: Branch | None = None

    def run(self, name: str, scene: Scene) -> CallbackRun:
        """Serve one call."""
        return CallbackRun(self, name, scene)

    @property
    def where_standing(self) -> Branch:
        """Where the promise stands already."""
        return self.standing if self.standing is not None else self.next

    @property
    def where_refused(self) -> Branch:
        """Where the number is never called."""
        return self.refused if self.refused is not None else self.failed

    @cached_property
    def form(self) -> FormStep:
        """Asking another number, as a form."""
        asking = {name: getattr(self, name) for name in Asking.model_fields}
        return FormStep(
            type="form",
            fields=(self.number,),
            submit=Submit(action=ACTION, given={"queue": self.queue}, using={"language": "language"}),
            results={
                "ok": Result(**dict(self.next)),
                "standing": Result(**dict(self.where_standing)),
                "refused": Result(**dict(self.where_refused)),
                "unavailable": Result(**dict(self.failed)),
            },
            on_cancel=self.on_cancel,
            **asking,
        )

    def exits(self) -> Iterator[Exit]:
        """With a promise, or without one."""
        yield ("next",), self.next
        yield ("failed",), self.failed
        yield from optional("standing", self.standing)
        yield from optional("refused", self.refused)
        yield from optional("on_cancel", self.on_cancel)
        yield from super().exits()

    def says(self) -> Iterator[tuple[Location, str]]:
        """The offer, and the question for another number."""
        yield from prompts_at("offer", self.offer)
        for at, prompt in self.form.says():
            yield (("number", *at[2:]) if at[:1] == ("fields",) else at), prompt

    def layers(self) -> Iterator[tuple[str, tuple[Asking, ...]]]:
        """Those of its form."""
        yield from self.form.layers()

    def sets(self) -> Mapping[str, str]:
        """The number, and the promise's reference."""
        return self.form.sets()

    def sets_at(self, at: Location) -> Collection[str]:
        """The number either way, the reference with a promise only."""
        result = {"next": "ok", "standing": "standing", "refused": "refused", "failed": "unavailable"}.get(
            str(at[0])
        )
        return self.form.sets_at(("results", result)) if result is not None else ()


class CallbackRun(ChoosingRun):
    """Promising one caller."""

    __slots__ = ("_step",)

    def __init__(self, step: CallbackStep, name: str, scene: Scene) -> None:
        """Nothing is said before `start`."""
        super().__init__(step.form, name, scene, step.offer)
        self._step = step

    def start(self, *, now: float) -> list[Outcome]:
        """Offer the number that the caller calls from, where it is one that can be called and is not to be already."""
        number = self._callable()
        if number is None:
            return self.fill(now=now)
        verdict, reference = self._scene.surroundings.callback(self._step.queue, number)
        if verdict == CALLBACK_STANDING:
            known = self._scene.keep({NUMBER: number, "reference": reference})
            record = self._scene.record("menu.branch", step=self._name, why=NUMBER, result=verdict)
            return [record, *known, Follow(self._step.where_standing)]
        return self.fill(now=now) if verdict == CALLBACK_REFUSED else self.offer(now=now)

    def taken(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """The number in the form of E.164."""
        known = {NUMBER: self._callable() or ""}
        return known, known

    def _callable(self) -> str | None:
        try:
            number = phonenumbers.parse(self._scene.caller.caller, None)
        except phonenumbers.NumberParseException:
            return None
        whole: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        return whole if phonenumbers.is_valid_number(number) else None
