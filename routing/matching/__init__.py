"""The best assignment of many waiting entries to many idle agents at once."""

from __future__ import annotations

from routing.matching.assignment import assign

__all__ = ["assign"]
