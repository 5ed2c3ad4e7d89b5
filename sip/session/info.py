"""Keys carried in INFO (RFC 6086): application/dtmf-relay and application/dtmf, which have no RFC of their own.

Only what is sent to us, of no Info Package; what we send is in sent_info. The body never reaches a log: the key may
be of a card.
"""

from __future__ import annotations

import re

TYPES = frozenset({"application/dtmf-relay", "application/dtmf"})
"""Bodies that are understood."""

_NAMED = {"10": "*", "11": "#", "12": "A", "13": "B", "14": "C", "15": "D"}
"""Event numbers (RFC 4733 s.3.2) that some phones write in place of the key."""
_SIGNAL = re.compile(r"^\s*signal\s*=\s*([0-9*#a-d]{1,2})\s*$", re.IGNORECASE | re.MULTILINE)
_BARE = re.compile(r"\s*([0-9*#a-d]{1,2})\s*", re.IGNORECASE)


def key_in(kind: str, body: bytes) -> str | None:
    """The key that a body of one of TYPES tells, or None when it tells none (hook-flash, nonsense)."""
    text = body.decode("ascii", "replace")
    found = _SIGNAL.search(text) if kind == "application/dtmf-relay" else None
    found = found or _BARE.fullmatch(text)
    if found is None:
        return None
    key = _NAMED.get(found[1], found[1]).upper()
    return key if len(key) == 1 else None
