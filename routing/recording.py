"""What a client company wants recorded: the part `recording` of config/clients/<id>.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from base.document import Fault, Part
from base.durations import Seconds
from base.errors import CentralitaError
from media.recording import LONGEST_LOOK_BACK
from media.sealed import read_key

if TYPE_CHECKING:
    from collections.abc import Iterator


class RecordingPart(Part):
    """As written by the administrator; nothing is recorded unless it says so."""

    calls: Literal["all", "queue", "none"] = "none"
    """`all`: every call from its answer on. `queue`: from when an agent of a queue speaks with the caller."""
    format: Literal["wav", "opus"] = "wav"
    key: Path | None = None
    """The file of the key that recordings are sealed with; none leaves them plain."""
    mask: Literal["tone", "silence"] = "tone"
    """What is in the file where secrets were spoken or keyed."""
    look_back: Annotated[Seconds, Field(ge=0.1, le=LONGEST_LOOK_BACK)] = 0.4
    """How far before and after a secret the mask reaches."""
    agents_may_pause: bool = False
    """Whether agents may leave out a part of the conversation, by a code in the call."""


def key_faults(path: Path, line: int, setting: str, key: Path | None) -> Iterator[Fault]:
    """What is wrong with a key's file: found before the first call needs it."""
    if key is None:
        return
    mend = "make one: openssl rand -hex 32 > FILE; chmod 600 FILE"
    try:
        read_key(key)
        mode = key.stat().st_mode
    except OSError as error:
        yield Fault(str(path), line, f"{setting}: {key}: {error.strerror}", mend)
    except CentralitaError as error:
        yield Fault(str(path), line, f"{setting}: {error}", mend)
    else:
        if mode & 0o077:
            yield Fault(str(path), line, f"{setting}: {key} can be read by others", "chmod 600 it")
