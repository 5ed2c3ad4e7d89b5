"""Step `payment`: the amount that is due or another, the card, a read-back, and the charge. Always secure.

A declined card may be followed by another; a charge without an answer is `unknown` and never made again.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator

from base.durations import Seconds
from ivr.branch import Branch, PromptIds, Result
from ivr.collect import Grammar
from ivr.fields import AnyField
from ivr.fields.amount import AmountField
from ivr.fields.card_number import CardNumberField
from ivr.fields.cvv import CvvField
from ivr.fields.expiry import ExpiryField
from ivr.filling import FormRun
from ivr.inquiry import Submit
from ivr.manners import Asking
from ivr.question import Question
from ivr.run import AskingRun
from ivr.steps.form import Attempts, FormStep
from ivr.steps.step import AskingStep, Exit, Finding, Location, optional, prompts_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from base.secret import Secret
    from ivr.events import Event
    from ivr.question import Outcome
    from ivr.scene import Scene

ACTION = "payment.charge"
DUE, OTHER = "1", "2"


def _named(name: str, kind: str) -> Callable[[Any], Any]:
    """Fields of a payment have their names and types by their place."""
    return lambda given: {"name": name, "type": kind, **given} if isinstance(given, dict) else given


class PaymentStep(AskingStep):
    """As written by the administrator."""

    type: Literal["payment"]
    intro: PromptIds = ()
    due: str | None = None
    """The attribute with the amount that is due, as a lookup gave it; asked for where it is not known."""
    choose: PromptIds | None = None
    """Asks 1 to pay what is due, 2 for another amount; without it what is due is paid."""
    fields: tuple[AnyField, ...] = ()
    """What else is asked first: an order, an invoice."""
    amount: Annotated[AmountField, BeforeValidator(_named("amount", "amount"))]
    card: Annotated[CardNumberField, BeforeValidator(_named("card", "card_number"))]
    expiry: Annotated[ExpiryField, BeforeValidator(_named("expiry", "expiry"))]
    cvv: Annotated[CvvField, BeforeValidator(_named("cvv", "cvv"))]
    confirm: str
    """Reads back amount and card, and asks 1 to pay, 2 to begin again."""
    answer_within: Seconds = 12.0
    processing: PromptIds = ()
    results: dict[str, Result]
    """`declined: {retry: true}` asks for another card."""
    attempts: Attempts = Attempts(per_call=2)
    on_cancel: Branch | None = None

    def run(self, name: str, scene: Scene) -> PaymentRun:
        """Serve one call."""
        return PaymentRun(self, name, scene)

    @cached_property
    def form(self) -> FormStep:
        """The payment as a form that asks the amount."""
        return self._form(self.amount)

    @cached_property
    def form_of_due(self) -> FormStep:
        """The payment as a form whose amount is known."""
        return self._form()

    def exits(self) -> Iterator[Exit]:
        """The answers, cancelling, the limits."""
        for result, branch in self.results.items():
            if not branch.retry:
                yield ("results", result), branch
        yield from optional("on_cancel", self.on_cancel)
        if self.attempts.then is not None:
            yield ("attempts", "then"), self.attempts.then
        yield from super().exits()

    def says(self) -> Iterator[tuple[Location, str]]:
        """What its form says, and the choice of the amount."""
        yield from prompts_at("choose", self.choose)
        for at, prompt in self.form.says():
            yield self._place(at), prompt

    def layers(self) -> Iterator[tuple[str, tuple[Asking, ...]]]:
        """Those of its form."""
        yield from self.form.layers()

    def sets(self) -> Mapping[str, str]:
        """What its form does."""
        return self.form.sets()

    def reads(self) -> Iterator[tuple[Location, str]]:
        """What is due."""
        if self.due is not None:
            yield ("due",), self.due

    def faults(self) -> Iterator[Finding]:
        """A choice needs something to choose; and what its form finds."""
        if self.choose is not None and self.due is None:
            yield Finding(
                ("choose",), "there is nothing to choose", "name the attribute of the amount: due: ..."
            )
        for each in self.form.faults():
            yield Finding(self._place(each.at), each.what, each.mend)

    def _form(self, *amount: AmountField) -> FormStep:
        asking = {name: getattr(self, name) for name in Asking.model_fields}
        results = {
            name: each.model_copy(update={"retry": "card"}) if each.retry is True else each
            for name, each in self.results.items()
        }
        return FormStep(
            type="form",
            secure=True,
            intro=self.intro,
            fields=(*self.fields, *amount, self.card, self.expiry, self.cvv),
            confirm=self.confirm,
            submit=Submit(action=ACTION, timeout=self.answer_within, processing=self.processing),
            results=results,
            attempts=self.attempts,
            on_cancel=self.on_cancel,
            **asking,
        )

    def _place(self, at: Location) -> Location:
        """A place of its form, as the administrator wrote it."""
        match at:
            case ("fields", int(index), *rest) if index >= len(self.fields):
                return (self.form.fields[index].name, *rest)
            case ("submit", "processing"):
                return ("processing",)
            case _:
                return at


class PaymentRun(AskingRun):
    """One caller paying: first which amount, then the form."""

    __slots__ = ("_form", "_step")

    def __init__(self, step: PaymentStep, name: str, scene: Scene) -> None:
        """Nothing is said before `start`."""
        super().__init__(name, scene)
        self._step = step
        self._form: FormRun | None = None
        self._question = Question(
            scene,
            step=name,
            manners=scene.menus.manners[name],
            grammar=Grammar(maximum=1),
            prompts=step.choose or (),
        )

    def start(self, *, now: float) -> list[Outcome]:
        """Offer what is due, where that is known and more than nothing."""
        due = self._scene.attributes.get(self._step.due or "", "")
        minor, _, currency = due.partition(" ")
        if not minor.isdecimal() or not int(minor) or currency != self._step.amount.currency:
            return self._fill(self._step.form, {}, now=now)
        if self._step.choose is None:
            return self._pay_due(now=now)
        return self._hear(self._question.ask(now=now), now=now)

    def feed(self, event: Event, *, now: float) -> list[Outcome]:
        """The form's, once it has begun."""
        return self._form.feed(event, now=now) if self._form is not None else super().feed(event, now=now)

    def handle_timeout(self, *, now: float) -> list[Outcome]:
        """The form's, once it has begun."""
        form = self._form
        return form.handle_timeout(now=now) if form is not None else super().handle_timeout(now=now)

    def next_timeout(self) -> float | None:
        """The form's, once it has begun."""
        return self._form.next_timeout() if self._form is not None else super().next_timeout()

    def close(self) -> None:
        """Wipe everything."""
        super().close()
        if self._form is not None:
            self._form.close()

    def answered(self, entry: Secret, *, now: float) -> list[Outcome]:
        """What is due, or another amount."""
        key = entry.reveal()
        entry.wipe()
        if key not in (DUE, OTHER):
            return self._hear(self._question.refuse(now=now), now=now)
        result = "due" if key == DUE else "other amount"
        record = self._scene.record("menu.input", step=self._name, digits=1, result=result)
        paying = self._pay_due(now=now) if key == DUE else self._fill(self._step.form, {}, now=now)
        return [record, *paying]

    def _pay_due(self, *, now: float) -> list[Outcome]:
        due = self._scene.attributes[self._step.due or ""]
        minor, _, currency = due.partition(" ")
        known = self._scene.keep({"amount": due})  # it is read back, and told after the charge
        fields = {"amount": minor, "currency": currency}
        return [*known, *self._fill(self._step.form_of_due, fields, now=now)]

    def _fill(self, form: FormStep, known: Mapping[str, str], *, now: float) -> list[Outcome]:
        self._form = FormRun(form, self._name, self._scene, known=known)
        return self._form.start(now=now)
