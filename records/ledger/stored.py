"""Events as the tables have them, made ready to be folded again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from records.ledger.entry import Entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from records.personal.sealing import Opener

STORED = ("contact", "leg", "agent", "ts", "offset_us", "type", "data", "sealed", "node")
"""The columns of `event` that `stored_entry` reads, in this order; the contact's key comes after them."""


def stored_entry(row: Sequence[Any], key: bytes | None, opener: Opener | None) -> Entry:
    """An event as it was told, as far as what is sealed of it can be opened. Raises SealBroken, MasterKeyWrong."""
    contact, leg, agent, ts, offset, kind, text, sealed, node = row
    data = json.loads(text)
    if sealed is not None and opener is not None:
        data = opener.open(contact, kind, data, sealed, key)
    return Entry(ts, offset, contact or "", leg, agent, kind, data, text, node)
