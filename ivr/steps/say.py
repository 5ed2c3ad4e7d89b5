"""Step `say`: speak, then go on; a key cuts it. With `loop` it repeats until a key of `until`, or for `longest`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from base.durations import Seconds
from ivr.branch import Branch, PromptIds
from ivr.events import DigitPressed, Event, PlaybackFinished
from ivr.run import Run
from ivr.scene import Follow, Scene
from ivr.steps.step import Exit, Finding, Location, StepPart, prompts_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.question import Outcome


class SayStep(StepPart):
    """As written by the administrator."""

    type: Literal["say"]
    prompt: PromptIds = ()
    announcements: tuple[str, ...] = ()
    """Names under which a supervisor may switch on a prompt while calls go on; spoken after `prompt`."""
    bargein: bool = True
    loop: bool = False
    until: str = "0123456789*#"
    longest: Annotated[Seconds, Field(ge=1, le=3600)] | None = None
    """How long a loop goes on; without it, for ever."""
    next: Branch

    def run(self, name: str, scene: Scene) -> SayRun:
        """Serve one call."""
        return SayRun(
            scene,
            (*self.prompt, *scene.surroundings.announcements(self.announcements)),
            Follow(self.next),
            bargein=self.bargein,
            until=self.until if self.loop else None,
            longest=self.longest if self.loop else None,
            step=name,
        )

    def exits(self) -> Iterator[Exit]:
        """On."""
        yield ("next",), self.next

    def says(self) -> Iterator[tuple[Location, str]]:
        """What it speaks."""
        yield from prompts_at("prompt", self.prompt)

    def faults(self) -> Iterator[Finding]:
        """It has something to say, and a loop is left by a key at any time."""
        if self.loop and not all(isinstance(each, str) for each in self.prompt):
            yield Finding(("prompt",), "a loop has no prompt that no key cuts", "say it in a step before")
        if not self.prompt and not self.announcements:
            yield Finding((), "this step says nothing", "add prompt: or announcements:")


class SayRun(Run):
    """Speaking to one caller."""

    __slots__ = ("_bargein", "_deadline", "_longest", "_prompts", "_scene", "_step", "_then", "_until")

    def __init__(
        self,
        scene: Scene,
        prompts: PromptIds,
        then: Follow,
        *,
        step: str,
        bargein: bool = True,
        until: str | None = None,
        longest: float | None = None,
    ) -> None:
        """`until` is None for a prompt that is said once."""
        self._scene = scene
        self._prompts = prompts
        self._then = then
        self._step = step
        self._bargein = bargein
        self._until = until
        self._longest = longest
        self._deadline: float | None = None

    def start(self, *, now: float) -> list[Outcome]:
        """Speak what keys typed ahead do not make needless."""
        scene, passages = self._scene, self._scene.passages(self._prompts)
        if self._until is None and self._bargein:
            passages = scene.needed(passages)
            said = scene.say(passages, now=now)
        else:
            said = scene.play(self._prompts, loop=self._until is not None, now=now)
        if not said:
            return [self._then]
        if self._longest is not None:
            self._deadline = now + self._longest
        segments = sum(len(each.segments) for each in passages)
        said.append(scene.record("menu.prompt", step=self._step, segments=segments))
        return [*said, *self._listen()]

    def feed(self, event: Event, *, now: float) -> list[Outcome]:
        """A key cuts it; its end leads on."""
        match event:
            case PlaybackFinished():
                return [self._then]
            case DigitPressed():
                return self._listen()
            case _:
                return []

    def handle_timeout(self, *, now: float) -> list[Outcome]:
        """A loop has gone on for its longest."""
        if self._deadline is None or now < self._deadline:
            return []
        self._deadline = None
        return [*self._scene.stop(), self._then]

    def next_timeout(self) -> float | None:
        """The end of a loop."""
        return self._deadline

    def _listen(self) -> list[Outcome]:
        scene = self._scene
        if self._until is None:
            cut = self._bargein and len(scene.keys) and not scene.conducted
            return [*scene.stop(), self._then] if cut else []
        heard: list[Outcome] = []
        while (key := scene.keys.pull()) is not None:
            heard.append(
                scene.record(
                    "menu.input", step=self._step, digits=1, result="until" if key in self._until else ""
                )
            )
            if key in self._until:
                return [*heard, *scene.stop(), self._then]
        return heard
