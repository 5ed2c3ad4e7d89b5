"""Passwords: argon2id (RFC 9106), hashed beside the loop, two at a time, as long for unknown people as for known ones.

64 MiB and three passes are the second choice of RFC 9106 s.4 and more than OWASP asks for (19 MiB, two passes); one
lane instead of four, so that a login takes one core and not those of the calls.
"""

from __future__ import annotations

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from base.weak_passwords import weakness
from records.people.errors import TooManyLogins, WeakPassword

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from base.secret import Secret

AT_ONCE = 2
MOST_WAITING = 64
"""Attempts that may wait for their turn; more are turned away, so that strangers fill no memory."""


class Cost(NamedTuple):
    """What a hash costs: whoever guesses pays it for each guess."""

    passes: int = 3
    memory: int = 64 * 1024
    """KiB."""
    lanes: int = 1


class Found(NamedTuple):
    """What came of comparing."""

    is_right: bool
    is_stale: bool = False
    """The hash was made at another cost: hash the password again."""


def refuse_weak(password: Secret, names: Iterable[str]) -> None:
    """Raises WeakPassword."""
    fault = weakness(_normal(password), names)
    if fault is not None:
        raise WeakPassword(fault)


def _normal(password: Secret) -> str:
    """One keyboard writes an accent as one character, another as two."""
    return unicodedata.normalize("NFC", password.reveal())


class Passwords:
    """Hashes and compares."""

    def __init__(self, cost: Cost = Cost()) -> None:  # noqa: B008 - a frozen value
        """At this cost."""
        self._hasher = PasswordHasher(
            time_cost=cost.passes, memory_cost=cost.memory, parallelism=cost.lanes, type=Type.ID
        )
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")
        self._waiting = 0
        self._nobody: str | None = None
        self.computed = 0
        """How many hashes were computed."""

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def hash_now(self, password: Secret) -> str:
        """The hash to keep, with its salt and cost. Takes a tenth of a second: for commands and threads."""
        self.computed += 1
        return self._hasher.hash(_normal(password).encode("utf-8", "surrogatepass"))

    def compare_now(self, kept: str | None, password: Secret) -> Found:
        """Whether it is the password. Without a kept hash the same work is done, in vain."""
        given = _normal(password).encode("utf-8", "surrogatepass")
        nobody = (
            self._hash_of_nobody()
        )  # before it is known whether it is needed: the first time it takes long
        if kept is None:
            self._compare(nobody, given)
            return Found(is_right=False)
        is_right = self._compare(kept, given)
        return Found(is_right, is_right and self._hasher.check_needs_rehash(kept))

    def _compare(self, kept: str, given: bytes) -> bool:
        self.computed += 1
        try:
            return self._hasher.verify(kept, given)
        except (VerificationError, InvalidHashError):
            return False

    def _hash_of_nobody(self) -> str:
        if self._nobody is None:
            self._nobody = self._hasher.hash(b"nobody")
        return self._nobody

    async def hash(self, password: Secret) -> str:
        """As `hash_now`, beside the loop. Raises TooManyLogins."""
        with self._turn():
            return await asyncio.get_running_loop().run_in_executor(self._pool, self.hash_now, password)

    async def compare(self, kept: str | None, password: Secret) -> Found:
        """As `compare_now`, beside the loop. Raises TooManyLogins."""
        with self._turn():
            return await asyncio.get_running_loop().run_in_executor(
                self._pool, self.compare_now, kept, password
            )

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """A place in the line for a thread."""
        if self._waiting >= MOST_WAITING:
            raise TooManyLogins("many people log in at this moment; try again in a moment")
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1
