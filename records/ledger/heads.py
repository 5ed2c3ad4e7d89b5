"""Where a node's chain stood, noted outside the database: who cuts off the end of the chain there is found by it.

In the state folder: one file to which the end of each day is added, and one that tells how far the present day has
come, written anew at most once a minute and at a stop. Nothing here is secret, and nothing here is signed: who holds
the state folder holds the key of the seals too.
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import structlog

from base.io.private_file import write_private

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import Self

    from records.ledger.chain import Head

log = structlog.get_logger()

FOLDER = "heads"
_BETWEEN = 60.0
"""Seconds from one note of the present day to the next, while events come."""
_DAYS, _NOW = ".days.jsonl", ".now.jsonl"


class Noted(NamedTuple):
    """So many events a node had written of a day, the last with this hash."""

    node: str
    day: int
    """Days since 1970, UTC."""
    events: int
    head: bytes

    @property
    def line(self) -> bytes:
        """As the file has it."""
        told: dict[str, Any] = self._asdict() | {"head": self.head.hex()}
        return f"{json.dumps(told)}\n".encode()

    @classmethod
    def read(cls, line: str) -> Self:
        """What `line` wrote. Raises ValueError."""
        try:
            told = json.loads(line)
            return cls(str(told["node"]), int(told["day"]), int(told["events"]), bytes.fromhex(told["head"]))
        except (KeyError, TypeError) as problem:
            raise ValueError(f"no note of a chain's head: {problem}") from None


class Heads:
    """The notes of one node. Used by one thread at a time; a disk that is full leaves older notes."""

    def __init__(self, folder: Path, node: str) -> None:
        """Nothing is touched yet."""
        name = quote(node, safe="")
        self._node = node
        self._days, self._now = folder / f"{name}{_DAYS}", folder / f"{name}{_NOW}"
        self._next = 0.0

    def check(self, has: Callable[[Noted], bool]) -> None:
        """At a start: what was noted last must be there still, which `has` tells.

        What was cut off is told, and stays noted though the present day is noted anew.
        """
        cut = [each for each in _notes(self._now) if not has(each)]
        for each in cut:
            log.error("records_cut_off", node=each.node, day=each.day, events=each.events)
        if cut:
            self._add([each.line for each in cut])

    def committed(self, over: Sequence[Head], present: Head) -> None:
        """The chain went on to here; these days have ended by that."""
        if over or time.monotonic() >= self._next:
            self._keep(over, present)

    def stopped(self, head: Head) -> None:
        """Nothing comes after this for now."""
        if head.seq:
            self._keep((), head)

    def _keep(self, over: Sequence[Head], present: Head) -> None:
        self._next = time.monotonic() + _BETWEEN
        try:
            if over:
                self._add([self._noted(each).line for each in over])
            self._now.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(self._now, self._noted(present).line)
        except OSError as problem:
            log.warning("chain_head_not_noted", file=str(self._now), reason=problem.strerror)

    def _add(self, lines: Sequence[bytes]) -> None:
        self._days.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._days, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            file.write(b"".join(lines))
            file.flush()
            os.fsync(file.fileno())

    def _noted(self, head: Head) -> Noted:
        return Noted(self._node, head.day, head.seq, head.hash)


def all_notes(folder: Path) -> list[Noted]:
    """What the nodes of a state folder noted; half a line at the end is left out. Raises OSError."""
    files = sorted(folder.glob("*.jsonl")) if folder.is_dir() else []
    return [each for file in files for each in _notes(file)]


def _notes(file: Path) -> list[Noted]:
    if not file.is_file():
        return []
    found = []
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            found.append(Noted.read(line))
        except ValueError:
            continue
    return found
