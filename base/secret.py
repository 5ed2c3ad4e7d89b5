"""A value that must never be seen: one buffer that can be wiped and has no readable form.

Python's str and bytes cannot be wiped, so the digits live in a bytearray and leave it only through `reveal`, whose
callers are few and easy to find. Card numbers, expiry dates, codes and one-time passwords are kept in these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

MASK = "●●●●"


class Secret:
    """Digits held in one wiped buffer. Printing, formatting, pickling or comparing it shows nothing."""

    __slots__ = ("_buffer",)

    def __init__(self, digits: str = "") -> None:
        """Begin with these characters, or empty. Digits and signs are ASCII; passwords may have other letters."""
        self._buffer = bytearray(digits, "utf-8", "surrogatepass")

    def append(self, digit: str) -> None:
        """Add one character. The old buffer is wiped when it has to grow into a new one."""
        old = self._buffer
        self._buffer = grown = bytearray(len(old) + 1)
        grown[:-1] = old
        grown[-1] = ord(digit)
        old[:] = bytes(len(old))

    def reveal(self) -> str:
        """The characters. For the back end's edge and checks only; never keep, log or format the result."""
        return self._buffer.decode("utf-8", "surrogatepass")

    def lend(self, use: Callable[[memoryview], T]) -> T:
        """Let a function read the characters in place. It must keep no view of them and make no copy that stays."""
        with memoryview(self._buffer) as view:
            return use(view)

    def moved(self) -> Secret:
        """All it held, in a new one; this one is empty, and whoever wipes it wipes nothing of the other."""
        other = Secret()
        other._buffer, self._buffer = self._buffer, bytearray()
        return other

    def last(self, count: int) -> str:
        """The last `count` characters: what the payment rules allow to be shown and spoken."""
        return self._buffer[-count:].decode("ascii") if count else ""

    def satisfies(self, check: Callable[[str], bool]) -> bool:
        """Whether a check of the characters holds."""
        return check(self.reveal())

    def wipe(self) -> None:
        """Overwrite the buffer and empty it."""
        self._buffer[:] = bytes(len(self._buffer))  # as long as it was, so in place
        self._buffer = bytearray()

    def __len__(self) -> int:
        """How many octets are held: of digits and signs as many as characters."""
        return len(self._buffer)

    def __bool__(self) -> bool:
        """Whether anything is held."""
        return bool(self._buffer)

    def __repr__(self) -> str:
        """Always the mask."""
        return MASK

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        """Always the mask, whatever the format."""
        return MASK

    def __reduce__(self) -> NoReturn:
        """Refuse pickling and copying through pickle."""
        raise TypeError("a Secret cannot be serialised")

    def __del__(self) -> None:
        """Wipe when forgotten."""
        self.wipe()
