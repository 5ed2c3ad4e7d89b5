"""Real identifiers: ULIDs from the wall clock and the system's random source."""

from __future__ import annotations

import os
import time

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [a + b for a in _CROCKFORD for b in _CROCKFORD]
"""Two characters for each 10 bits: half the steps of encoding one by one."""


class SystemIds:
    """Identifiers for a running node. Random octets come from the kernel in blocks, which is many times cheaper."""

    __slots__ = ("_at", "_block", "_last")

    _BLOCK = 8192

    def __init__(self) -> None:
        """Begin with an empty block."""
        self._block = b""
        self._at = 0
        self._last = 0

    def _take(self, octets: int) -> bytes:
        at = self._at
        if at + octets > len(self._block):
            self._block, at = os.urandom(max(self._BLOCK, octets)), 0
        self._at = at + octets
        return self._block[at : at + octets]

    def new(self) -> str:
        """A ULID, ever growing within this process even inside one millisecond."""
        value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(self._take(10), "big")
        if value <= self._last:
            value = self._last + 1
        self._last = value
        return "".join([_PAIRS[(value >> shift) & 1023] for shift in range(120, -1, -10)])

    def token(self, octets: int = 8) -> str:
        """An unguessable word of 2 * octets hexadecimal digits."""
        return self._take(octets).hex()

    def number(self, bits: int = 32) -> int:
        """An unguessable integer below 2**bits."""
        return int.from_bytes(self._take((bits + 7) // 8), "big") % (1 << bits)
