"""A question with two answers before a form: whether what is known is taken, or asked for."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from ivr.collect import Grammar
from ivr.filling import FormRun
from ivr.question import Question
from ivr.run import AskingRun

if TYPE_CHECKING:
    from collections.abc import Mapping

    from base.secret import Secret
    from ivr.branch import PromptIds
    from ivr.events import Event
    from ivr.question import Outcome
    from ivr.scene import Scene
    from ivr.steps.form import FormStep

TAKE, ASK = "1", "2"
NOTHING: Mapping[str, str] = MappingProxyType({})


class ChoosingRun(AskingRun):
    """One caller: first the question, then the form."""

    __slots__ = ("_filling", "_form")

    def __init__(self, form: FormStep, name: str, scene: Scene, prompts: PromptIds) -> None:
        """Nothing is said before `start`."""
        super().__init__(name, scene)
        self._form = form
        self._filling: FormRun | None = None
        manners = scene.menus.manners[name]
        self._question = Question(
            scene, step=name, manners=manners, grammar=Grammar(maximum=1), prompts=prompts
        )

    def taken(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """What is submitted when the caller takes what is known, and the attributes that are known from then on."""
        raise NotImplementedError

    def offer(self, *, now: float) -> list[Outcome]:
        """Ask which."""
        return self._hear(self._question.ask(now=now), now=now)

    def fill(self, known: Mapping[str, str] = NOTHING, *, now: float) -> list[Outcome]:
        """Ask what is not known."""
        self._filling = FormRun(self._form, self._name, self._scene, known=known)
        return self._filling.start(now=now)

    def take(self, *, now: float) -> list[Outcome]:
        """Go on with what is known."""
        fields, attributes = self.taken()
        return [*self._scene.keep(attributes), *self.fill(fields, now=now)]

    def answered(self, entry: Secret, *, now: float) -> list[Outcome]:
        """The one or the other."""
        key = entry.reveal()
        if key not in (TAKE, ASK):
            return self._hear(self._question.refuse(now=now), now=now)
        result = "known" if key == TAKE else "other"
        record = self._scene.record("menu.input", step=self._name, digits=1, result=result)
        return [record, *(self.take(now=now) if key == TAKE else self.fill(now=now))]

    def feed(self, event: Event, *, now: float) -> list[Outcome]:
        """The form's, once it has begun."""
        if self._filling is None:
            return super().feed(event, now=now)
        return self._filling.feed(event, now=now)

    def handle_timeout(self, *, now: float) -> list[Outcome]:
        """The form's, once it has begun."""
        if self._filling is None:
            return super().handle_timeout(now=now)
        return self._filling.handle_timeout(now=now)

    def next_timeout(self) -> float | None:
        """The form's, once it has begun."""
        if self._filling is None:
            return super().next_timeout()
        return self._filling.next_timeout()

    def close(self) -> None:
        """Wipe everything."""
        super().close()
        if self._filling is not None:
            self._filling.close()
