"""The journal of an outage: while the database is away, events go to a file, and from there into the tables later.

One file for each outage, appended to and synchronised with the disk for each group of events, so that what is
acknowledged from here survives kill -9 and power loss too. A line is the CRC-32 of an entry's JSON and the JSON itself;
the last may be torn by an end in mid-write, and was acknowledged to nobody then. The first line of a file tells of the
transaction whose end was not heard when the outage began: whether it was kept, the chain's head in the tables says.
"""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from records.ledger.entry import entry_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from records.ledger.entry import Entry


class Place(NamedTuple):
    """How far a journal has been read into the tables: all before this byte of this file."""

    file: str
    position: int


class Doubt(NamedTuple):
    """A transaction whose end was not heard: its events, the first of the journal, may be in the tables already."""

    head: str
    """Where the chain stands if it was kept: a hash in hexadecimal digits."""
    events: int


class Spilled(NamedTuple):
    """An entry of the journal, and where the next one begins."""

    entry: Entry
    place: Place


class Spill:
    """One node's journal folder. Used by one thread at a time."""

    def __init__(self, folder: Path, node: str) -> None:
        """Nothing is touched before the first outage."""
        self._folder, self._node = folder, node
        self._writing: int | None = None
        self._name = ""
        self._size = 0
        self._is_torn = False
        """Whether something half written may stand behind `_size`."""
        self.waiting = 0
        """Entries that are in no table yet."""

    @property
    def is_empty(self) -> bool:
        """Whether all that was spilled is in the tables."""
        return self.waiting == 0

    def find(self, read: Place | None) -> None:
        """Look what an earlier life left; `read` is what the tables say of it. Files that are read go."""
        if read is not None:
            self._name = max(self._name, read.file)  # new files are numbered after it
            for file in self._files():
                if file.name < read.file:
                    file.unlink()
        self.waiting = sum(1 for _ in self.entries(read))
        if self.is_empty:
            self.clear()

    def append(self, entries: Sequence[Entry], doubt: Doubt | None = None) -> None:
        """Keep these for good, or none of them. Raises OSError: the disk is full, or away too."""
        if self._writing is None:
            self._open()
        assert self._writing is not None
        if self._is_torn:
            self._take_back()
        first = [json.dumps(doubt._asdict() if doubt else {})] if self._size == 0 else []
        told = (line.encode() for line in (*first, *(each.line() for each in entries)))
        lines = b"".join(b"%08x %b\n" % (crc32(line), line) for line in told)
        try:
            written = 0
            while written < len(lines):
                written += os.write(self._writing, lines[written:])
            os.fdatasync(self._writing)
        except OSError:
            # What stands there half is taken back, at the latest before the next: it would be read as written, and is
            # written again, and the line that follows it would be read as part of it.
            self._is_torn = True
            with contextlib.suppress(OSError):
                self._take_back()
            raise
        self._size += len(lines)
        self.waiting += len(entries)

    def _take_back(self) -> None:
        assert self._writing is not None
        os.ftruncate(self._writing, self._size)
        self._is_torn = False

    def entries(self, read: Place | None) -> Iterator[Spilled]:
        """What the tables do not have yet, in order."""
        for file in self._files():
            if read is not None and file.name < read.file:
                continue
            at = read.position if read is not None and file.name == read.file else 0
            with file.open("rb") as lines:
                lines.seek(at)
                for line in lines:
                    at += len(line)
                    if (entry := _entry(line, self._node)) is not None:
                        yield Spilled(entry, Place(file.name, at))

    def doubt(self, read: Place | None) -> Doubt | None:
        """What the first file says of the transaction before it, as long as nothing of the file has been read."""
        files = self._files()
        if not files or (read is not None and read.file >= files[0].name):
            return None
        with files[0].open("rb") as lines:
            told = _told(lines.readline())
        return Doubt(**told) if isinstance(told, dict) and told else None

    def done(self, count: int) -> None:
        """So many more are in the tables."""
        self.waiting -= count
        if self.is_empty:
            self.clear()

    def clear(self) -> None:
        """All is in the tables: the files go."""
        self.close()
        self.waiting = 0
        for file in self._files():
            file.unlink()

    def close(self) -> None:
        """Write no more to the present file."""
        if self._writing is not None:
            os.close(self._writing)
            self._writing = None

    def _open(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        names = [file.name for file in self._files()]
        number = int(names[-1].split(".")[0]) + 1 if names else self._next_number()
        self._name = f"{number:08d}.jsonl"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        self._writing = os.open(self._folder / self._name, flags, 0o600)
        self._size, self._is_torn = 0, False
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _next_number(self) -> int:
        """Greater than that of any file that the tables may remember."""
        return int(self._name.split(".")[0]) + 1 if self._name else 1

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.jsonl")) if self._folder.is_dir() else []


def _entry(line: bytes, node: str) -> Entry | None:
    """The entry of a line; None of a torn one, and of the first."""
    told = _told(line)
    return entry_of(told, node) if isinstance(told, list) else None


def _told(line: bytes) -> object:
    crc, _, told = line.rstrip(b"\n").partition(b" ")
    if not line.endswith(b"\n") or crc != b"%08x" % crc32(told):
        return None
    return json.loads(told)
