"""The protocol's time values (RFC 3261 s.17.1.1.1 and table 4)."""

from __future__ import annotations

from math import ceil

T1 = 0.5
"""Estimate of the round trip."""
T2 = 4.0
"""Longest interval between retransmissions of non-INVITE requests and of INVITE responses."""
T4 = 5.0
"""How long a message stays in the network."""
PATIENCE = 64 * T1
"""Timers B, F, H, J, L, M, and how long we wait for an ACK."""
TIMER_D = 32.0
_SLOT = 0.25


def lingering(until: float) -> float:
    """The next quarter of a second: transactions that only linger are forgotten together, not each by a wake-up."""
    return ceil(until / _SLOT) * _SLOT


TRYING_AFTER = 0.2
"""An INVITE not answered by then gets a 100."""
