"""The sum check of a contact: what its segments add up to is held against what was measured apart from them.

* The customer's segments, which the events' offsets make, must add up to the length that the node measured from the
  contact's beginning to its end, within a millisecond for each segment.
* The customer must not have been joined with nobody: bridges and legs are told of by different parts of the program.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from records.moments import MICROSECONDS
from records.views.fields import number, real, span
from records.views.segments import customers

if TYPE_CHECKING:
    from records.views.contact_state import ContactState
    from records.views.fields import Data

OK, OFF = "ok", "off"
_READING = 0.1
"""Seconds by which the measured length may be off: the node may be held up between reading the clock and telling."""
_EACH = 0.001
"""Seconds by which each segment may be off: its events are made one after the other."""
_ALONE = 1.0
"""Seconds for which the customer may be joined with nobody: a busy node parts them a moment after one has gone."""


def check(state: ContactState, data: Data, alone: int) -> None:
    """Note the result in the contact, which has just been closed; nothing where no length was measured."""
    row = state.contact
    length = real(data, "length")
    row["length"] = length
    lost = alone / MICROSECONDS
    if length is None:
        if lost > _ALONE:
            row["checked"], row["off_by"] = OFF, lost
        return
    own = list(customers(state))
    total = sum(number(each["ended_at"]) - number(each["began_at"]) for each in own) / MICROSECONDS
    misread = abs(total - length)
    gaps = sum(
        abs(number(after["began_at"]) - number(before["ended_at"]))
        for before, after in itertools.pairwise(own)
    )
    whole = span(row["started_at"], number(row["ended_at"]))
    torn = max(abs(whole - total), gaps / MICROSECONDS)
    is_ok = misread <= _READING and torn <= _EACH * max(1, len(own)) and lost <= _ALONE
    row["checked"] = OK if is_ok else OFF
    row["off_by"] = round(max(misread, torn, lost if lost > _ALONE else 0.0), 6)
