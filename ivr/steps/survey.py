"""Step `survey`: a few questions answered by one key each, such as how content the caller is from 1 to 5."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, model_validator

from base.document import Part
from ivr.branch import Branch, PromptIds
from ivr.collect import Grammar
from ivr.question import Question
from ivr.run import AskingRun
from ivr.scene import Follow
from ivr.steps.step import AskingStep, Exit, Finding, Location, prompts_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from base.secret import Secret
    from ivr.question import Outcome
    from ivr.scene import Scene


class SurveyQuestion(Part):
    """One question, answered from `least` to `most`."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    prompt: PromptIds
    least: Annotated[int, Field(ge=0, le=8)] = 1
    most: Annotated[int, Field(ge=1, le=9)] = 5


class SurveyStep(AskingStep):
    """As written by the administrator. A caller who does not answer is led on, unless a limit says where else."""

    type: Literal["survey"]
    intro: PromptIds = ()
    questions: Annotated[tuple[SurveyQuestion, ...], Field(min_length=1, max_length=10)]
    next: Branch

    @model_validator(mode="before")
    @classmethod
    def _led_on(cls, given: Any) -> Any:
        if not isinstance(given, dict) or "next" not in given:
            return given
        return {"on_max_timeouts": given["next"], "on_max_failures": given["next"], **given}

    def run(self, name: str, scene: Scene) -> SurveyRun:
        """Serve one call."""
        return SurveyRun(self, name, scene)

    def exits(self) -> Iterator[Exit]:
        """On, answered or not."""
        yield ("next",), self.next
        yield from super().exits()

    def says(self) -> Iterator[tuple[Location, str]]:
        """Its questions."""
        yield from prompts_at("intro", self.intro)
        for at, question in enumerate(self.questions):
            for place, prompt in prompts_at("prompt", question.prompt):
                yield ("questions", at, *place), prompt
        yield from super().says()

    def faults(self) -> Iterator[Finding]:
        """Names stand once, and there is something to choose."""
        seen: set[str] = set()
        for at, question in enumerate(self.questions):
            if question.name in seen:
                what = f"two questions are named {question.name}"
                yield Finding(("questions", at, "name"), what, "give each its own name")
            seen.add(question.name)
            if question.least >= question.most:
                yield Finding(("questions", at), "least is not below most", "such as least: 1, most: 5")


class SurveyRun(AskingRun):
    """Asking one caller."""

    __slots__ = ("_at", "_step")

    def __init__(self, step: SurveyStep, name: str, scene: Scene) -> None:
        """Nothing is said before `start`."""
        super().__init__(name, scene)
        self._step = step
        self._at = 0
        self._question = self._asked()

    def start(self, *, now: float) -> list[Outcome]:
        """The first question."""
        return self._hear(self._question.ask((*self._step.intro, *self._question.prompts), now=now), now=now)

    def answered(self, entry: Secret, *, now: float) -> list[Outcome]:
        """Note the answer and go on."""
        key = entry.reveal()
        question = self._step.questions[self._at]
        if not key.isdecimal() or not question.least <= int(key) <= question.most:
            return self._hear(self._question.refuse(now=now), now=now)
        record = self._scene.record(
            "survey.answered",
            step=self._name,
            question=question.name,
            answer=int(key),
            least=question.least,
            most=question.most,
            language=self._scene.language,
        )
        self._at += 1
        if self._at == len(self._step.questions):
            return [record, Follow(self._step.next)]
        self._question = self._asked()
        return [record, *self._hear(self._question.ask(now=now), now=now)]

    def _asked(self) -> Question:
        return Question(
            self._scene,
            step=self._name,
            manners=self._scene.menus.manners[self._name],
            grammar=Grammar(maximum=1),
            prompts=self._step.questions[self._at].prompt,
        )
