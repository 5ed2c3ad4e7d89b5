"""Ring progressively: the agent who is idle longest, and one phone more each time a delay has passed."""

from __future__ import annotations

from routing.strategies.longest_idle import rank
from routing.strategies.strategy import Rings, Strategy

STRATEGY = Strategy("ring-progressively", rank, ("idle_since",), Rings.MORE, aliases=("progressive",))
