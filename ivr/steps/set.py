"""Step `set`: remember something of the contact: attributes, what agents must know, priority, consent to recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ivr.branch import Branch
from ivr.commands import Require, SwitchRecording
from ivr.run import Run
from ivr.scene import Follow
from ivr.steps.step import Exit, Finding, StepPart, built_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ivr.question import Outcome
    from ivr.scene import Scene

AttributeName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
AttributeValue = Annotated[str, Field(min_length=1, max_length=64)]


class SetStep(StepPart):
    """As written by the administrator."""

    type: Literal["set"]
    attributes: dict[AttributeName, AttributeValue] = Field(default_factory=dict)
    language: str | None = None
    requires: dict[str, Annotated[int, Field(ge=0, le=5)]] = Field(default_factory=dict)
    """Skills with the least proficiency that whoever serves this contact must have."""
    priority: Annotated[int, Field(ge=0, le=100)] | None = None
    recording: Literal["on", "off"] | None = None
    """Whether the call is recorded from here on, where the client company records at all."""
    next: Branch

    def run(self, name: str, scene: Scene) -> SetRun:
        """Serve one call."""
        return SetRun(self, name, scene)

    def exits(self) -> Iterator[Exit]:
        """On."""
        yield ("next",), self.next

    def sets(self) -> Mapping[str, str]:
        """Texts to compare; figures may be spoken as digits."""
        return {name: "digits" if value.isdecimal() else "text" for name, value in self.attributes.items()}

    def faults(self) -> Iterator[Finding]:
        """It sets something, and nothing that is a fact."""
        for name in self.attributes:
            yield from built_in(name, ("attributes", name))
        said = (self.attributes, self.requires, self.language, self.recording)
        if not any(said) and self.priority is None:
            yield Finding(
                (), "this step sets nothing", "add attributes:, language:, requires:, priority: or recording:"
            )


class SetRun(Run):
    """Remembering for one caller."""

    __slots__ = ("_name", "_scene", "_step")

    def __init__(self, step: SetStep, name: str, scene: Scene) -> None:
        """Nothing is remembered before `start`."""
        self._step = step
        self._name = name
        self._scene = scene

    def start(self, *, now: float) -> list[Outcome]:
        """Remember, and go on."""
        del now
        step, scene = self._step, self._scene
        told: list[Outcome] = []
        if step.attributes:
            noted = ", ".join(f"{name} {value}" for name, value in step.attributes.items())
            told += [scene.record("attributes.set", step=self._name, set=noted), *scene.keep(step.attributes)]
        if step.language is not None:
            told += scene.speak(step.language)
        if step.requires or step.priority is not None:
            told.append(Require(step.requires, step.priority))
        if step.recording is not None:
            told.append(SwitchRecording(step.recording == "on"))
        return [*told, Follow(step.next)]
