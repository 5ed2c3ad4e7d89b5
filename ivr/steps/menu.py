"""Step `menu`: options by key; a key may have several digits as long as none begins another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ivr.branch import Choice, PromptIds, id_of
from ivr.collect import Grammar
from ivr.keys import KEYS
from ivr.question import Outcome, Question
from ivr.run import AskingRun
from ivr.scene import Follow, Scene
from ivr.steps.step import AskingStep, Exit, Location, prompts_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from base.secret import Secret


class MenuStep(AskingStep):
    """As written by the administrator."""

    type: Literal["menu"]
    prompt: PromptIds
    reprompt: PromptIds | None = None
    choices: dict[Annotated[str, Field(pattern=r"^[0-9*#]{1,6}$")], Choice] = Field(min_length=1)

    def run(self, name: str, scene: Scene) -> MenuRun:
        """Serve one call."""
        return MenuRun(self, name, scene)

    def exits(self) -> Iterator[Exit]:
        """The options, then the limits."""
        for key, choice in self.choices.items():
            if not choice.repeat:
                yield ("choices", key), choice
        yield from super().exits()

    def says(self) -> Iterator[tuple[Location, str]]:
        """The options."""
        for name in ("prompt", "reprompt"):
            yield from prompts_at(name, getattr(self, name))
        yield from super().says()
        for key, choice in self.choices.items():
            if choice.repeat:
                yield from ((("choices", key, "say"), id_of(prompt)) for prompt in choice.say)


class MenuRun(AskingRun):
    """Offering the options to one caller."""

    __slots__ = ("_step",)

    def __init__(self, step: MenuStep, name: str, scene: Scene) -> None:
        """Nothing is said before `start`."""
        super().__init__(name, scene)
        self._step = step
        longest = max(map(len, step.choices))
        options = "".join(step.choices)
        manners = scene.menus.manners[name]
        grammar = Grammar(
            maximum=longest,
            cancel=manners.cancel_key if manners.cancel_key not in options else "",
            accepts=KEYS,
            full=self._decided,
            options=options,
        )
        self._question = Question(
            scene,
            step=name,
            manners=manners,
            grammar=grammar,
            prompts=step.prompt,
            reprompts=step.reprompt or (),
        )

    def start(self, *, now: float) -> list[Outcome]:
        """Say the options."""
        return self._hear(self._question.ask(now=now), now=now)

    def answered(self, entry: Secret, *, now: float) -> list[Outcome]:
        """Go the way of the key."""
        choice = self._step.choices.get(entry.reveal())
        if choice is None:
            return self._hear(self._question.refuse(now=now), now=now)
        record = self._scene.record("menu.input", step=self._name, digits=len(entry), result=choice.named())
        if choice.repeat:
            return [
                record,
                *self._hear(self._question.ask((*choice.say, *self._question.reprompts), now=now), now=now),
            ]
        return [record, Follow(choice)]

    def _decided(self, typed: Secret) -> bool:
        """An option was typed, or no option can be any more."""
        keys = typed.reveal()
        return keys in self._step.choices or not any(each.startswith(keys) for each in self._step.choices)
