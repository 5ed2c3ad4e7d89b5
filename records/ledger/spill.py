"""The journal of an outage: while the database is away, events go to a file, and from there into the tables later.

One file for each outage, appended to and synchronised with the disk for each group of events, so that what is
acknowledged from here survives kill -9 and power loss too. A line is the CRC-32 of what follows, and an entry's JSON;
with a master key it is sealed (AES-256-GCM, bound to file and position) and written in base 64. The last may be torn by
an end in mid-write, and was acknowledged to nobody then. The first line of a file, which is never sealed, names the key
and tells of the transaction whose end was not heard when the outage began: whether it was kept, the chain's head in the
tables says. A file with lines that cannot be read is not removed, but kept aside under another name.
"""

from __future__ import annotations

import contextlib
import json
import os
from base64 import b64decode, b64encode
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

from records.errors import MasterKeyWrong
from records.ledger.entry import entry_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from records.ledger.entry import Entry
    from records.personal.master_key import MasterKey

DAMAGED = ".damaged"
"""What the name of a file ends with then."""


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

    def __init__(
        self,
        folder: Path,
        node: str,
        master: MasterKey | None = None,
        *,
        damaged: Callable[[Path, int], None] = lambda file, lines: None,
    ) -> None:
        """Nothing is touched before the first outage.

        `damaged` hears of each file that is kept aside, and how many of its lines cannot be read.
        """
        self._folder, self._node = folder, node
        self._master, self._tell_damaged = master, damaged
        self._writing: int | None = None
        self._name = ""
        self._size = 0
        self._torn_to: int | None = None
        """How far something that was not acknowledged may stand behind `_size`."""
        self._unreadable: dict[str, set[int]] = {}
        """Where lines that cannot be read begin, by file."""
        self.waiting = 0
        """Entries that are in no table yet."""

    @property
    def is_empty(self) -> bool:
        """Whether all that was spilled is in the tables."""
        return self.waiting == 0

    @property
    def damaged(self) -> int:
        """Lines that cannot be read, of the files that are there and of those that were kept aside."""
        return sum(map(len, self._unreadable.values()))

    @property
    def torn(self) -> Place | None:
        """Up to where something stands that was not acknowledged and could not be taken back.

        Whoever keeps it elsewhere must see to it that it is never read from here, and then `leave` the file.
        """
        return None if self._torn_to is None else Place(self._name, self._torn_to)

    def find(self, read: Place | None) -> None:
        """Look what an earlier life left; `read` is what the tables say of it. Files that are read go.

        Raises MasterKeyWrong where some of it was sealed by another key; nothing is touched then.
        """
        for file in self._files():
            self._check_key(file)
        self.waiting = sum(1 for _ in self.entries(read))
        if read is not None:
            self._name = max(self._name, read.file)  # new files are numbered after it
            for file in self._files():
                if file.name <= read.file:
                    deque(self._lines(file), maxlen=0)  # what of it could not be read, an earlier life knew
                if file.name < read.file:
                    self._remove(file)
        if self.is_empty:
            self.clear()

    def append(self, entries: Sequence[Entry], doubt: Doubt | None = None) -> None:
        """Keep these for good, or none of them. Raises OSError: the disk is full, or away too."""
        if self._writing is None:
            self._open()
        assert self._writing is not None
        if self._torn_to is not None:
            self._take_back()
        lines = self._written(entries, doubt)
        self._torn_to = self._size + len(lines)
        try:
            written = 0
            while written < len(lines):
                written += os.write(self._writing, lines[written:])
            os.fdatasync(self._writing)
        except OSError:
            # What stands there half is taken back, at the latest before the next: it would be read as written, and is
            # written again, and the line that follows it would be read as part of it.
            with contextlib.suppress(OSError):
                self._take_back()
            raise
        self._torn_to = None
        self._size += len(lines)
        self.waiting += len(entries)

    def _written(self, entries: Sequence[Entry], doubt: Doubt | None) -> bytes:
        lines = bytearray()
        if self._size == 0:
            first: dict[str, object] = {} if self._master is None else {"key": self._master.number}
            lines += _line(json.dumps(first | (doubt._asdict() if doubt else {})).encode())
        for each in entries:
            told = each.line().encode()
            if self._master is not None:
                told = b64encode(self._master.seal_line(f"{self._name} {self._size + len(lines)}", told))
            lines += _line(told)
        return bytes(lines)

    def _take_back(self) -> None:
        assert self._writing is not None
        os.ftruncate(self._writing, self._size)
        self._torn_to = None

    def leave(self) -> None:
        """Write no more to the present file, which has something torn at its end."""
        self.close()
        self._torn_to = None

    def entries(self, read: Place | None) -> Iterator[Spilled]:
        """What the tables do not have yet, in order."""
        for file in self._files():
            if read is not None and file.name < read.file:
                continue
            at = read.position if read is not None and file.name == read.file else 0
            for told, end in self._lines(file, at):
                if isinstance(told, list):
                    yield Spilled(entry_of(told, self._node), Place(file.name, end))

    def doubt(self, read: Place | None) -> Doubt | None:
        """What the first file says of the transaction before it, as long as nothing of the file has been read."""
        files = self._files()
        if not files or (read is not None and read.file >= files[0].name):
            return None
        told = _first(files[0])
        return Doubt(told["head"], told["events"]) if "head" in told else None

    def done(self, count: int) -> None:
        """So many more are in the tables."""
        self.waiting -= count
        if self.is_empty:
            self.clear()

    def clear(self) -> None:
        """All is in the tables: the files go."""
        self.waiting = 0
        for file in self._files():
            self._remove(file)
        self.leave()

    def close(self) -> None:
        """Write no more to the present file."""
        if self._writing is not None:
            os.close(self._writing)
            self._writing = None

    def _remove(self, file: Path) -> None:
        if lines := self._unreadable.get(file.name):
            aside = file.with_name(file.name + DAMAGED)
            file.replace(aside)
            with contextlib.suppress(Exception):  # a log that is closed stops nothing
                self._tell_damaged(aside, len(lines))
        else:
            file.unlink()

    def _lines(self, file: Path, at: int = 0) -> Iterator[tuple[object, int]]:
        """What the lines from there on tell, and where each ends. What cannot be read is noted, and left out."""
        is_ours = file.name == self._name and self._writing is not None
        with file.open("rb") as lines:
            lines.seek(at)
            for line in lines:
                began, at = at, at + len(line)
                if (is_ours and at > self._size) or not line.endswith(b"\n"):
                    return  # torn: it was acknowledged to nobody
                if (told := self._told(line, f"{file.name} {began}")) is None:
                    self._unreadable.setdefault(file.name, set()).add(began)
                else:
                    yield told, at

    def _told(self, line: bytes, place: str) -> object | None:
        told = _checked(line)
        with contextlib.suppress(ValueError):
            if told is not None and told[:1] not in (b"[", b"{"):
                told = None if self._master is None else self._master.open_line(place, b64decode(told))
            return None if told is None else json.loads(told)
        return None

    def _check_key(self, file: Path) -> None:
        number = _first(file).get("key")
        ours = None if self._master is None else self._master.number
        if number is not None and number != ours:
            raise MasterKeyWrong(
                f"{file} holds events of an outage, sealed with the master key {number}; this one is {ours}. "
                "Bring that records.key back and start again: nothing of it was touched"
            )

    def _open(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        names = sorted(file.name for file in self._folder.glob("*.jsonl*"))
        number = int(names[-1].split(".")[0]) + 1 if names else self._next_number()
        self._name = f"{number:08d}.jsonl"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        self._writing = os.open(self._folder / self._name, flags, 0o600)
        self._size, self._torn_to = 0, None
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


def _first(file: Path) -> dict[str, Any]:
    """What the first line of a file tells; nothing where it is torn."""
    with file.open("rb") as lines:
        told = _checked(lines.readline())
    found = json.loads(told) if told is not None and told.startswith(b"{") else {}
    return found if isinstance(found, dict) else {}


def _line(told: bytes) -> bytes:
    return b"%08x %b\n" % (crc32(told), told)


def _checked(line: bytes) -> bytes | None:
    """What a line holds; None of one that is torn or damaged."""
    crc, _, told = line.rstrip(b"\n").partition(b" ")
    return told if line.endswith(b"\n") and crc == b"%08x" % crc32(told) else None
