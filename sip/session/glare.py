"""How long to wait after a 491 before offering again (RFC 3261 s.14.1, RFC 3311 s.5.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from base.ids import Ids

MOST_GLARES = 5
"""Offers that may cross before we give up: a peer that answers everything with 491 is not asked for ever."""


def pause(ids: Ids, *, owner: bool) -> float:
    """Seconds, in steps of 10 ms: 2.1 to 4 for the one that chose the Call-ID, at most 2 for the other."""
    drawn = ids.number(32)
    return (210 + drawn % 191) / 100 if owner else drawn % 201 / 100
