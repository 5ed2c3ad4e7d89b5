"""Keys typed ahead: kept between steps in one wiped buffer, bounded, flushed before card data."""

from __future__ import annotations

MOST_AHEAD = 32


class KeyBuffer:
    """The keys nobody has asked for yet, oldest first."""

    __slots__ = ("_keys", "after_full")

    def __init__(self) -> None:
        """Begin empty."""
        self._keys = bytearray()
        self.after_full = False
        """An entry was just completed by its length: a terminator pressed out of habit belongs to it."""

    def push(self, key: str) -> bool:
        """Keep one more key; False when it is none of the twelve or too many are waiting."""
        if len(key) != 1 or key not in "0123456789*#" or len(self._keys) >= MOST_AHEAD:
            return False
        self._keys.append(ord(key))
        return True

    def pull(self, *, terminator: str = "") -> str | None:
        """Take the oldest key, passing over the terminator of an entry that was already full."""
        while self._keys:
            key = chr(self._keys[0])
            self._keys[0] = 0
            del self._keys[0]
            stray = self.after_full and key == terminator
            self.after_full = False
            if not stray:
                return key
        return None

    def flush(self) -> int:
        """Wipe what is waiting; how many keys that were."""
        count = len(self._keys)
        for at in range(count):
            self._keys[at] = 0
        self._keys.clear()
        self.after_full = False
        return count

    def __len__(self) -> int:
        """How many keys wait."""
        return len(self._keys)

    def __repr__(self) -> str:
        """The count only."""
        return f"KeyBuffer({len(self._keys)} keys)"
