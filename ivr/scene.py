"""What a running step may use: the compiled menus, the caller, keys typed ahead, facts to speak, and the playback."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr import phrases
from ivr.commands import Play, Record, StopPlayback
from ivr.keys import KeyBuffer
from media.catalogue import Slot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from ivr.branch import Branch
    from ivr.commands import Command
    from ivr.compiled import CompiledMenus

LONGEST_PLAYBACK = 180.0
"""Seconds after which a prompt whose end was never reported counts as ended: a caller is never stuck on one."""


@dataclass(frozen=True, slots=True)
class CallerFacts:
    """What is known of the caller when the menus begin."""

    contact: str
    caller: str
    """The number they call from: never proof of who they are."""
    dialled: str
    client: str
    today: date


@dataclass(frozen=True, slots=True)
class Follow:
    """A step is over and leads there; consumed by the session, never seen outside."""

    branch: Branch


class Scene:
    """The state that outlives a step."""

    __slots__ = (
        "_playbacks",
        "attempts",
        "caller",
        "facts",
        "keys",
        "language",
        "language_known",
        "menus",
        "playing",
        "playing_until",
        "requests",
    )  # fmt: skip

    def __init__(self, menus: CompiledMenus, caller: CallerFacts, language: str | None) -> None:
        """Begin in the caller's language, or in the first of the menu set while it is not known."""
        self.menus = menus
        self.caller = caller
        self.language_known = language in menus.languages
        self.language = language if language is not None and self.language_known else menus.languages[0]
        self.keys = KeyBuffer()
        self.facts: dict[str, str] = {}
        self.attempts: dict[str, int] = {}
        self.requests = 0
        self.playing: int | None = None
        self.playing_until: float | None = None
        self._playbacks = 0

    def play(self, prompts: Iterable[str], *, loop: bool = False, now: float) -> list[Command]:
        """Say prompts in the caller's language; nothing for no words."""
        segments = tuple(segment for prompt in prompts for segment in self.segments(prompt))
        return self.play_segments(segments, loop=loop, now=now)

    def play_segments(self, segments: tuple[str, ...], *, loop: bool = False, now: float) -> list[Command]:
        """Play resolved segments."""
        if not segments:
            return []
        self._playbacks += 1
        self.playing = self._playbacks
        self.playing_until = None if loop else now + LONGEST_PLAYBACK
        return [Play(self.playing, segments, self.language, loop)]

    def stop(self) -> list[Command]:
        """Fall silent if something plays."""
        if self.playing is None:
            return []
        self.finished()
        return [StopPlayback()]

    def finished(self) -> None:
        """Nothing plays any more."""
        self.playing = self.playing_until = None

    def segments(self, prompt: str, language: str | None = None) -> Iterator[str]:
        """A prompt as sounds: its pieces, with number words where it has slots."""
        spoken = language or self.language
        for part in self.menus.segments(spoken, prompt):
            if isinstance(part, Slot):
                yield from phrases.speak(part.kind, self.facts.get(part.name, ""), spoken)
            else:
                yield part

    def record(self, kind: str, **data: str | float | bool | None) -> Record:
        """A ledger event that names the menu set."""
        return Record(kind, {"menu": self.menus.name, **data})
