"""A question: prompt, one entry, and asking again after silence or a wrong entry, each with limit and wording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr.collect import Collector, Grammar, Heard
from ivr.commands import Command
from ivr.events import DigitPressed, Event, PlaybackFinished
from ivr.manners import Manners, worded
from ivr.scene import Follow, Scene
from ivr.speech import unguarded

if TYPE_CHECKING:
    from collections.abc import Callable

    from base.secret import Secret
    from ivr.branch import Branch, PromptIds
    from ivr.speech import Passage


@dataclass(frozen=True, slots=True)
class Answer:
    """The caller typed an entry; the asker judges it and wipes it."""

    entry: Secret


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The caller pressed the cancel key with nothing typed."""


Outcome = Command | Follow | Answer | Cancelled


class Question:
    """One thing asked of the caller until it is answered or a limit is reached."""

    __slots__ = (
        "_collector",
        "_failures",
        "_grammar",
        "_manners",
        "_scene",
        "_step",
        "_timeouts",
        "_voice",
        "prompts",
        "reprompts",
    )

    def __init__(
        self,
        scene: Scene,
        *,
        step: str,
        manners: Manners,
        grammar: Grammar,
        prompts: PromptIds,
        reprompts: PromptIds = (),
        voice: Callable[[PromptIds], list[Passage]] | None = None,
    ) -> None:
        """Nothing is said before `ask`. `voice` makes sounds of prompts other than in the caller's language."""
        self._scene = scene
        self._step = step
        self._manners = manners
        # As dataclasses.replace would, at a fifth of its time: every question begins so.
        self._grammar = Grammar(
            grammar.maximum,
            grammar.terminator,
            grammar.cancel,
            grammar.accepts,
            grammar.full,
            grammar.options,
            manners.terminator,
            manners.timeout,
            manners.inter_digit_timeout,
        )
        self._voice = voice or scene.passages
        self.prompts = tuple(prompts)
        self.reprompts = tuple(reprompts) or self.prompts
        self._timeouts = 0
        self._failures = 0
        self._collector = Collector(self._grammar, scene.keys)

    def ask(self, prompts: PromptIds | None = None, *, now: float) -> list[Outcome]:
        """Say the prompt and listen; keys typed ahead pass over what they may cut."""
        scene, bargein = self._scene, self._manners.bargein
        passages = self._voice(self.prompts if prompts is None else prompts)
        needed = scene.needed(passages) if bargein else unguarded(passages)
        said: list[Outcome] = []
        if needed:
            said += scene.say(needed, now=now)
            segments = sum(len(each.segments) for each in needed)
            said.append(scene.record("menu.prompt", step=self._step, segments=segments))
        self._collector = Collector(self._grammar, scene.keys)
        heard = self._collector.begin(
            playing=scene.playing is not None, bargein=bargein and not scene.conducted, now=now
        )
        return said + self._judge(heard, now=now)

    def feed(self, event: Event, *, now: float) -> list[Outcome]:
        """A key came or the prompt ended."""
        match event:
            case DigitPressed():
                return self._judge(self._collector.take(now=now), now=now)
            case PlaybackFinished():
                return self._judge(self._collector.prompt_ended(now=now), now=now)
            case _:
                return []

    def handle_timeout(self, *, now: float) -> list[Outcome]:
        """A deadline passed."""
        return self._judge(self._collector.handle_timeout(now=now), now=now)

    def next_timeout(self) -> float | None:
        """When to look again."""
        return self._collector.deadline

    def refuse(self, wording: PromptIds = (), *, now: float) -> list[Outcome]:
        """The entry was wrong: say so and ask again, until the limit. What was typed ahead is void."""
        self._failures += 1
        scene = self._scene
        scene.keys.flush()
        record = scene.record("menu.nomatch", step=self._step, count=self._failures)
        if self._failures >= self._manners.max_failures:
            return [record, *scene.stop(), Follow(self._limit("failures"))]
        said = wording or worded(self._manners.nomatch, self._failures)
        last = self._manners.last_try if self._failures == self._manners.max_failures - 1 else ()
        return [record, *self.ask((*said, *last, *self.reprompts), now=now)]

    def again(self, *, now: float) -> list[Outcome]:
        """Ask again because the caller wants it so."""
        return self.ask(self.reprompts, now=now)

    def close(self) -> None:
        """Wipe what was typed."""
        self._collector.typed.wipe()

    def _judge(self, heard: Heard | None, *, now: float) -> list[Outcome]:
        cut: list[Outcome] = []
        if self._collector.cut:
            self._collector.cut = False
            cut += self._scene.stop()
        match heard:
            case None:
                return cut
            case Heard.ENTERED:
                return [*cut, Answer(self._collector.typed)]
            case Heard.ERASED:
                self._collector.typed.wipe()
                return cut + self.again(now=now)
            case Heard.CANCELLED:
                self._collector.typed.wipe()
                return [*cut, Cancelled()]
            case Heard.NO_INPUT:
                return cut + self._silence(now=now)

    def _silence(self, *, now: float) -> list[Outcome]:
        self._timeouts += 1
        record = self._scene.record("menu.noinput", step=self._step, count=self._timeouts)
        if self._timeouts >= self._manners.max_timeouts:
            return [record, *self._scene.stop(), Follow(self._limit("timeouts"))]
        said = worded(self._manners.noinput, self._timeouts)
        last = self._manners.last_try if self._timeouts == self._manners.max_timeouts - 1 else ()
        return [record, *self.ask((*said, *last, *self.reprompts), now=now)]

    def _limit(self, which: str) -> Branch:
        menus = self._scene.menus
        return (menus.on_max_failures if which == "failures" else menus.on_max_timeouts)[self._step]
