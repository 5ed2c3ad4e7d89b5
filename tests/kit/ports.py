"""Free ports of the loopback network for servers and phones under test, given out in rotation."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(tempfile.gettempdir())


@dataclass(frozen=True, slots=True)
class _Rotation:
    """Numbers that come again only after all others had their turn; one rotation for all tests of the machine."""

    first: int
    last: int
    name: str

    def next(self, count: int, address: str) -> range:
        """The next free block whose first number is even."""
        with (_FOLDER / f"{self.name}-{os.getuid()}").open("a+", encoding="ascii") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)  # kept until the file is closed: several runs may go on at once
            turn.seek(0)
            told = turn.read()
            block = self._find(count, address, int(told) if told.isdigit() else self.first)
            turn.truncate(0)
            turn.write(str(block.stop))
        return block

    def _find(self, count: int, address: str, begin: int) -> range:
        tried = 0
        while tried < 2 * (self.last - self.first):
            first = begin + begin % 2
            if not self.first <= first <= self.last - count:
                first = self.first
            block = range(first, first + count)
            taken = next((port for port in block if not _is_free(address, port)), None)
            if taken is None:
                return block
            begin = taken + 1
            tried += max(begin - first, 1)
        raise OSError(f"no {count} neighbouring ports are free between {self.first} and {self.last}")


# Below Linux's ephemeral range, so that no outgoing connection takes one meanwhile, and below the ports for sound of
# config/centre.yaml, which refuses to have SIP among them.
_PASSING = _Rotation(10000, 20000, "centralita-test-ports")
_KEPT = _Rotation(8500, 10000, "centralita-test-kept-ports")


def free_ports(count: int, *, address: str = "127.0.0.1") -> range:
    """Return `count` neighbouring ports, the first one even, free for UDP and TCP on the address: to be opened now.

    Servers take hundreds at once, so that a number comes again after a few dozens of them.
    """
    return _PASSING.next(count, address)


def free_port(*, address: str = "127.0.0.1") -> int:
    """Return one free port, to be opened now."""
    return free_ports(1, address=address)[0]


def kept_port(*, address: str = "127.0.0.1") -> int:
    """Return one free port that nobody else is given while others open theirs, for tests that name it long before."""
    return _KEPT.next(1, address)[0]


def _is_free(address: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(family, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                return False
    return True
