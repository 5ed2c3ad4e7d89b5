"""The sound of a tried call: its prompts one after the other, with the silences between them, as one WAV file."""

from __future__ import annotations

import wave
from array import array
from functools import cache
from typing import TYPE_CHECKING

from ivr.authoring.transcript import Hushed, Left, Said
from media.catalogue import ANY
from media.prompts import piece_of
from media.sound import RATE, write_wav

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ivr.authoring.transcript import Entry
    from media.catalogue import Catalogue
    from media.sound import Samples


class TriedSound:
    """The prompts of a catalogue as samples; what has no sound yet is made."""

    def __init__(self, catalogue: Catalogue, folder: Path) -> None:
        """`folder` keeps the sounds."""
        self._catalogue = catalogue
        self._folder = folder
        self._samples = cache(self._read)

    def seconds(self, piece: str, language: str) -> float:
        """How long a piece lasts. Raises DocumentError and VoiceFailed where it cannot be made."""
        return len(self._samples(piece, language)) / RATE

    def write(self, path: Path, transcript: Sequence[Entry], until: float) -> None:
        """Write a whole call. Raises OSError."""
        write_wav(path, self.call(transcript, until))

    def call(self, transcript: Sequence[Entry], until: float) -> Samples[int]:
        """What the caller hears, from the beginning until a time of the call."""
        sound = array("h", bytes(2 * round(until * RATE)))
        spoken = [at for at, each in enumerate(transcript) if isinstance(each, Said)]
        for at in spoken:
            said = transcript[at]
            over = (each.at for each in transcript[at + 1 :] if isinstance(each, Said | Hushed | Left))
            if isinstance(said, Said):
                self._put(said, sound, round(said.at * RATE), round(min(next(over, until), until) * RATE))
        return sound

    def _put(self, said: Said, sound: Samples[int], start: int, end: int) -> None:
        words: Samples[int] = array("h")
        for segment in said.segments:
            other, _, piece = segment.rpartition(":")
            words.extend(self._samples(piece, other or said.language))
        at = start
        while words and at < end:
            room = min(len(words), end - at)
            sound[at : at + room] = words[:room]
            at += room if said.loop else end

    def _read(self, piece: str, language: str) -> Samples[int]:
        spoken = language if piece in self._catalogue.sounds.get(language, ()) else ANY
        if piece not in self._catalogue.sounds.get(spoken, ()):
            return array("h")
        made = piece_of(self._catalogue, spoken, piece)
        file = made.file(self._folder)
        if not file.is_file():
            self._folder.mkdir(parents=True, exist_ok=True)
            made.make().write(file)
        with wave.open(str(file), "rb") as opened:  # one of our own: 8 kHz, 16 bit, one channel
            return array("h", opened.readframes(opened.getnframes()))
