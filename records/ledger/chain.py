"""The chain of events: each carries a SHA-256 over itself and the one before, one chain for each node and UTC day.

    hash(n) = SHA-256(hash(n-1) + head(n) + 00 + data(n) + 00 + sealed(n))

`head` is the JSON array [node, day, seq, contact, n, agent, leg, ts, offset, type] without spaces, all but ASCII
escaped; `data` is the text of the column, `sealed` its bytes, none where it is empty. Before a day's first event stands
SHA-256("centralita ledger" + 00 + node + 00 + day + 00 + head), the head being the last hash of the day before that had
events, or 32 zeros.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import NamedTuple

_DAY = 86_400 * 1_000_000
NOTHING = bytes(32)
"""What stands for the day before the first."""

_encode = json.JSONEncoder(separators=(",", ":")).encode


class Head(NamedTuple):
    """Where a node's chain stands: the number and hash of its last event."""

    day: int = -1
    """Days since 1970, UTC."""
    seq: int = 0
    previous: bytes = NOTHING
    """The head of the day before."""
    hash: bytes = NOTHING


def day_of(ts: int) -> int:
    """The UTC day of a moment in microseconds, in days since 1970."""
    return ts // _DAY


def start_of_day(node: str, day: int, before: Head) -> Head:
    """A new day after that one."""
    previous = before.hash if before.seq else before.previous
    return Head(day, 0, previous, genesis(node, day, previous))


def genesis(node: str, day: int, previous: bytes) -> bytes:
    """What stands before a day's first event."""
    return sha256(b"centralita ledger\0%b\0%d\0%b" % (node.encode(), day, previous)).digest()


def link(
    head: Head,
    node: str,
    contact: str | None,
    n: int | None,
    agent: str | None,
    leg: str | None,
    ts: int,
    offset: int | None,
    kind: str,
    data: str,
    sealed: bytes | None,
) -> Head:
    """The chain with one event more, on the day at which it stands."""
    seq = head.seq + 1
    told = _encode([node, head.day, seq, contact, n, agent, leg, ts, offset, kind])
    content = b"%b%b\0%b\0%b" % (head.hash, told.encode(), data.encode(), sealed or b"")
    return Head(head.day, seq, head.previous, sha256(content).digest())
