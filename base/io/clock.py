"""The two clocks: monotonic for deadlines, UTC for what is written down."""

from __future__ import annotations

import time

monotonic = time.monotonic
"""Seconds that never jump; the `now` of every core."""

utc = time.time
"""Unix time; the `ts` of every record."""
