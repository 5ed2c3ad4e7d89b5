"""Free ports of the loopback network for servers and phones under test, given out in rotation."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from pathlib import Path

# Below Linux's ephemeral range, so that no outgoing connection takes one meanwhile, and below the ports for sound of
# config/centre.yaml, which refuses to have SIP among them.
_FIRST, _LAST = 10000, 20000
_TURN = Path(tempfile.gettempdir()) / f"centralita-test-ports-{os.getuid()}"
"""Whose turn it is next: one rotation for all tests of the machine, since several may run at once."""


def free_ports(count: int, *, address: str = "127.0.0.1") -> range:
    """Return `count` neighbouring ports, the first one even, free for UDP and TCP on the address.

    A number comes again only after all others have had their turn.
    """
    with _TURN.open("a+", encoding="ascii") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # kept until the file is closed
        turn.seek(0)
        told = turn.read()
        block = _next_block(count, address, int(told) if told.isdigit() else _FIRST)
        turn.truncate(0)
        turn.write(str(block.stop))
    return block


def _next_block(count: int, address: str, begin: int) -> range:
    tried = 0
    while tried < 2 * (_LAST - _FIRST):
        first = begin + begin % 2
        if not _FIRST <= first <= _LAST - count:
            first = _FIRST
        block = range(first, first + count)
        taken = next((port for port in block if not _is_free(address, port)), None)
        if taken is None:
            return block
        begin = taken + 1
        tried += begin - first
    raise OSError(f"no {count} neighbouring ports are free between {_FIRST} and {_LAST}")


def free_port(*, address: str = "127.0.0.1") -> int:
    """Return one free port."""
    return free_ports(1, address=address)[0]


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
