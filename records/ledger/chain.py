"""The chain of events: each carries a SHA-256 over itself and the one before, one chain for each node and UTC day.

    hash(n) = SHA-256(hash(n-1) + head(n) + 00 + data(n) + 00 + sealed(n))

`head` is the JSON array [node, day, seq, contact, n, agent, leg, ts, offset, type] without spaces, all but ASCII
escaped; `data` is the text of the column, `sealed` its bytes, none where it is empty. Before a day's first event stands
SHA-256("centralita ledger" + 00 + node + 00 + day + 00 + head), the head being the last hash of the day before that had
events, or 32 zeros.
"""

from __future__ import annotations

from hashlib import sha256
from json.encoder import encode_basestring_ascii as _quoted
from typing import NamedTuple

_DAY = 86_400 * 1_000_000
NOTHING = bytes(32)
"""What stands for the day before the first."""

_NULL = "null"


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
    told = (
        f"[{_quoted(node)},{head.day},{seq},{_NULL if contact is None else _quoted(contact)},{n or _NULL},"
        f"{_NULL if agent is None else _quoted(agent)},{_NULL if leg is None else _quoted(leg)},{ts},"
        f"{_NULL if offset is None else offset},{_quoted(kind)}]\0{data}\0"
    )
    content = b"%b%b%b" % (head.hash, told.encode(), sealed or b"")
    return Head(head.day, seq, head.previous, sha256(content).digest())
