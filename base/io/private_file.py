"""Files of secrets: readable by their owner only, and replaced whole or not at all."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write_private(path: Path, content: bytes) -> None:
    """Write a file with mode 0600 so that a crash leaves either the old one or the new one. Raises OSError."""
    _draft(path, content).replace(path)


def make_private(path: Path, content: bytes) -> bytes:
    """The same for a file that is there once for all: of several who make it at once the first has its way.

    Returns what the file holds. Raises OSError.
    """
    draft = _draft(path, content)
    try:
        path.hardlink_to(draft)  # whole at once, and never over another
    except FileExistsError:
        return path.read_bytes()
    finally:
        draft.unlink()
    # What is sealed with a key from here must not outlive the key when the power goes.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return content


def _draft(path: Path, content: bytes) -> Path:
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft
