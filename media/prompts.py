"""Prompts as sound: made once at set-up into a folder by content hash, mapped into the plane once, shared by all calls.

A recording by a person beside the catalogue (recordings/<language>/<piece>.mp3, say) is used instead of the voice.
"""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING, Protocol

from base.document import Fault
from base.errors import CentralitaError, DocumentError
from media import sound, voice
from media.catalogue import ANY, Catalogue, Music, Silence, Sound, Tone
from media.importing import BadRecording
from media.plane import LAWS
from media.sound import Prepared

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from media.codec import Codec
    from media.plane import Clip
    from media.prompt_recordings import Recording
    from media.voice import VoicePart

FEW = 24
"""So many sounds are made without a second process."""


class PromptMissing(CentralitaError):
    """A prompt was asked for that has no sound."""

    code = "prompt_missing"


@dataclass(frozen=True, slots=True)
class Piece:
    """One sound to be made."""

    language: str
    id: str
    sound: Sound
    recording: Recording | None
    voice: VoicePart

    def file(self, folder: Path) -> Path:
        """Where its sound is kept; another wording, voice or recording is another file.

        That of a recording is named by the recording alone: it serves also after the recording's own file is gone.
        """
        if self.recording is not None:
            return self.recording.file(folder)
        by = sound.EDITION
        if isinstance(self.sound, str):
            by = f"{voice.open_voice(self.voice).version}, {by}"
        content = f"{by}|{self.language}|{self.sound!r}".encode()
        return folder / f"{hashlib.sha256(content).hexdigest()[:32]}.wav"

    def make(self) -> Prepared:
        """Its sound. Raises DocumentError for a recording that cannot be read, VoiceFailed for a silent voice."""
        if self.recording is not None:
            try:
                decoded = self.recording.decoded()
            except BadRecording as error:
                place = str(self.recording.path or f"{self.language} {self.id}")
                raise DocumentError(str(Fault(place, 1, error.what, error.mend))) from error
            return sound.prepared(decoded.samples, decoded.rate)
        match self.sound:
            case Tone(tone=frequencies, seconds=seconds):
                return Prepared(sound.tone(frequencies, seconds))
            case Music(music=kind, seconds=seconds):
                return Prepared(sound.music(kind, seconds))
            case Silence(silence=seconds):
                return Prepared(sound.silence(seconds))
            case text:
                return voice.say(self.voice, text, self.language)


def piece_of(catalogue: Catalogue, language: str, piece: str) -> Piece:
    """One sound that a catalogue needs."""
    what, recording = catalogue.sounds[language][piece], catalogue.recordings.get((language, piece))
    return Piece(language, piece, what, recording, catalogue.voice(language))


def pieces(catalogue: Catalogue) -> Iterator[Piece]:
    """Every sound a catalogue needs."""
    for language, sounds in catalogue.sounds.items():
        for each in sounds:
            yield piece_of(catalogue, language, each)


def missing(catalogue: Catalogue, folder: Path) -> list[Piece]:
    """The sounds that are not in the folder yet."""
    wanted = {each.file(folder): each for each in pieces(catalogue)}
    return [each for path, each in wanted.items() if not path.is_file()]


def build_prompts(
    catalogue: Catalogue, folder: Path, progress: Callable[[int, int, str], None] | None = None
) -> int:
    """Make what is missing; how many sounds that were. `progress` hears (done, of, what)."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = missing(catalogue, folder)
    for done, piece in enumerate(_made(wanted, folder), start=1):
        if progress is not None:
            progress(done, len(wanted), f"{piece.language} {piece.id}")
    return len(wanted)


def _made(wanted: Sequence[Piece], folder: Path) -> Iterator[Piece]:
    if len(wanted) <= FEW:
        yield from (_make((each, folder)) for each in wanted)
        return
    with ProcessPoolExecutor(max_workers=os.cpu_count(), mp_context=get_context("spawn")) as workers:
        yield from workers.map(_make, ((each, folder) for each in wanted), chunksize=8)


def _make(job: tuple[Piece, Path]) -> Piece:
    piece, folder = job
    piece.make().write(piece.file(folder))
    return piece


class ClipLoader(Protocol):
    """What the library needs of the plane."""

    def open_clip(self, path: Path) -> Clip:
        """Take a sound from its file."""


_Files = dict[tuple[str, str], "Path"]
"""(language, piece id) -> the file of its sound."""


class PromptLibrary:
    """The prompts of a catalogue as clips; each is opened and encoded once."""

    def __init__(self, plane: ClipLoader, catalogue: Catalogue, folder: Path) -> None:
        """Speak a catalogue from the sounds in a folder; `prepare` makes those that are missing."""
        self._plane = plane
        self._folder = folder
        self._clips: dict[Path, Clip] = {}
        self._files: _Files = {}
        self._former: _Files = {}
        self.adopt(catalogue)

    def prepare(
        self,
        catalogue: Catalogue,
        progress: Callable[[int, int, str], None] | None = None,
        *,
        codecs: Collection[Codec] = LAWS,
    ) -> int:
        """Make the sounds a catalogue still lacks and load them all, so that no call waits for a file.

        Each is made ready in `codecs`, those that calls may speak. For a thread of its own when the loop is running.
        """
        made = build_prompts(catalogue, self._folder, progress)
        for each in pieces(catalogue):
            self._load(each.file(self._folder)).prepare(codecs)
        return made

    def adopt(self, catalogue: Catalogue) -> None:
        """Speak this catalogue from now on; sounds that stayed the same stay loaded.

        Prompts that are gone can be played until the next one, by calls that began before; what is older is let go.
        """
        files = {(each.language, each.id): each.file(self._folder) for each in pieces(catalogue)}
        self._former, self._files = self._files, files
        kept = {*self._files.values(), *self._former.values()}
        clips = self._clips  # calls may load one meanwhile: this runs on a thread of its own
        self._clips = {path: clips[path] for path in kept if path in clips}

    def has(self, segment: str, language: str = ANY) -> bool:
        """Whether a segment can be played; without a language: one that is the same in all."""
        return _find(self._files, segment, language) is not None

    def clip(self, segment: str, language: str) -> Clip:
        """The sound of a piece; `pl:id` is the piece in another language. Raises PromptMissing."""
        path = _find(self._files, segment, language) or _find(self._former, segment, language)
        if path is None:
            raise PromptMissing(f"no prompt {segment} in {language}")
        return self._load(path)

    def seconds(self, segment: str, language: str) -> float:
        """How long a piece lasts. Raises PromptMissing."""
        return self.clip(segment, language).duration

    def clips(self, segments: Iterable[str], language: str) -> tuple[Clip, ...]:
        """The sounds of a Play command."""
        return tuple(self.clip(each, language) for each in segments)

    def close(self) -> None:
        """Give the plane back what it holds for us."""
        for each in self._clips.values():
            each.release()
        self._clips.clear()

    def _load(self, path: Path) -> Clip:
        found = self._clips.get(path)
        if found is None:
            try:
                found = self._clips[path] = self._plane.open_clip(path)
            except OSError as error:
                raise PromptMissing(
                    f"no sound yet in {path.name}; make it with: centralita prompts build"
                ) from error
        return found


def _find(files: _Files, segment: str, language: str) -> Path | None:
    other, _, piece = segment.rpartition(":")
    return files.get((other or language, piece)) or files.get((ANY, piece))
