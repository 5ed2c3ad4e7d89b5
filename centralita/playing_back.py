"""Recordings as they are heard again: found in the archive, opened with their keys, read in parts.

Nothing that was sealed is ever written anywhere in the clear.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from base.errors import CentralitaError
from centralita.archive import SEALED
from media.errors import MediaError
from media.sealed import SealedSound, key_number, read_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import BinaryIO

    from centralita.configuration import Configuration

_MEDIA = {".wav": "audio/wav", ".opus": "audio/ogg", ".ogg": "audio/ogg"}
_FOLDERS = 3
"""Parts of a recording's path below the archive: client company, day, name."""


class RecordingGone(CentralitaError):
    """The file of a recording is not there any more."""

    code = "recording_gone"
    status = 404


class RecordingClosed(CentralitaError):
    """A sealed recording cannot be opened here: its key is not at hand, or it was changed."""

    code = "recording_closed"
    status = 409


class Sound:
    """One recording that is open for reading; to be closed. Its methods block: for a thread."""

    def __init__(self, file: BinaryIO, media: str, sealed: SealedSound | None) -> None:
        """Made by PlayingBack."""
        self._file = file
        self._sealed = sealed
        self.media = media
        self.size = sealed.size if sealed is not None else file.seek(0, 2)

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` to before `end`. Raises RecordingClosed."""
        if self._sealed is None:
            self._file.seek(start)
            return self._file.read(end - start)
        try:
            return self._sealed.read(start, end)
        except MediaError as error:
            raise RecordingClosed(str(error)) from error

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class PlayingBack:
    """The recordings of a node."""

    def __init__(self, folder: Path, configuration: Callable[[], Configuration]) -> None:
        """`folder` is that of the archive; `configuration` gives the one in force."""
        self._folder = folder
        self._configuration = configuration

    def open(self, file: str) -> Sound:
        """A recording by the path that its contact tells. Raises RecordingGone and RecordingClosed."""
        path = self._folder.joinpath(*Path(file).parts[-_FOLDERS:])
        try:
            if not path.resolve(strict=True).is_relative_to(self._folder.resolve()):
                raise RecordingGone("the recording is not in the archive")
            opened = path.open("rb")
        except OSError:
            raise RecordingGone("the file of this recording is not there any more") from None
        name = path.name.removesuffix(SEALED)
        media = _MEDIA.get(Path(name).suffix, "application/octet-stream")
        try:
            sealed = SealedSound(opened, self._keys()) if name != path.name else None
        except (MediaError, OSError) as error:
            opened.close()
            raise RecordingClosed(f"{name}: {error}") from error
        return Sound(opened, media, sealed)

    def _keys(self) -> Mapping[str, bytes]:
        """The keys of all client companies, by number."""
        named = [each.recording.key for each in self._configuration().clients.values()]
        found = [read_key(path) for path in named if path is not None and path.exists()]
        return {key_number(each): each for each in found}
