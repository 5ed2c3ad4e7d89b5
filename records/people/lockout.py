"""Wrong attempts: after a few each further one waits, for one person from one source, of a source, of strangers.

Who tries names from outside must not keep their owners out: waits are for a person and a source together, and the
limits of a whole source and of all strangers to a person do not hold where that person came in well before. An attempt
counts as wrong from its beginning until it turns out right, so that many at once are no way round. Kept in memory only.
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from dataclasses import dataclass

from base.buckets import KEPT, Buckets
from records.people.errors import LockedOut

FREE = 5
"""Wrong attempts of a source at one person that cost no wait."""
LONGEST = 900.0
"""Seconds that the wait grows to."""
FORGOTTEN = 86_400.0
"""Seconds after the last attempt in which a person and a source are as if they had never tried."""
OF_SOURCE, SOURCE_EVERY = 20, 180.0
"""Wrong attempts of one source at anybody: there may be an office behind it; and the seconds to each further."""
OF_STRANGERS, STRANGER_EVERY = 50, 120.0
"""Wrong attempts at one person from sources where that person never came in, and the seconds to each further."""


@dataclass(slots=True)
class _Tries:
    count: int
    last: float
    until: float


class Lockout:
    """The wrong attempts of one kind of key: each further one waits twice as long."""

    def __init__(self, free: int, *, longest: float = LONGEST, kept: int = KEPT) -> None:
        """So many attempts cost no delay."""
        self._free, self._longest, self._kept = free, longest, kept
        self._tries: OrderedDict[bytes, _Tries] = OrderedDict()

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._tries)

    def begin(self, key: bytes, *, now: float) -> None:
        """Count an attempt. Raises LockedOut, and then counts none."""
        found = self._tries.get(key)
        if found is not None and found.until > now:
            raise LockedOut(found.until - now)
        if found is None or now - found.last > FORGOTTEN:
            found = self._tries[key] = _Tries(0, now, 0.0)
        self._tries.move_to_end(key)
        found.count += 1
        found.last = now
        over = found.count - self._free
        if over >= 0:
            found.until = now + min(2.0 ** min(over, 30), self._longest)
        while len(self._tries) > self._kept:
            self._tries.popitem(last=False)

    def succeed(self, key: bytes) -> None:
        """The attempt was right: all wrong ones before are forgotten."""
        self._tries.pop(key, None)

    def forgive(self, key: bytes) -> None:
        """The attempt was right, and says nothing of the others of this key: only it is not counted."""
        found = self._tries.get(key)
        if found is not None:
            found.count = max(0, found.count - 1)
            found.until = 0.0


class Attempts:
    """All limits together, of persons and the sources that try them."""

    def __init__(self) -> None:
        """Nobody has tried yet."""
        self._salt = os.urandom(16)
        self._pairs = Lockout(FREE)
        self._sources = Buckets(OF_SOURCE, 1.0 / SOURCE_EVERY)
        self._strangers = Buckets(OF_STRANGERS, 1.0 / STRANGER_EVERY)

    def begin(self, person: str, source: str, *, is_known: bool, now: float) -> None:
        """Count an attempt; `is_known`: the person came in from this source before. Raises LockedOut."""
        self._pairs.begin(self._hidden(person, source), now=now)
        if is_known:
            return
        try:
            self.begin_of_source(source, now=now)
        except LockedOut:
            self._pairs.forgive(self._hidden(person, source))
            raise
        wait = self._strangers.take(self._hidden(person), now=now)
        if wait:
            self._pairs.forgive(self._hidden(person, source))
            self.forgive_source(source)
            raise LockedOut(wait)

    def begin_of_source(self, source: str, *, now: float) -> None:
        """Count an attempt at nobody in particular. Raises LockedOut."""
        wait = self._sources.take(self._hidden(source), now=now)
        if wait:
            raise LockedOut(wait)

    def succeed(self, person: str, source: str, *, is_known: bool) -> None:
        """It was right: the wrong ones of this person from there are forgotten, those of others stay."""
        self._pairs.succeed(self._hidden(person, source))
        self._give_back(person, source, is_known=is_known)

    def forgive(self, person: str, source: str, *, is_known: bool) -> None:
        """It was not wrong: it does not count."""
        self._pairs.forgive(self._hidden(person, source))
        self._give_back(person, source, is_known=is_known)

    def forgive_source(self, source: str) -> None:
        """Likewise of an attempt at nobody in particular."""
        self._sources.give_back(self._hidden(source))

    def _give_back(self, person: str, source: str, *, is_known: bool) -> None:
        if not is_known:
            self.forgive_source(source)
            self._strangers.give_back(self._hidden(person))

    def _hidden(self, *key: str) -> bytes:
        """People type passwords where their names belong: what was typed is not kept."""
        typed = "\0".join(key).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(typed, key=self._salt, digest_size=12).digest()
