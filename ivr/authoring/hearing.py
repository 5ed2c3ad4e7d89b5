"""What a caller hears, as text: the words of prompts with the values spoken in them, and about how long they last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from media.catalogue import ANY, Music, Silence, Tone
from media.voice import estimated_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from media.catalogue import Catalogue


class Hearing:
    """The sounds of a catalogue for somebody who reads."""

    __slots__ = ("_lasting", "_pieces", "_wording")

    def __init__(self, wording: Catalogue, lasting: Callable[[str, str], float] | None = None) -> None:
        """`lasting` knows the seconds of a piece in a language; without it they are reckoned from the text."""
        self._wording = wording
        self._lasting = lasting
        self._pieces: dict[str, dict[str, tuple[str, int]]] = {}

    def text(self, segments: Sequence[str], language: str) -> str:
        """What is said, numbers in words."""
        words = ""
        for spoken, piece in _each(segments, language):
            sound = self._wording.sound(spoken, piece)
            if isinstance(sound, Silence):
                words += "," if words[-1:].isalnum() else ""
                continue
            said = sound if isinstance(sound, str) else f"({piece})"
            if words[-1:].isalnum() and said[:1].isupper():
                words += "."  # the stop behind a value is in no piece
            words += " " + said if words else said
        return words

    def prompts(self, segments: Sequence[str], language: str) -> tuple[str, ...]:
        """The prompts that the segments are pieces of."""
        found: list[str] = []
        last = -1
        for spoken, piece in _each(segments, language):
            known = self._known(spoken).get(piece)
            if known is None:
                continue  # a word of a value
            prompt, at = known
            if not found or found[-1] != prompt or at <= last:
                found.append(prompt)
            last = at
        return tuple(found)

    def seconds(self, segments: Sequence[str], language: str) -> float:
        """How long they last."""
        return sum(self._seconds(spoken, piece) for spoken, piece in _each(segments, language))

    def _seconds(self, language: str, piece: str) -> float:
        if self._lasting is not None:
            return self._lasting(piece, language)
        sound = self._wording.sound(language, piece)
        if isinstance(sound, (Tone, Music)):
            return sound.seconds
        if isinstance(sound, Silence):
            return sound.silence
        return estimated_seconds(sound, language)

    def _known(self, language: str) -> dict[str, tuple[str, int]]:
        """Piece -> (prompt, which of its pieces)."""
        found = self._pieces.get(language)
        if found is None:
            prompts = {**self._wording.segments.get(ANY, {}), **self._wording.segments.get(language, {})}
            found = self._pieces[language] = {
                piece: (prompt, at)
                for prompt, pieces in prompts.items()
                for at, piece in enumerate(pieces)
                if isinstance(piece, str)
            }
        return found


def _each(segments: Sequence[str], language: str) -> Iterator[tuple[str, str]]:
    """(language, piece): a segment may name a language of its own."""
    for segment in segments:
        other, _, piece = segment.rpartition(":")
        yield other or language, piece
