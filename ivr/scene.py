"""What a running step may use: the compiled menus, the caller, keys typed ahead, attributes, and the playback."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, timedelta, tzinfo
from typing import TYPE_CHECKING

from ivr import phrases
from ivr.branch import id_of
from ivr.commands import Play, Record, SetAttribute, SetLanguage, StopPlayback
from ivr.keys import KeyBuffer
from ivr.speech import Passage, Speech
from media.catalogue import Slot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from ivr.branch import Branch, PromptIds
    from ivr.commands import Command
    from ivr.compiled import CompiledMenus
    from ivr.surroundings import Surroundings

LONGEST_PLAYBACK = 180.0
"""Seconds after which a prompt whose end was never reported counts as ended: a caller is never stuck on one."""

BUILT_IN = {"caller": "phone", "dialled": "phone", "client": "text", "language": "text", "tracking": "digits"}
"""Attributes that every contact has, with the kind of slot that speaks them (`text`: none does)."""


@dataclass(frozen=True, slots=True)
class CallerFacts:
    """What is known of the caller when the menus begin."""

    contact: str
    caller: str
    """The number they call from: never proof of who they are."""
    dialled: str
    client: str
    moment: datetime
    """When the menus begin; aware."""
    timezone: tzinfo = UTC
    """Of the client company: whose day it is, and by whose clock times are said."""
    attestation: str | None = None
    """How far the caller's number is proven (STIR)."""
    identified: bool = False
    """Whether the caller has proven in this contact who they are."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    requests: int = 0
    """How many questions and messages the contact had in earlier menus: their numbers go on from there."""


@dataclass(frozen=True, slots=True)
class Follow:
    """A step is over and leads there; consumed by the session, never seen outside."""

    branch: Branch
    said: bool = False
    """Whether the branch's words have been spoken."""
    otherwise: str | None = None
    """The step to come back to when nobody answers there."""


class Scene:
    """The state that outlives a step."""

    __slots__ = (
        "_began",
        "_playbacks",
        "_speech",
        "attempts",
        "attributes",
        "caller",
        "identified",
        "keys",
        "language",
        "language_known",
        "menus",
        "playing",
        "playing_until",
        "requests",
        "surroundings",
    )  # fmt: skip

    def __init__(
        self, menus: CompiledMenus, caller: CallerFacts, language: str | None, surroundings: Surroundings
    ) -> None:
        """Begin in the caller's language, or in the first of the menu set while it is not known."""
        self.menus = menus
        self.caller = caller
        self.surroundings = surroundings
        self.language_known = language in menus.languages
        self.language = language if language is not None and self.language_known else menus.languages[0]
        self.keys = KeyBuffer()
        self.attributes: dict[str, str] = {
            **caller.attributes,
            "caller": caller.caller,
            "dialled": caller.dialled,
            "client": caller.client,
            "language": self.language,
        }
        self.identified = caller.identified
        self.attempts: dict[str, int] = {}
        self.requests = caller.requests
        self.playing: int | None = None
        self.playing_until: float | None = None
        self._playbacks = 0
        self._speech = Speech()
        self._began = 0.0

    def begin(self, *, now: float) -> None:
        """The caller arrives: from here on the wall clock follows the loop's."""
        self._began = now

    def moment(self, *, now: float) -> datetime:
        """The wall clock, aware, by the client company's zone."""
        passed = timedelta(seconds=now - self._began)
        return (self.caller.moment + passed).astimezone(self.caller.timezone)

    def today(self, *, now: float) -> date:
        """The day it is for the client company."""
        return self.moment(now=now).date()

    def draw(self, step: str) -> float:
        """A number in [0, 1) that is the same whenever this contact comes to this step, and even over contacts."""
        octets = hashlib.blake2b(f"{self.caller.contact} {step}".encode(), digest_size=8).digest()
        return int.from_bytes(octets, "big") / 2**64

    def keep(self, attributes: Mapping[str, str]) -> list[Command]:
        """Remember attributes for the rest of the contact."""
        self.attributes.update(attributes)
        return [SetAttribute(name, value) for name, value in attributes.items()]

    def speak(self, language: str) -> list[Command]:
        """Everything is said in this language from here on."""
        self.language = self.attributes["language"] = language
        self.language_known = True
        return [SetLanguage(language)]

    def play(self, prompts: PromptIds, *, loop: bool = False, now: float) -> list[Command]:
        """Say prompts in the caller's language in one go; what a key does is up to the step."""
        self._speech = Speech()
        segments = tuple(segment for each in self.passages(prompts) for segment in each.segments)
        return self._play(segments, loop=loop, now=now)

    def needed(self, passages: Iterable[Passage]) -> list[Passage]:
        """Those that a caller has to hear: who typed ahead, only what no key cuts."""
        hurried = len(self.keys) > 0
        return [each for each in passages if each.guarded or not hurried]

    def say(self, passages: Iterable[Passage], *, now: float) -> list[Command]:
        """Say passages, one after the other."""
        self._speech = Speech(passages)
        return self._play(self._speech.onward(hurried=False), now=now)

    def onward(self, *, now: float) -> list[Command]:
        """A passage is over: the next one, or nothing when the speech is over; keys that wait make a hurry."""
        self.playing = self.playing_until = None
        return self._play(self._speech.onward(hurried=len(self.keys) > 0), now=now)

    @property
    def conducted(self) -> bool:
        """Whether a guarded passage plays, or did or will in the same speech: keys wait, or hurry it on."""
        return self.playing is not None and self._speech.conducted

    @property
    def guarded(self) -> bool:
        """Whether what plays may not be cut."""
        return self.playing is not None and self._speech.guarded

    def _play(self, segments: tuple[str, ...], *, loop: bool = False, now: float) -> list[Command]:
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
        self._speech = Speech()

    def passages(self, prompts: PromptIds, language: str | None = None) -> list[Passage]:
        """Prompts as sounds."""
        return [
            Passage(self.segments(id_of(each), language), guarded=not isinstance(each, str))
            for each in prompts
        ]

    def segments(self, prompt: str, language: str | None = None) -> tuple[str, ...]:
        """A prompt as sounds; none when it speaks an attribute that is not known: half a sentence helps nobody."""
        spoken = language or self.language
        parts = self.menus.segments(spoken, prompt) or self.surroundings.announced(spoken, prompt)
        sounds: list[str] = []
        for part in parts:
            if isinstance(part, Slot):
                words = phrases.speak(part.kind, self.attributes.get(part.name, ""), spoken)
                if not words:
                    return ()
                sounds += words
            else:
                sounds.append(part)
        return tuple(sounds)

    def record(self, kind: str, **data: str | float | bool | None) -> Record:
        """A ledger event that names the menu set."""
        return Record(kind, {"menu": self.menus.name, **data})
