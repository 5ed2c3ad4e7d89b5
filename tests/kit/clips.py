"""A plane's clips without a plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from media import sound
from tests.kit.tone import read_wav

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from media.codec import Codec


class ClipOf:
    """A clip that remembers its samples."""

    def __init__(self, path: Path) -> None:
        """Read the file."""
        self.pcm = pcm = read_wav(path)
        self.duration = len(pcm) / 2 / sound.RATE
        self.released = False

    def prepare(self, codecs: Iterable[Codec]) -> None:
        """Remember in which codecs it was made ready."""
        self.ready = set(codecs)

    def release(self) -> None:
        """Remember that it was given up."""
        self.released = True


class Loader:
    """What the library needs of a plane."""

    def __init__(self) -> None:
        """Nothing is loaded yet."""
        self.loaded: list[ClipOf] = []

    def open_clip(self, path: Path) -> ClipOf:
        """Take a sound from its file."""
        self.loaded.append(ClipOf(path))
        return self.loaded[-1]
