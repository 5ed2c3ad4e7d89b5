"""Identifiers as a port: pure code asks an Ids for them, so that tests get predictable ones."""

from __future__ import annotations

from typing import Protocol


class Ids(Protocol):
    """Where identifiers and unguessable words come from."""

    def new(self) -> str:
        """A unique identifier that sorts by time of making: 26 characters of Crockford base 32 (ULID)."""

    def token(self, octets: int = 8) -> str:
        """An unguessable word of 2 * octets lower-case hexadecimal digits (tags, branches, nonces, Call-IDs)."""

    def number(self, bits: int = 32) -> int:
        """An unguessable non-negative integer below 2**bits."""


class SequenceIds:
    """Predictable identifiers: 1, 2, 3 ... for tests, the simulator and golden files."""

    def __init__(self, prefix: str = "") -> None:
        """Number from one; `prefix` keeps two of them apart on one wire."""
        self._prefix = prefix
        self._count = 0

    def new(self) -> str:
        """The next number, 26 characters wide."""
        self._count += 1
        return f"{self._prefix}{self._count:0{26 - len(self._prefix)}d}"

    def token(self, octets: int = 8) -> str:
        """The next number, 2 * octets digits wide."""
        self._count += 1
        return f"{self._prefix}{self._count:0{2 * octets}d}"

    def number(self, bits: int = 32) -> int:
        """The next number."""
        self._count += 1
        return self._count % (1 << bits)
