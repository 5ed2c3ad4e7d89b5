"""Wrong attempts, by person and by source: after a few each further one has to wait twice as long. Kept in memory only.

An attempt counts as wrong from its beginning until it turns out right, so that many at once are no way round.
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from dataclasses import dataclass

from records.people.errors import LockedOut

LONGEST = 900.0
"""Seconds that the delay grows to."""
FORGOTTEN = 3600.0
"""Seconds after the last attempt in which a key is as if it had never tried."""
KEPT = 20_000
"""Persons and sources that are remembered; of more, those that have not tried for longest are forgotten."""


@dataclass(slots=True)
class _Tries:
    count: int
    last: float
    until: float


class Lockout:
    """The wrong attempts of one kind of key."""

    def __init__(self, free: int, *, longest: float = LONGEST, kept: int = KEPT) -> None:
        """So many attempts cost no delay."""
        self._free, self._longest, self._kept = free, longest, kept
        self._salt = os.urandom(16)
        self._tries: OrderedDict[bytes, _Tries] = OrderedDict()

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._tries)

    def wait(self, key: str, *, now: float) -> float:
        """Seconds until this key may try again; 0 when it may."""
        found = self._tries.get(self._hidden(key))
        return 0.0 if found is None else max(0.0, found.until - now)

    def begin(self, key: str, *, now: float) -> None:
        """Count an attempt. Raises LockedOut, and then counts none."""
        hidden = self._hidden(key)
        found = self._tries.get(hidden)
        if found is not None and found.until > now:
            raise LockedOut(found.until - now)
        if found is None or now - found.last > FORGOTTEN:
            found = self._tries[hidden] = _Tries(0, now, 0.0)
        self._tries.move_to_end(hidden)
        found.count += 1
        found.last = now
        over = found.count - self._free
        if over >= 0:
            found.until = now + min(2.0 ** min(over, 30), self._longest)
        while len(self._tries) > self._kept:
            self._tries.popitem(last=False)

    def succeed(self, key: str) -> None:
        """The attempt was right: all wrong ones before are forgotten."""
        self._tries.pop(self._hidden(key), None)

    def forgive(self, key: str) -> None:
        """The attempt was right, and says nothing of the others of this key: only it is not counted."""
        found = self._tries.get(self._hidden(key))
        if found is not None:
            found.count = max(0, found.count - 1)
            found.until = 0.0

    def _hidden(self, key: str) -> bytes:
        """People type passwords where their names belong: what was typed is not kept."""
        return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), key=self._salt, digest_size=12).digest()
