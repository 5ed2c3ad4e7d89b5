"""Ring all: every idle agent's phone rings, and the first to answer has the caller."""

from __future__ import annotations

from routing.strategies.longest_idle import rank
from routing.strategies.strategy import Rings, Strategy

STRATEGY = Strategy(
    "ring-all", rank, ("idle_since",), Rings.ALL, aliases=("ringall", "ring_all")
)  # Asterisk, VICIdial
