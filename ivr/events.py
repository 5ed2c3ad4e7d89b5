"""What happens to a caller in a menu, as the session hears it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class DigitPressed:
    """One key. Its printed form hides which: the caller may be typing a card number."""

    digit: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PlaybackFinished:
    """The numbered playback ended, by itself or because it was replaced."""

    playback: int


@dataclass(frozen=True, slots=True)
class BackEndReplied:
    """The back end's verdict on a request, with facts that may be spoken (last four, reference)."""

    request: int
    result: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """The caller, whose message is being recorded, has been silent for as long as it may."""


@dataclass(frozen=True, slots=True)
class MessageEnded:
    """A message is whole on disk under this name, or there is none."""

    message: int
    seconds: float
    recording: str | None


@dataclass(frozen=True, slots=True)
class CallerHungUp:
    """The caller is gone."""


Event = DigitPressed | PlaybackFinished | BackEndReplied | SpeechPaused | MessageEnded | CallerHungUp
