"""Filling a form: one caller, field by field, to the back end's answer. Entries are wiped on every way out.

Keys typed before a secure form are void, and keys typed inside it never reach the step after it.
"""

from __future__ import annotations

from enum import Enum, auto
from types import MappingProxyType
from typing import TYPE_CHECKING

from ivr.actions import GOOD
from ivr.collect import Grammar
from ivr.commands import BeginSecure, EndSecure
from ivr.fields import CardNumberField, Setting
from ivr.inquiry import Inquiry
from ivr.question import Answer, Cancelled, Outcome, Question
from ivr.run import Run
from ivr.scene import Follow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from base.secret import Secret
    from ivr.branch import Branch, PromptIds
    from ivr.events import BackEndReplied, Event
    from ivr.manners import Manners
    from ivr.scene import Scene
    from ivr.steps.form import FormStep

YES = "1"
YES_OR_NO = "12"


class Asked(Enum):
    """What the caller is being asked."""

    FIELD = auto()
    FIELD_CONFIRM = auto()
    FORM_CONFIRM = auto()
    NOTHING = auto()  # the back end is


class FormRun(Run):
    """One caller in one form."""

    def __init__(
        self, step: FormStep, name: str, scene: Scene, *, known: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """Nothing is said before `start`; what is `known` is submitted and not asked."""
        self._step = step
        self._name = name
        self._scene = scene
        self._known = known
        self._fields = [each for each in step.fields if each.name not in known]
        self._entries: dict[str, Secret] = {}
        self._at = 0
        self._asked = Asked.FIELD
        self._restarts = 0
        self._inquiry: Inquiry | None = None
        self._question = Question(
            scene, step=name, manners=scene.menus.manners[name], grammar=Grammar(maximum=1), prompts=()
        )  # replaced by the first field's

    def start(self, *, now: float) -> list[Outcome]:
        """Close the door behind card data, then ask the first field."""
        begun: list[Outcome] = []
        if self._scene.attempts.get(self._name, 0) >= self._step.attempts.per_call:
            return [Follow(self._too_many())]
        if self._step.secure:
            self._scene.keys.flush()
            begun = [*self._scene.stop(), BeginSecure()]
        if not self._fields:
            return [*begun, *self._submit(now=now)]
        return [*begun, *self._ask_field(self._step.intro, now=now)]

    def feed(self, event: Event, *, now: float) -> list[Outcome]:
        """A key, the end of a prompt, or the back end's answer."""
        if self._inquiry is None or self._asked is not Asked.NOTHING:
            return self._hear(self._question.feed(event, now=now), now=now)
        reply = self._inquiry.feed(event)
        return self._resolve(self._inquiry, reply, now=now) if reply is not None else []

    def handle_timeout(self, *, now: float) -> list[Outcome]:
        """Silence of the caller, or of the back end."""
        if self._inquiry is None or self._asked is not Asked.NOTHING:
            return self._hear(self._question.handle_timeout(now=now), now=now)
        reply = self._inquiry.handle_timeout(now=now)
        return self._resolve(self._inquiry, reply, now=now) if reply is not None else []

    def next_timeout(self) -> float | None:
        """The question's, or the back end's."""
        if self._inquiry is not None and self._asked is Asked.NOTHING:
            return self._inquiry.deadline
        return self._question.next_timeout()

    def close(self) -> None:
        """Wipe everything."""
        self._question.close()
        if self._inquiry is not None:
            self._inquiry.close()
        self._wipe()

    def _ask_field(self, before: PromptIds = (), *, now: float) -> list[Outcome]:
        field = self._fields[self._at]
        self._asked = Asked.FIELD
        manners = self._scene.menus.manners[f"{self._name}.{field.name}"]
        self._question = self._new_question(
            manners, field.grammar(manners, self._setting(now=now)), field.prompt, field.reprompt or ()
        )
        return self._hear(self._question.ask((*before, *field.prompt), now=now), now=now)

    def _ask_confirm(self, prompt: str, asked: Asked, *, now: float) -> list[Outcome]:
        self._asked = asked
        manners = self._scene.menus.manners[self._name]
        self._question = self._new_question(
            manners,
            Grammar(maximum=1, terminator=manners.terminator, cancel=manners.cancel_key),
            (prompt,),
        )
        return self._hear(self._question.ask(now=now), now=now)

    def _new_question(
        self, manners: Manners, grammar: Grammar, prompts: PromptIds, reprompts: PromptIds = ()
    ) -> Question:
        return Question(
            self._scene,
            step=self._name,
            manners=manners,
            grammar=grammar,
            prompts=prompts,
            reprompts=reprompts,
        )

    def _hear(self, outcomes: list[Outcome], *, now: float) -> list[Outcome]:
        heard: list[Outcome] = []
        for each in outcomes:
            match each:
                case Answer(entry) if self._asked is Asked.FIELD:
                    heard += self._judge(entry, now=now)
                case Answer(entry):
                    heard += self._confirmed(entry, now=now)
                case Cancelled():
                    heard += self._cancelled(now=now)
                case Follow(branch):
                    heard += self._leave(branch)
                case _:
                    heard.append(each)
        return heard

    def _judge(self, entry: Secret, *, now: float) -> list[Outcome]:
        field = self._fields[self._at]
        reason = field.refusal(entry, self._setting(now=now))
        kept: dict[str, str | int | bool | None] = {
            "field": field.name,
            "field_type": field.type,
            "length": len(entry),
            "valid": reason is None,
            "reason": reason,
        }
        record = self._scene.record("field.captured", step=self._name, **kept)
        if reason is not None:
            entry.wipe()
            return [
                record,
                *self._hear(self._question.refuse(field.invalid.get(reason, ()), now=now), now=now),
            ]
        self._keep(field.name, entry)
        known = self._scene.keep(field.spoken(entry, self._setting(now=now)))
        if field.confirm is not None:
            return [record, *known, *self._ask_confirm(field.confirm, Asked.FIELD_CONFIRM, now=now)]
        return [record, *known, *self._next_field(now=now)]

    def _next_field(self, *, now: float) -> list[Outcome]:
        self._at += 1
        if self._at < len(self._fields):
            return self._ask_field(now=now)
        if self._step.confirm is not None:
            return self._ask_confirm(self._step.confirm, Asked.FORM_CONFIRM, now=now)
        return self._submit(now=now)

    def _confirmed(self, entry: Secret, *, now: float) -> list[Outcome]:
        if not entry.satisfies(lambda typed: len(typed) == 1 and typed in YES_OR_NO):
            return self._hear(self._question.refuse(now=now), now=now)
        yes = entry.reveal() == YES
        record = self._scene.record(
            "menu.input", step=self._name, digits=1, result="confirmed" if yes else "corrected"
        )
        if self._asked is Asked.FORM_CONFIRM:
            return [record, *(self._submit(now=now) if yes else self._begin_again(now=now))]
        return [record, *(self._next_field(now=now) if yes else self._ask_field(now=now))]

    def _begin_again(self, *, now: float) -> list[Outcome]:
        self._restarts += 1
        menus = self._scene.menus
        if self._restarts >= menus.manners[self._name].max_failures:
            return self._leave(menus.on_max_failures[self._name])
        self._wipe()
        self._at = 0
        return self._ask_field(now=now)

    def _cancelled(self, *, now: float) -> list[Outcome]:
        if self._step.on_cancel is not None:
            return self._leave(self._step.on_cancel)
        return self._hear(self._question.refuse(now=now), now=now)

    def _submit(self, *, now: float) -> list[Outcome]:
        submit, scene = self._step.submit, self._scene
        if submit is None:
            return self._leave(self._step.next or self._too_many())
        self._asked = Asked.NOTHING
        fields: dict[str, Secret | str] = dict(self._known)
        setting = self._setting(now=now)
        for field in self._fields:
            fields.update(field.submitted(self._entries[field.name], setting))
        self._inquiry = Inquiry(scene, self._name, submit)
        return self._inquiry.ask(fields, now=now)

    def _resolve(self, inquiry: Inquiry, reply: BackEndReplied, *, now: float) -> list[Outcome]:
        scene, results = self._scene, self._step.results
        result, known = inquiry.settle(reply, results)
        branch = results[result]
        if result not in GOOD:
            scene.attempts[self._name] = scene.attempts.get(self._name, 0) + 1
        if not branch.retry:
            return [*known, *self._leave(branch)]
        if scene.attempts.get(self._name, 0) >= self._step.attempts.per_call:
            return [*known, *self._leave(self._too_many())]
        self._at = self._retried_from(branch.retry if isinstance(branch.retry, str) else None)
        scene.keys.flush()
        return [*known, *self._ask_field(branch.say, now=now)]

    def _retried_from(self, field: str | None) -> int:
        """The field to ask first again; what was typed from there on is wiped."""
        whole = [each.name for each in self._step.fields]
        kept = whole[: whole.index(field)] if field is not None else ()
        first = sum(each.name in kept for each in self._fields)
        for each in self._fields[first:]:
            self._forget(each.name)
        return first

    def _too_many(self) -> Branch:
        """Where tries without success lead: as the form says, or the way of `locked`, or that of too many slips."""
        locked = self._step.attempts.then or self._step.results.get("locked")
        return locked or self._scene.menus.on_max_failures[self._name]

    def _leave(self, branch: Branch) -> list[Outcome]:
        scene = self._scene
        self.close()
        if not self._step.secure:
            return [*scene.stop(), Follow(branch)]
        scene.keys.flush()
        return [*scene.stop(), EndSecure(), Follow(branch)]

    def _setting(self, *, now: float) -> Setting:
        cards = (each.name for each in self._fields if isinstance(each, CardNumberField))
        card = self._entries.get(next(cards, ""))
        return Setting(self._scene.today(now=now), self._scene.language, card)

    def _keep(self, name: str, entry: Secret) -> None:
        self._forget(name)
        self._entries[name] = entry

    def _forget(self, name: str) -> None:
        old = self._entries.pop(name, None)
        if old is not None:
            old.wipe()

    def _wipe(self) -> None:
        for name in list(self._entries):
            self._forget(name)
