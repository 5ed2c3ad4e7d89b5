"""Step `language`: known from the number dialled, or asked once in each language; prompts follow it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ivr.branch import Branch, PromptIds
from ivr.collect import Grammar
from ivr.commands import SetLanguage
from ivr.manners import Asking
from ivr.question import Answer, Cancelled, Outcome, Question
from ivr.scene import Follow, Scene
from ivr.steps.step import Exit, Location, Next, optional, prompts_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from base.secret import Secret
    from ivr.events import Event

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


class LanguageStep(Asking):
    """As written by the administrator."""

    type: Literal["language"]
    sources: tuple[Literal["did", "ani_prefix"], ...] = Field(default=("did",), alias="from")
    """`did`: the number dialled decides, nothing is asked. `ani_prefix`: the likely language is spoken first."""
    prompt: PromptIds
    choices: dict[Annotated[str, Field(pattern=r"^[0-9*#]$")], str]
    next: Next
    on_max_timeouts: Branch | None = None
    on_max_failures: Branch | None = None

    def run(self, name: str, scene: Scene) -> LanguageRun:
        """Serve one call."""
        return LanguageRun(self, name, scene)

    def exits(self) -> Iterator[Exit]:
        """Where it can lead."""
        yield ("next",), self.next
        yield from optional("on_max_timeouts", self.on_max_timeouts)
        yield from optional("on_max_failures", self.on_max_failures)

    def silent_exits(self) -> Iterator[Branch]:
        """Where it leads a caller who does nothing."""
        yield self.next
        if self.on_max_timeouts is not None:
            yield self.on_max_timeouts

    def says(self) -> Iterator[tuple[Location, str]]:
        """What it speaks."""
        for name in ("prompt", "noinput", "nomatch"):
            yield from prompts_at(name, getattr(self, name))


class LanguageRun:
    """Choosing one caller's language."""

    def __init__(self, step: LanguageStep, name: str, scene: Scene) -> None:
        """Nothing is said before `start`."""
        self._step = step
        self._scene = scene
        self._name = name
        grammar = Grammar(maximum=1, accepts="0123456789*#")
        self._question = Question(
            scene, step=name, manners=scene.menus.manners[name], grammar=grammar, prompts=step.prompt
        )

    def start(self, *, now: float) -> list[Outcome]:
        """Pass over it when the number told, else ask in every language."""
        if "did" in self._step.sources and self._scene.language_known:
            return self._settle(self._scene.language)
        return self._hear(self._question.ask_segments(self._spoken(), now=now), now=now)

    def feed(self, event: Event, *, now: float) -> list[Outcome]:
        """A key or the end of the prompt."""
        return self._hear(self._question.feed(event, now=now), now=now)

    def handle_timeout(self, *, now: float) -> list[Outcome]:
        """Silence."""
        return self._hear(self._question.handle_timeout(now=now), now=now)

    def next_timeout(self) -> float | None:
        """The question's."""
        return self._question.next_timeout()

    def close(self) -> None:
        """Nothing secret was asked."""
        self._question.close()

    def _spoken(self) -> tuple[str, ...]:
        languages = list(dict.fromkeys(self._step.choices.values()))
        likely = next(
            (PREFIXES[each] for each in PREFIXES if self._scene.caller.caller.startswith(each)), None
        )
        if "ani_prefix" in self._step.sources and likely in languages:
            languages.sort(key=lambda each: each != likely)
        spoken = [
            (each, part)
            for each in languages
            for prompt in self._step.prompt
            for part in self._scene.segments(prompt, each)
        ]
        return tuple(f"{language}:{part}" for language, part in spoken)

    def _hear(self, outcomes: list[Outcome], *, now: float) -> list[Outcome]:
        heard: list[Outcome] = []
        for each in outcomes:
            match each:
                case Answer(entry):
                    heard += self._choose(entry, now=now)
                case Cancelled():
                    heard += self._question.again(now=now)
                case _:
                    heard.append(each)
        return heard

    def _choose(self, entry: Secret, *, now: float) -> list[Outcome]:
        language = self._step.choices.get(entry.reveal())
        if language is None:
            return self._hear(self._question.refuse(now=now), now=now)
        return [
            self._scene.record("menu.input", step=self._name, digits=1, result=language),
            *self._settle(language),
        ]

    def _settle(self, language: str) -> list[Outcome]:
        self._scene.language = language
        self._scene.language_known = True
        return [SetLanguage(language), Follow(self._step.next)]
