"""Files of secrets: readable by their owner only, and replaced whole or not at all."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO


def write_private(path: Path, content: bytes) -> None:
    """Write a file with mode 0600 so that a crash leaves either the old one or the new one. Raises OSError."""
    with whole_file(path) as file:
        file.write(content)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """The same, bit by bit: where the block fails nothing is left, and what stood there stays. Raises OSError."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise


def make_private(path: Path, content: bytes) -> bytes:
    """The same for a file that is there once for all: of several who make it at once the first has its way.

    Returns what the file holds. Raises OSError.
    """
    draft = path.with_name(f".{path.name}.new.{os.getpid()}.{threading.get_ident()}")
    write_private(draft, content)
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
