"""The chain of events: each carries a SHA-256 over itself and the one before, one chain for each node and UTC day.

    hash(n) = SHA-256(hash(n-1) + head(n) + 00 + data(n) + sealed(n))

`head` is the JSON array [node, day, seq, contact, n, agent, leg, ts, offset, type, length of sealed] without spaces,
all but ASCII escaped; `data` is the text of the column in UTF-8, `sealed` its bytes, none (and the length null) where
it is empty. Before a day's first event stands SHA-256("centralita ledger 2" + 00 + node + 00 + day + 00 + head), the
head being the last hash of the day before that had events, or 32 zeros.

That is version 2 (`chain_day.version`). Days that began under version 1 are without the length, have 00 between `data`
and `sealed`, and begin with "centralita ledger": where one ends and the other begins, only their contents said.
"""

from __future__ import annotations

from hashlib import sha256
from json.encoder import encode_basestring_ascii as _quoted
from typing import NamedTuple

from records.moments import DAY, MICROSECONDS

_DAY = DAY * MICROSECONDS
NOTHING = bytes(32)
"""What stands for the day before the first."""

FIRST, VERSION = 1, 2
"""How events were hashed at first, and how they are in days that begin now."""
_NAMES = {FIRST: b"centralita ledger", VERSION: b"centralita ledger 2"}

_NULL = "null"


class Head(NamedTuple):
    """Where a node's chain stands: the number and hash of its last event."""

    day: int = -1
    """Days since 1970, UTC."""
    seq: int = 0
    previous: bytes = NOTHING
    """The head of the day before."""
    hash: bytes = NOTHING
    version: int = FIRST
    """How the day's events are hashed."""


def day_of(ts: int) -> int:
    """The UTC day of a moment in microseconds, in days since 1970."""
    return ts // _DAY


def start_of_day(node: str, day: int, before: Head, version: int = FIRST) -> Head:
    """A new day after that one. Raises ValueError for a version that nobody knows."""
    return first_of_day(node, day, before.hash if before.seq else before.previous, version)


def first_of_day(node: str, day: int, previous: bytes, version: int) -> Head:
    """What stands before a day's first event, `previous` being where the day before ended. Raises ValueError."""
    if version not in _NAMES:
        raise ValueError(f"version {version} of the chain is not known")
    content = b"%b\0%b\0%d\0%b" % (_NAMES[version], node.encode(), day, previous)
    return Head(day, 0, previous, sha256(content).digest(), version)


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
    day, seq, previous, before, version = head
    seq += 1
    told = (
        f"[{_quoted(node)},{day},{seq},{_NULL if contact is None else _quoted(contact)},{n or _NULL},"
        f"{_NULL if agent is None else _quoted(agent)},{_NULL if leg is None else _quoted(leg)},{ts},"
        f"{_NULL if offset is None else offset},{_quoted(kind)}"
    )
    if version == FIRST:
        told = f"{told}]\0{data}\0"
    else:
        told = f"{told},{_NULL if sealed is None else len(sealed)}]\0{data}"
    content = b"%b%b%b" % (before, told.encode(), sealed or b"")
    return Head(day, seq, previous, sha256(content).digest(), version)
