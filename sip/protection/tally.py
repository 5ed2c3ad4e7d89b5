"""Counts of what was turned away and why, for counters and tests: a word for each reason, never a peer's own."""

from __future__ import annotations


class Tally:
    """One count for each reason."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._counts: dict[str, int] = {}

    def count(self, reason: str) -> None:
        """One more of these. Reasons are our own words, so that there are few."""
        self._counts[reason] = self._counts.get(reason, 0) + 1

    def __getitem__(self, reason: str) -> int:
        """How often so far."""
        return self._counts.get(reason, 0)

    def all(self) -> dict[str, int]:
        """Every reason that occurred, by name."""
        return dict(sorted(self._counts.items()))
