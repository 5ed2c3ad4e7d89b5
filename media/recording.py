"""A recording in progress: masked, paused and ended by word. What was heard goes to its file in the plane alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from media import _plane

LONGEST_LOOK_BACK = 1.0
"""Seconds a mask may reach back; so long, too, may a process that is killed lose of a recording."""


@dataclass(frozen=True, slots=True)
class RecordingPlan:
    """How to record."""

    stereo: bool = False
    """Left what the port hears, right what it is sent; else what it hears alone."""
    format: str = "wav"
    """`wav`, or `opus` in Ogg (RFC 7845)."""
    tone: bool = True
    """A masked span holds a soft tone; else silence."""
    look_back: float = 0.4
    """Seconds before and after a mask that are masked too: no digit may leak, neither the first nor the last."""
    key: Path | None = None
    """The file of the key that seals the recording."""


class Recording:
    """A recording of one port. Words take effect at the moment they are said; on one that is over they do nothing."""

    __slots__ = ("_recording", "id", "path")

    def __init__(self, recording: _plane.Recording, path: str) -> None:
        self._recording = recording
        self.id = recording.id
        self.path = path

    def mask(self) -> None:
        """From the look-back before now, hold the tone in place of what is heard, until unmasked as often."""
        self._recording.mask()

    def unmask(self) -> None:
        """Take one mask back; with the last, sound is heard again, the look-back from now."""
        self._recording.unmask()

    def pause(self) -> None:
        """Leave out what follows: the recording's own time stands still."""
        self._recording.pause()

    def resume(self) -> None:
        """Go on after a pause."""
        self._recording.resume()

    def stop(self) -> None:
        """End it; told as RecordingFinished once the file is on disk."""
        self._recording.stop()
