"""Recordings of prompts by people: recordings/<language>/<piece>.<ending> beside the catalogue, found and brought in.

A recording is known by the hash of its bytes. The sound made from it is kept under that name, so that menus which are
rolled back to an earlier version still have it after the file itself is gone.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from base.document import Fault
from media.importing import ENDINGS, BadRecording, decode

if TYPE_CHECKING:
    from pathlib import Path

    from media.importing import Decoded

FOLDER = "recordings"


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording, by its content; without a path only the sound made from it is left."""

    digest: str
    """SHA-256 of the file, in hex."""
    path: Path | None = None

    def file(self, folder: Path) -> Path:
        """Where the sound made from it is kept; it is named by the content alone, and so outlives the file itself."""
        return folder / f"{self.digest[:32]}.wav"

    def decoded(self) -> Decoded:
        """Its sound. Raises BadRecording, also when the file is no longer the one that was checked."""
        if self.path is None:
            raise BadRecording(f"the recording {self.digest[:12]} is gone, and so is its sound")
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise BadRecording(f"cannot be read: {error.strerror}") from error
        if digest_of(content) != self.digest:
            raise BadRecording("the file was changed after it was checked", "try again")
        return decode(content)


def digest_of(content: bytes) -> str:
    """The name of a content."""
    return hashlib.sha256(content).hexdigest()


def find_recordings(folder: Path, faults: list[Fault]) -> dict[tuple[str, str], Recording]:
    """The recordings beside a catalogue by language and piece; each is decoded once, and again when it changes."""
    found: dict[tuple[str, str], Recording] = {}
    first: dict[tuple[str, str], Path] = {}
    for path in sorted((folder / FOLDER).glob("*")):
        if path.is_file() and not path.name.startswith("."):
            mend = f"put it into a folder for its language: {FOLDER}/es/{path.name}"
            faults.append(Fault(str(path), 1, "a recording has a language", mend))
    for path in sorted((folder / FOLDER).glob("*/*")):
        if path.name.startswith("."):  # what an import has not finished, and what desktops leave behind
            continue
        key = path.parent.name, path.stem
        if _ending(path) not in ENDINGS:
            what = f"{path.name} is no recording that is taken"
            faults.append(Fault(str(path), 1, what, f"save it as {', '.join(ENDINGS)}, or remove it"))
        elif key in first:
            what = f"{first[key].name} and {path.name} are both the recording of {path.stem}"
            faults.append(Fault(str(path), 1, what, "keep one"))
        else:
            first[key] = path
            recording = _checked(path, faults)
            if recording is not None:
                found[key] = recording
    return found


def _checked(path: Path, faults: list[Fault]) -> Recording | None:
    try:
        state = path.stat()
        digest, wrong = _examined(path, state.st_mtime_ns, state.st_size)
    except OSError as error:
        faults.append(Fault(str(path), 1, f"cannot be read: {error.strerror}"))
        return None
    if wrong is not None:
        faults.append(Fault(str(path), 1, *wrong))
        return None
    return Recording(digest, path)


@lru_cache(maxsize=10_000)
def _examined(path: Path, changed: int, size: int) -> tuple[str, tuple[str, str] | None]:
    """The name of a file's content, and what is wrong with it and the mend; a reload asks only for what changed."""
    del changed, size
    content = path.read_bytes()
    try:
        decode(content)
    except BadRecording as error:
        return digest_of(content), (error.what, error.mend)
    return digest_of(content), None


def earlier(folder: Path, language: str, piece: str) -> list[Path]:
    """The recordings that a piece has."""
    there = sorted((folder / FOLDER / language).glob("*"))
    return [path for path in there if path.stem == piece and _ending(path) in ENDINGS]


def _ending(path: Path) -> str:
    return path.suffix.lower().removeprefix(".")


def bring_in(content: bytes, kind: str, folder: Path, language: str, piece: str) -> Path:
    """Keep a checked recording as that of a piece, whole or not at all; earlier ones of the piece are removed.

    The sound that calls hear does not change before the next reload.
    """
    former = earlier(folder, language, piece)
    target = folder / FOLDER / language / f"{piece}.{kind}"
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    for path in former:
        if path != target:
            path.unlink(missing_ok=True)
    return target
