"""Sentences for calls to numbers outside, for places kept, rescues and escalations."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from records.facts import Facts

_CAPS = {
    "at_once": "calls at once",
    "calls_per_day": "calls a day",
    "minutes_per_day": "minutes a day",
    "new_numbers": "numbers never called before",
}


def _refused(facts: Facts) -> str:
    if facts["why"] == "destination":
        what = facts.phrase("kind", "{}").replace("_", " ") or "unknown"
        return f"{facts['by']} may not call {facts['to']} ({what} number{facts.phrase('country', ' of {}')})"
    why = _CAPS.get(facts["why"], facts["why"])
    return f"{facts['by']} may not call {facts['to']}: the limit of {facts['limit']} {why} is reached"


def _cap_reached(facts: Facts) -> str:
    cap = _CAPS.get(facts["cap"], facts["cap"])
    return f"ALARM: {facts['by']} has reached the limit of {facts['limit']} {cap}"


OUTBOUND_SENTENCES: Mapping[str, Callable[[Facts], str]] = {
    "outbound.refused": _refused,
    "outbound.cap_reached": _cap_reached,
    "outbound.emergency": lambda facts: f"Call for help to {facts['to']}: put through, not counted",
}
