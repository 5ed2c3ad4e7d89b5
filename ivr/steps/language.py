"""Step `language`: known from the number dialled, or asked once in each language; prompts follow it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ivr.branch import Branch, PromptIds
from ivr.collect import Grammar
from ivr.keys import KEYS
from ivr.question import Outcome, Question
from ivr.run import AskingRun
from ivr.scene import Follow, Scene
from ivr.steps.step import AskingStep, Exit, Location, prompts_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from base.secret import Secret
    from ivr.speech import Passage

PREFIXES = {
    "+34": "es",
    "34": "es",
    "0034": "es",
    "+48": "pl",
    "48": "pl",
    "0048": "pl",
    "+44": "en",
    "+1": "en",
}


class LanguageStep(AskingStep):
    """As written by the administrator."""

    type: Literal["language"]
    sources: tuple[Literal["did", "ani_prefix"], ...] = Field(default=("did",), alias="from")
    """`did`: the number dialled decides, nothing is asked. `ani_prefix`: the likely language is spoken first."""
    prompt: PromptIds
    choices: dict[Annotated[str, Field(pattern=r"^[0-9*#]$")], str]
    next: Branch

    def run(self, name: str, scene: Scene) -> LanguageRun:
        """Serve one call."""
        return LanguageRun(self, name, scene)

    def exits(self) -> Iterator[Exit]:
        """On, once the language is known."""
        yield ("next",), self.next
        yield from super().exits()

    def silent_exits(self) -> Iterator[Branch]:
        """On, where nothing needs to be asked."""
        yield self.next
        yield from super().silent_exits()

    def says(self) -> Iterator[tuple[Location, str]]:
        """The question."""
        yield from prompts_at("prompt", self.prompt)
        yield from super().says()


class LanguageRun(AskingRun):
    """Choosing one caller's language."""

    __slots__ = ("_step",)

    def __init__(self, step: LanguageStep, name: str, scene: Scene) -> None:
        """Nothing is said before `start`."""
        super().__init__(name, scene)
        self._step = step
        grammar = Grammar(maximum=1, accepts=KEYS, options="".join(step.choices))
        self._question = Question(
            scene,
            step=name,
            manners=scene.menus.manners[name],
            grammar=grammar,
            prompts=step.prompt,
            voice=self._in_each,
        )

    def start(self, *, now: float) -> list[Outcome]:
        """Pass over it when the number told, else ask in every language."""
        if "did" in self._step.sources and self._scene.language_known:
            return self._settle(self._scene.language)
        return self._hear(self._question.ask(now=now), now=now)

    def answered(self, entry: Secret, *, now: float) -> list[Outcome]:
        """Speak the language of the key."""
        language = self._step.choices.get(entry.reveal())
        if language is None:
            return self._hear(self._question.refuse(now=now), now=now)
        return [
            self._scene.record("menu.input", step=self._name, digits=1, result=language),
            *self._settle(language),
        ]

    def _in_each(self, prompts: PromptIds) -> list[Passage]:
        """The same words in one language after the other, since theirs is not known."""
        choices = self._step.choices  # by key: the order in which they are written is no rule
        languages = list(dict.fromkeys(choices[key] for key in sorted(choices)))
        likely = next(
            (PREFIXES[each] for each in PREFIXES if self._scene.caller.caller.startswith(each)), None
        )
        if "ani_prefix" in self._step.sources and likely in languages:
            languages.sort(key=lambda each: each != likely)
        return [
            replace(each, segments=tuple(f"{language}:{segment}" for segment in each.segments))
            for language in languages
            for each in self._scene.passages(prompts, language)
        ]

    def _settle(self, language: str) -> list[Outcome]:
        return [*self._scene.speak(language), Follow(self._step.next)]
