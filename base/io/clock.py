"""The time of day as headers carry it (RFC 9110 s.5.6.7, which is also the Date of RFC 3261 s.20.17)."""

from __future__ import annotations

from email.utils import formatdate
from functools import lru_cache
from time import time


def http_date() -> str:
    """Now, to the second, in GMT."""
    return _written(int(time()))


@lru_cache(maxsize=2)
def _written(second: int) -> str:
    """Many ask within one second, and writing it out is dear."""
    return formatdate(second, usegmt=True)
