"""Keys typed ahead: kept between steps in one wiped buffer, bounded, flushed before card data."""

from __future__ import annotations

MOST_AHEAD = 32
KEYS = "0123456789*#"


class KeyBuffer:
    """The keys nobody has asked for yet, oldest first."""

    __slots__ = ("_habit", "_habit_until", "_keys")

    def __init__(self) -> None:
        """Begin empty."""
        self._keys = bytearray()
        self._habit = ""
        self._habit_until = 0.0

    def push(self, key: str, *, now: float) -> bool:
        """Keep one more key; False when it is none of the twelve or too many are waiting."""
        if len(key) != 1 or key not in KEYS or len(self._keys) >= MOST_AHEAD:
            return False
        if not self._keys and now > self._habit_until:
            self._habit = ""
        self._keys.append(ord(key))
        return True

    def pull(self, *, options: str = "") -> str | None:
        """Take the oldest key, passing over a terminator out of habit unless it is an option now."""
        while self._keys:
            key = chr(self._keys[0])
            self._keys[0] = 0
            del self._keys[0]
            stray = key == self._habit and key not in options
            self._habit = ""
            if not stray:
                return key
        return None

    def ended_by_length(self, terminator: str, *, until: float) -> None:
        """An entry needed no terminator: one that comes first, before `until`, is out of habit and belongs to it."""
        self._habit, self._habit_until = terminator, until

    def flush(self) -> int:
        """Wipe what is waiting; how many keys that were."""
        count = len(self._keys)
        for at in range(count):
            self._keys[at] = 0
        self._keys.clear()
        self._habit = "" if count else self._habit
        return count

    def __len__(self) -> int:
        """How many keys wait, without one that is there out of habit."""
        strays = bool(self._habit) and self._keys[:1] == self._habit.encode("ascii")
        return len(self._keys) - strays

    def __repr__(self) -> str:
        """The count only."""
        return f"KeyBuffer({len(self._keys)} keys)"
