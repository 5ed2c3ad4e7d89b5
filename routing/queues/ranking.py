"""A small ordered set: names by key, kept sorted, so that the first and a position are cheap."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Key = tuple[float, ...]
"""Smaller comes first."""


class Ranking:
    """Names in the order of their keys."""

    __slots__ = ("_keys", "_row")

    def __init__(self) -> None:
        """Begin empty."""
        self._row: list[tuple[Key, str]] = []
        self._keys: dict[str, Key] = {}

    def add(self, name: str, key: Key) -> None:
        """Put a name in its place; a name already there moves."""
        self.discard(name)
        self._keys[name] = key
        insort(self._row, (key, name))

    def discard(self, name: str) -> None:
        """Take a name out, if it is there."""
        key = self._keys.pop(name, None)
        if key is not None:
            del self._row[bisect_left(self._row, (key, name))]

    def first(self) -> str | None:
        """The name with the smallest key."""
        return self._row[0][1] if self._row else None

    def first_key(self) -> Key | None:
        """The smallest key."""
        return self._row[0][0] if self._row else None

    def head(self, count: int) -> list[str]:
        """The first few names in order."""
        return [name for _, name in self._row[:count]]

    def rows(self, count: int) -> list[tuple[Key, str]]:
        """The first few in order, with their keys."""
        return self._row[:count]

    def position(self, name: str) -> int:
        """The place of a name, from one."""
        return bisect_left(self._row, (self._keys[name], name)) + 1

    def __contains__(self, name: str) -> bool:
        """Whether the name is there."""
        return name in self._keys

    def __len__(self) -> int:
        """How many names there are."""
        return len(self._row)

    def __iter__(self) -> Iterator[str]:
        """The names in order."""
        return iter([name for _, name in self._row])
