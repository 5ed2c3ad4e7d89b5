"""The chain of events, worked out anew from the rows and from nothing else: second hands beside `records verify`."""

from __future__ import annotations

import itertools
import json
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from records.database import Database

NOTHING = bytes(32)
_EVENTS = text(
    "SELECT node, day, seq, contact, n, agent, leg, ts, offset_us, type, data, sealed, hash FROM event"
    " ORDER BY node, day, seq"
)
_DAYS = text("SELECT node, day, count, previous, head, version FROM chain_day ORDER BY node, day")


def chain_faults(database: Database) -> list[str]:
    """Where an event is missing, changed or twice, and where a day's head is not that of its last event."""
    with database.read() as connection:
        events = connection.execute(_EVENTS).all()
        days = {(node, day): rest for node, day, *rest in connection.execute(_DAYS)}
    found = []
    last: dict[str, bytes] = {}
    for (node, day), several in itertools.groupby(events, lambda row: (row.node, row.day)):
        count, previous, head, version = days.pop((node, day), (0, b"", b"", 0))
        if bytes(previous) != last.get(node, NOTHING):
            found.append(f"{node}, day {day} does not follow the day before")
        name = b"centralita ledger" if version == 1 else b"centralita ledger %d" % version
        link = sha256(name + b"\0" + node.encode() + b"\0%d\0" % day + bytes(previous)).digest()
        seq = 0
        for seq, row in enumerate(several, 1):
            sealed = bytes(row.sealed or b"")
            length = [] if version == 1 else [None if row.sealed is None else len(sealed)]
            told = json.dumps([*row[:9], row.type, *length], separators=(",", ":")).encode()
            between = b"\0" if version == 1 else b""
            link = sha256(link + told + b"\0" + row.data.encode() + between + sealed).digest()
            if row.seq != seq or bytes(row.hash) != link:
                found.append(f"{node}, day {day}: event {seq} is not what the chain says")
                break
        if (seq, link) != (count, bytes(head)):
            found.append(f"{node}, day {day} ends otherwise than it says")
        last[node] = link
    return [*found, *(f"{node}, day {day} has no events" for node, day in days)]
