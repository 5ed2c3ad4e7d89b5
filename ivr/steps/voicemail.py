"""Step `voicemail`: the caller leaves a spoken message, ended by a key, by silence or by its longest time."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from base.durations import Seconds
from ivr.branch import Branch, PromptIds
from ivr.collect import Grammar
from ivr.commands import Record, RecordMessage, StopMessage
from ivr.events import DigitPressed, Event, MessageEnded, PlaybackFinished, SpeechPaused
from ivr.question import Question
from ivr.run import AskingRun
from ivr.scene import Follow
from ivr.speech import unguarded
from ivr.steps.step import AskingStep, Exit, Finding, Location, built_in, prompts_at

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from base.secret import Secret
    from ivr.question import Outcome
    from ivr.scene import Scene

PATIENCE = 5.0
"""Seconds that a message which was stopped may take to be whole on disk."""
KEEP, AGAIN = "1", "2"


class VoicemailStep(AskingStep):
    """As written by the administrator."""

    type: Literal["voicemail"]
    prompt: PromptIds
    beep: str = "beep"
    mailbox: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] = "general"
    """Whom the message is for."""
    longest: Annotated[Seconds, Field(ge=5, le=600)] = 120.0
    silence: Annotated[Seconds, Field(ge=1, le=30)] = 5.0
    """So long a pause ends it."""
    shortest: Annotated[Seconds, Field(ge=0, le=30)] = 1.0
    """What is shorter counts as nothing said."""
    attribute: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] = "message"
    """Known from then on: the name of the recording, for a transaction that takes it."""
    confirm: str | None = None
    """Asks 1 to keep it, 2 to say it again."""
    next: Branch
    on_empty: Branch | None = None
    """Where nothing was said; `next` unless given."""
    failed: Branch
    """Where nothing can be recorded."""

    def run(self, name: str, scene: Scene) -> VoicemailRun:
        """Serve one call."""
        return VoicemailRun(self, name, scene)

    def exits(self) -> Iterator[Exit]:
        """After the message, without one, and where it failed."""
        for name in ("next", "on_empty", "failed"):
            if (branch := getattr(self, name)) is not None:
                yield (name,), branch
        yield from super().exits()

    def silent_exits(self) -> Iterator[Branch]:
        """Silence is an empty message."""
        yield self.on_empty or self.next
        yield self.failed
        yield from super().silent_exits()

    def says(self) -> Iterator[tuple[Location, str]]:
        """What it speaks."""
        yield from prompts_at("prompt", self.prompt)
        yield ("beep",), self.beep
        if self.confirm is not None:
            yield ("confirm",), self.confirm
        yield from super().says()

    def faults(self) -> Iterator[Finding]:
        """Its attribute has a name of its own."""
        yield from built_in(self.attribute, ("attribute",))

    def sets(self) -> Mapping[str, str]:
        """The recording's name, which nobody would understand."""
        return {self.attribute: "text"}

    def sets_at(self, at: Location) -> Collection[str]:
        """Known where something was said."""
        return self.sets() if at == ("next",) and self.on_empty is not None else ()


class Phase(Enum):
    """Where a message stands."""

    PROMPT = auto()
    BEEP = auto()
    SPEAKING = auto()
    SAVING = auto()
    CONFIRM = auto()


class VoicemailRun(AskingRun):
    """One caller's message."""

    __slots__ = ("_bargein", "_deadline", "_message", "_pause", "_phase", "_recording", "_seconds", "_step")

    def __init__(self, step: VoicemailStep, name: str, scene: Scene) -> None:
        """Nothing is said before `start`."""
        super().__init__(name, scene)
        self._step = step
        self._phase = Phase.PROMPT
        self._message = 0
        self._pause = 0.0
        self._deadline: float | None = None
        self._recording = ""
        self._seconds = 0.0
        self._bargein = scene.menus.manners[name].bargein
        self._question = Question(
            scene,
            step=name,
            manners=scene.menus.manners[name],
            grammar=Grammar(maximum=1),
            prompts=(step.confirm,) if step.confirm is not None else (),
        )

    def start(self, *, now: float) -> list[Outcome]:
        """Tell what is asked for; a key leads on to the beep."""
        self._phase = Phase.PROMPT
        scene, passages = self._scene, self._scene.passages(self._step.prompt)
        said = scene.say(scene.needed(passages) if self._bargein else unguarded(passages), now=now)
        return [*said, *(() if said else self._beep(now=now))]

    def feed(self, event: Event, *, now: float) -> list[Outcome]:
        """Prompt, beep, message, read-back, one after the other."""
        match self._phase, event:
            case Phase.PROMPT, PlaybackFinished():
                return self._beep(now=now)
            case Phase.PROMPT, DigitPressed() if self._bargein:
                return [*self._scene.stop(), *self._beep(now=now)]
            case Phase.BEEP, PlaybackFinished():
                return self._record(now=now)
            case Phase.SPEAKING, DigitPressed():
                return self._stop(now=now)
            case Phase.SPEAKING, SpeechPaused():
                self._pause = self._step.silence
                return self._stop(now=now)
            case ((Phase.SPEAKING | Phase.SAVING), MessageEnded(message, seconds, recording)) if (
                message == self._message
            ):
                return self._ended(seconds, recording, now=now)
            case Phase.CONFIRM, _:
                return super().feed(event, now=now)
            case _:
                return []

    def handle_timeout(self, *, now: float) -> list[Outcome]:
        """The longest time is over, or the message is nowhere."""
        if self._phase is Phase.CONFIRM:
            return super().handle_timeout(now=now)
        if self._deadline is None or now < self._deadline:
            return []
        return self._stop(now=now) if self._phase is Phase.SPEAKING else self._ended(0.0, None, now=now)

    def next_timeout(self) -> float | None:
        """The end of the longest time, or of patience."""
        return super().next_timeout() if self._phase is Phase.CONFIRM else self._deadline

    def answered(self, entry: Secret, *, now: float) -> list[Outcome]:
        """Keep it, or say it again."""
        key = entry.reveal()
        if key == KEEP:
            return self._keep()
        if key == AGAIN:
            return [self._told("discarded"), *self.start(now=now)]
        return self._hear(self._question.refuse(now=now), now=now)

    def _beep(self, *, now: float) -> list[Outcome]:
        self._phase = Phase.BEEP
        self._scene.keys.flush()
        said = self._scene.play((self._step.beep,), now=now)
        return [*said, *(() if said else self._record(now=now))]

    def _record(self, *, now: float) -> list[Outcome]:
        step, scene = self._step, self._scene
        self._phase = Phase.SPEAKING
        self._pause = 0.0
        scene.keys.flush()
        scene.requests += 1
        self._message = scene.requests
        self._deadline = now + step.longest
        return [RecordMessage(self._message, step.mailbox, step.silence)]

    def _stop(self, *, now: float) -> list[Outcome]:
        self._phase = Phase.SAVING
        self._scene.keys.flush()
        self._deadline = now + PATIENCE
        return [StopMessage(self._message)]

    def _ended(self, seconds: float, recording: str | None, *, now: float) -> list[Outcome]:
        step = self._step
        self._deadline = None
        self._scene.keys.flush()
        spoken = max(0.0, seconds - self._pause)  # the pause that ended it is recorded, too, and nothing said
        result = "failed" if recording is None else "empty" if spoken < step.shortest else "kept"
        self._recording = recording or ""
        self._seconds = round(spoken, 1)
        record = self._told(result)
        if recording is None:
            return [record, Follow(step.failed)]
        if spoken < step.shortest:
            return [record, Follow(step.on_empty or step.next)]
        if step.confirm is None:
            return [record, *self._keep()]
        self._phase = Phase.CONFIRM
        return [record, *self._hear(self._question.ask(now=now), now=now)]

    def _told(self, result: str) -> Record:
        """What became of a recording; of several, the one that is kept and not discarded is the message."""
        return self._scene.record(
            "menu.message",
            step=self._name,
            result=result,
            seconds=self._seconds,
            recording=self._recording,
        )

    def _keep(self) -> list[Outcome]:
        return [*self._scene.keep({self._step.attribute: self._recording}), Follow(self._step.next)]
