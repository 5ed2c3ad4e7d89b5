"""Step `payment`: the amount that is due or another, the card, a read-back, and the charge. Always secure.

A declined card may be followed by another; a charge without an answer is `unknown` and never made again.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator

from ivr.branch import Branch, PromptIds, Result
from ivr.choosing import ChoosingRun
from ivr.fields import AnyField
from ivr.fields.amount import AmountField
from ivr.fields.card_number import CardNumberField
from ivr.fields.cvv import CvvField
from ivr.fields.expiry import ExpiryField
from ivr.inquiry import Submit, Wait
from ivr.manners import Asking
from ivr.steps.form import Attempts, FormStep
from ivr.steps.step import AskingStep, Exit, Finding, Location, optional, prompts_at

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from ivr.question import Outcome
    from ivr.scene import Scene

ACTION = "payment.charge"


def named(name: str, kind: str) -> Callable[[Any], Any]:
    """For fields that have their name and type by their place."""
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
    amount: Annotated[AmountField, BeforeValidator(named("amount", "amount"))]
    card: Annotated[CardNumberField, BeforeValidator(named("card", "card_number"))]
    expiry: Annotated[ExpiryField, BeforeValidator(named("expiry", "expiry"))]
    cvv: Annotated[CvvField, BeforeValidator(named("cvv", "cvv"))]
    confirm: str
    """Reads back amount and card, and asks 1 to pay, 2 to begin again."""
    submit: Wait = Wait(timeout=12.0)
    results: dict[str, Result]
    """`declined: {retry: true}` asks for another card."""
    attempts: Attempts = Attempts(per_call=2)
    on_cancel: Branch | None = None

    def run(self, name: str, scene: Scene) -> PaymentRun:
        """Serve one call."""
        return PaymentRun(self, name, scene)

    @cached_property
    def form(self) -> FormStep:
        """The payment as a form."""
        asking = {name: getattr(self, name) for name in Asking.model_fields}
        results = {
            name: each.model_copy(update={"retry": "card"}) if each.retry is True else each
            for name, each in self.results.items()
        }
        return FormStep(
            type="form",
            secure=True,
            intro=self.intro,
            fields=(*self.fields, self.amount, self.card, self.expiry, self.cvv),
            confirm=self.confirm,
            submit=Submit(action=ACTION, **dict(self.submit)),
            results=results,
            attempts=self.attempts,
            on_cancel=self.on_cancel,
            **asking,
        )

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

    def sets_at(self, at: Location) -> Collection[str]:
        """What its form does."""
        return self.form.sets_at(at)

    def helpless_exits(self) -> Iterator[Branch]:
        """Those of its form."""
        return self.form.helpless_exits()

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

    def _place(self, at: Location) -> Location:
        """A place of its form, as the administrator wrote it."""
        match at:
            case ("fields", int(index), *rest) if index >= len(self.fields):
                return (self.form.fields[index].name, *rest)
            case _:
                return at


class PaymentRun(ChoosingRun):
    """One caller paying: first which amount, then the form."""

    __slots__ = ("_step",)

    def __init__(self, step: PaymentStep, name: str, scene: Scene) -> None:
        """Nothing is said before `start`."""
        super().__init__(step.form, name, scene, step.choose or ())
        self._step = step

    def start(self, *, now: float) -> list[Outcome]:
        """Offer what is due, where that is known and more than nothing."""
        minor, _, currency = self._due().partition(" ")
        if not minor.isdecimal() or not int(minor) or currency != self._step.amount.currency:
            return self.fill(now=now)
        return self.take(now=now) if self._step.choose is None else self.offer(now=now)

    def taken(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """The sum; it is read back as any other."""
        minor, _, currency = self._due().partition(" ")
        return {"amount": minor, "currency": currency}, {"amount": self._due()}

    def _due(self) -> str:
        return self._scene.attributes.get(self._step.due or "", "")
