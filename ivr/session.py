"""A menu session: one caller walking through a compiled menu set; pure, driven by events and virtual time.

Keys are buffered here and pulled by the running step, so that what is typed ahead survives from step to step.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from calls.destination import Agent, Destination, Extension, Hangup, Menu, Number, Uri, described
from ivr.commands import Command, Leave, StopPlayback
from ivr.errors import UnknownStep
from ivr.events import CallerHungUp, DigitPressed, Event, PlaybackFinished
from ivr.keys import MOST_AHEAD
from ivr.scene import CallerFacts, Follow, Scene
from ivr.steps.say import SayRun
from ivr.surroundings import Quiet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ivr.compiled import CompiledMenus
    from ivr.question import Outcome
    from ivr.run import Run
    from ivr.surroundings import Surroundings

LEAST_STEPS_AT_ONCE = 64
"""Steps that may be passed without waiting for anything, for menus of one step: a fuse and no rule.

In a checked graph no way without keys passes a step twice, and at most MOST_AHEAD keys can wait to be taken.
"""

__all__ = ["CallerFacts", "MenuSession"]


class MenuSession:
    """One caller in one menu set."""

    __slots__ = ("_passed", "_run", "_scene", "_start", "_step", "finished")

    def __init__(
        self,
        menu_set: CompiledMenus,
        *,
        start: str | None,
        language: str | None,
        caller: CallerFacts,
        surroundings: Surroundings | None = None,
    ) -> None:
        """`start` None begins at the set's own first step; `surroundings` None is a quiet, open centre."""
        self._start = start or menu_set.start
        if self._start not in menu_set.steps:
            raise UnknownStep(f"menu set {menu_set.name} has no step {self._start}")
        self._scene = Scene(menu_set, caller, language, surroundings or Quiet())
        self._run: Run | None = None
        self._step = self._start
        self._passed = 0
        self.finished = False

    @property
    def version(self) -> str:
        """The content hash of the menu set this call keeps to its end."""
        return self._scene.menus.version

    @property
    def step(self) -> str:
        """The step that the caller is in."""
        return self._step

    @property
    def language(self) -> str:
        """What the caller is spoken to in."""
        return self._scene.language

    @property
    def attributes(self) -> Mapping[str, str]:
        """What is known of the contact."""
        return self._scene.attributes

    @property
    def typed_ahead(self) -> int:
        """How many keys no step has asked for yet."""
        return len(self._scene.keys)

    def segments(self, prompt: str, language: str) -> tuple[str, ...]:
        """A prompt as sounds, as it would be said now; none when it speaks what is not known."""
        return self._scene.segments(prompt, language)

    def speak(self, language: str) -> list[Command]:
        """Go on in another of the menus' languages."""
        return self._scene.speak(language)

    def start(self, *, now: float) -> list[Command]:
        """Enter the first step."""
        self._passed = 0
        self._scene.begin(now=now)
        return self._carry_out(self._enter(self._start, now=now, version=self.version), now=now)

    def feed(self, event: Event, *, now: float) -> list[Command]:
        """Something happened to the caller."""
        if self.finished or self._run is None:
            return []
        self._passed = 0
        scene = self._scene
        match event:
            case CallerHungUp():
                return self._hung_up()
            case DigitPressed(digit):
                if not scene.keys.push(digit, now=now):
                    return []
                if scene.conducted:
                    return self._hurry(now=now)
            case PlaybackFinished(playback):
                if playback != scene.playing:
                    return []
                if onward := scene.onward(now=now):
                    return onward
            case _:
                pass
        return self._carry_out(self._run.feed(event, now=now), now=now)

    def _hurry(self, *, now: float) -> list[Command]:
        """A key during a speech that has a guarded passage: that one is heard whole, all else gives way."""
        scene, playback = self._scene, self._scene.playing
        if scene.guarded or playback is None or self._run is None or not len(scene.keys):
            return []
        if onward := scene.onward(now=now):
            return onward
        over = self._run.feed(PlaybackFinished(playback), now=now)
        return [StopPlayback(), *self._carry_out(over, now=now)]

    def handle_timeout(self, *, now: float) -> list[Command]:
        """A deadline may have passed."""
        if self.finished or self._run is None:
            return []
        scene = self._scene
        if scene.playing is not None and scene.playing_until is not None and now >= scene.playing_until:
            return [*self.feed(PlaybackFinished(scene.playing), now=now)]
        self._passed = 0
        return self._carry_out(self._run.handle_timeout(now=now), now=now)

    def next_timeout(self) -> float | None:
        """When `handle_timeout` is due."""
        if self.finished or self._run is None:
            return None
        due, until = self._run.next_timeout(), self._scene.playing_until
        if due is None or until is None:
            return until if due is None else due
        return min(due, until)

    def _enter(self, name: str, *, now: float, **facts: str) -> list[Outcome]:
        scene = self._scene
        self._close_run()
        self._step = name
        self._run = scene.menus.steps[name].run(name, scene)
        return [scene.record("menu.entered", step=name, **facts), *self._run.start(now=now)]

    def _carry_out(self, outcomes: Iterable[Outcome], *, now: float) -> list[Command]:
        """In a loop, not in itself: with many keys typed ahead many steps follow each other at once."""
        commands: list[Command] = []
        waiting = deque(outcomes)
        while waiting:
            each = waiting.popleft()
            if isinstance(each, Follow):
                waiting.extendleft(reversed(self._follow(each, now=now)))
            else:
                commands.append(each)  # type: ignore[arg-type]  # answers never leave their step
        return commands

    def _follow(self, follow: Follow, *, now: float) -> Sequence[Outcome]:
        branch = follow.branch
        self._passed += 1
        # Each step may speak on its way in and out.
        if self._passed > 2 * (MOST_AHEAD + 1) * len(self._scene.menus.steps) + LEAST_STEPS_AT_ONCE:
            return self._leave(Hangup(cause=41))
        if branch.say and not follow.said:
            self._close_run()
            # Words that end a call are heard to their end, whatever was typed ahead.
            self._run = SayRun(
                self._scene,
                branch.say,
                replace(follow, said=True),
                step=self._step,
                bargein=not branch.hangup,
            )
            return self._run.start(now=now)
        destination = branch.destination()
        if destination is not None:
            if follow.otherwise is not None and isinstance(destination, Agent | Extension | Number | Uri):
                back = Menu(self._scene.menus.name, follow.otherwise)
                destination = replace(destination, otherwise=back)
            return self._leave(destination)
        return self._enter(branch.goto or self._scene.menus.start, now=now)

    def _leave(self, destination: Destination) -> list[Command]:
        silence = self._scene.stop()
        record = self._scene.record("menu.left", step=self._step, destination=described(destination))
        self._end()
        return [*silence, record, Leave(destination)]

    def _hung_up(self) -> list[Command]:
        record = self._scene.record("menu.left", step=self._step, destination="caller_hung_up")
        self._end()
        return [record]

    def _end(self) -> None:
        self.finished = True
        self._close_run()
        self._scene.keys.flush()
        self._scene.finished()

    def _close_run(self) -> None:
        if self._run is not None:
            self._run.close()
