"""Presets of rules that a client company's file switches on, for all menus that its numbers lead to.

What they ask of queues and of the client's file itself is checked where those are known (centralita/menus/presets.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.check.presets.accessibility import accessibility
from ivr.check.presets.es_10_2025 import es_10_2025
from ivr.check.presets.recording import consent, notice

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from ivr.check.graph import Graph
    from ivr.steps.step import Finding

PRESETS: Mapping[str, Callable[[Graph, Collection[str]], Iterator[Finding]]] = {
    "es-10-2025": es_10_2025,
    "recording-notice": notice,
    "recording-consent": consent,
    "accessibility": accessibility,
}
"""By name: what is wrong in a menu set, given the prompts that tell of the recording."""

__all__ = ["PRESETS"]
