"""Free ports of the loopback network for servers and phones under test, given out in rotation."""

from __future__ import annotations

import os
import socket
import threading

# Below Linux's ephemeral range, so that no outgoing connection takes one meanwhile, and below the ports for sound of
# config/centre.yaml, which refuses to have SIP among them.
_FIRST, _LAST = 10000, 20000
_lock = threading.Lock()
_next = _FIRST + (os.getpid() * 97) % (_LAST - _FIRST)


def free_ports(count: int, *, address: str = "127.0.0.1") -> range:
    """Return `count` neighbouring ports, the first one even, free for UDP and TCP on the address.

    A number comes again only after all others have had their turn.
    """
    with _lock:
        return _turn(count, address)


def _turn(count: int, address: str) -> range:
    global _next
    tried = 0
    while tried < 2 * (_LAST - _FIRST):
        first = _next + _next % 2
        if first + count > _LAST:
            first = _FIRST
        block = range(first, first + count)
        taken = next((port for port in block if not _is_free(address, port)), None)
        _next = block.stop if taken is None else taken + 1
        tried += _next - first
        if taken is None:
            return block
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
