"""Free ports of the loopback network for servers and phones under test; each number is given out once per run."""

from __future__ import annotations

import os
import socket

_FIRST, _LAST = (
    20000,
    31000,
)  # below Linux's ephemeral range, so that no outgoing connection takes one meanwhile
_given: set[int] = set()
_next = _FIRST + (os.getpid() * 97) % (_LAST - _FIRST)


def free_ports(count: int, *, address: str = "127.0.0.1") -> range:
    """Return `count` neighbouring ports, the first one even, free for UDP and TCP on the address."""
    global _next
    while True:
        first = _next + _next % 2
        if first + count > _LAST:
            first = _FIRST
        _next = first + count
        block = range(first, first + count)
        if not _given.intersection(block) and all(_is_free(address, port) for port in block):
            _given.update(block)
            return block


def free_port(*, address: str = "127.0.0.1") -> int:
    """Return one free port."""
    return free_ports(1, address=address)[0]


def _is_free(address: str, port: int) -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                return False
    return True
