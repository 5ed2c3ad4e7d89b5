"""A program of the operator's as a voice: text by standard input, a sound file (wav, mp3, ogg, flac, m4a) back."""

from __future__ import annotations

import shutil
import subprocess

from media.importing import BadRecording, decode
from media.voice import Speech, VoiceFailed

_PATIENCE = 60.0  # seconds for one text


class CommandVoice:
    """Any program that speaks."""

    name = "command"

    def __init__(self, command: tuple[str, ...], version: str = "") -> None:
        """A program and its arguments. No shell reads them."""
        self._command = command
        self.version = f"command {version} {command!r}"

    def fault(self, language: str) -> tuple[str, str] | None:
        """Whether the program is there; what it speaks is the operator's care."""
        del language
        if shutil.which(self._command[0]):
            return None
        return f"no program {self._command[0]} is there to be run", "give its whole path"

    def say(self, text: str, language: str) -> Speech:
        """The text as sound. Raises VoiceFailed."""
        program = self._command[0]
        try:
            done = subprocess.run(
                self._command, input=text.encode(), capture_output=True, check=False, timeout=_PATIENCE
            )
        except subprocess.TimeoutExpired:
            raise VoiceFailed(
                f"{program} took more than {_PATIENCE:.0f} s for a text in {language}"
            ) from None
        except OSError as error:
            raise VoiceFailed(f"{program} cannot be run: {error.strerror}") from error
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip().splitlines() or ["nothing on standard error"]
            raise VoiceFailed(f"{program} failed ({done.returncode}) in {language}: {said[-1]}")
        try:
            found = decode(done.stdout)
        except BadRecording as error:
            raise VoiceFailed(f"what {program} gave back for a text in {language}: {error.what}") from error
        return Speech(found.samples, found.rate)
