"""Step `menu`: options by key; a key may have several digits as long as none begins another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ivr.branch import Branch, Choice, PromptIds
from ivr.collect import Grammar
from ivr.manners import Asking
from ivr.question import Answer, Cancelled, Outcome, Question
from ivr.scene import Follow, Scene
from ivr.steps.step import Exit, Location, optional, prompts_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from base.secret import Secret
    from ivr.events import Event


class MenuStep(Asking):
    """As written by the administrator."""

    type: Literal["menu"]
    prompt: PromptIds
    reprompt: PromptIds | None = None
    choices: dict[Annotated[str, Field(pattern=r"^[0-9*#]{1,6}$")], Choice] = Field(min_length=1)
    on_max_timeouts: Branch | None = None
    on_max_failures: Branch | None = None

    def run(self, name: str, scene: Scene) -> MenuRun:
        """Serve one call."""
        return MenuRun(self, name, scene)

    def exits(self) -> Iterator[Exit]:
        """Where it can lead."""
        for key, choice in self.choices.items():
            if not choice.repeat:
                yield ("choices", key), choice
        yield from optional("on_max_timeouts", self.on_max_timeouts)
        yield from optional("on_max_failures", self.on_max_failures)

    def silent_exits(self) -> Iterator[Branch]:
        """Where it leads a caller who does nothing."""
        if self.on_max_timeouts is not None:
            yield self.on_max_timeouts

    def says(self) -> Iterator[tuple[Location, str]]:
        """What it speaks."""
        for name in ("prompt", "reprompt", "noinput", "nomatch"):
            yield from prompts_at(name, getattr(self, name))
        for key, choice in self.choices.items():
            if choice.repeat:
                yield from ((("choices", key, "say"), prompt) for prompt in choice.say)


class MenuRun:
    """Offering the options to one caller."""

    def __init__(self, step: MenuStep, name: str, scene: Scene) -> None:
        """Nothing is said before `start`."""
        self._step = step
        self._name = name
        self._scene = scene
        longest = max(map(len, step.choices))
        grammar = Grammar(maximum=longest, accepts="0123456789*#", full=self._decided)
        self._question = Question(
            scene,
            step=name,
            manners=scene.menus.manners[name],
            grammar=grammar,
            prompts=step.prompt,
            reprompts=step.reprompt or (),
        )

    def start(self, *, now: float) -> list[Outcome]:
        """Say the options."""
        return self._hear(self._question.ask(now=now), now=now)

    def feed(self, event: Event, *, now: float) -> list[Outcome]:
        """A key or the end of the prompt."""
        return self._hear(self._question.feed(event, now=now), now=now)

    def handle_timeout(self, *, now: float) -> list[Outcome]:
        """Silence, or a key that would need more digits."""
        return self._hear(self._question.handle_timeout(now=now), now=now)

    def next_timeout(self) -> float | None:
        """The question's."""
        return self._question.next_timeout()

    def close(self) -> None:
        """Wipe what was typed."""
        self._question.close()

    def _decided(self, typed: Secret) -> bool:
        """An option was typed, or no option can be any more."""
        keys = typed.reveal()
        return keys in self._step.choices or not any(each.startswith(keys) for each in self._step.choices)

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
        choice = self._step.choices.get(entry.reveal())
        count = len(entry)
        entry.wipe()
        if choice is None:
            return self._hear(self._question.refuse(now=now), now=now)
        record = self._scene.record("menu.input", step=self._name, digits=count, result=choice.named())
        if choice.repeat:
            return [
                record,
                *self._hear(self._question.ask((*choice.say, *self._question.reprompts), now=now), now=now),
            ]
        return [record, Follow(choice)]
