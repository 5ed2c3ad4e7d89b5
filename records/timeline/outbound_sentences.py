"""Sentences for calls to numbers outside, for places kept, rescues and escalations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.timeline.wording import duration

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from records.timeline.facts import Facts

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


def _healed(facts: Facts) -> str:
    why = facts.phrase("difference", ": {}")
    return (
        f"Agent {facts['agent']} was {facts['was']} and is {facts['state']} by a count of the real legs{why}"
    )


def _regained(facts: Facts) -> str:
    return f"Calls again and finds the place in queue {facts['queue']}, of {duration(facts.data.get('waited'))} ago"


def _rescued(facts: Facts) -> str:
    how = "before all others" if facts.data.get("first") is True else "at the old place"
    return f"The phone of agent {facts['agent']} has died: the caller waits in queue {facts['queue']} {how}"


OUTBOUND_SENTENCES: Mapping[str, Callable[[Facts], str]] = {
    "outbound.refused": _refused,
    "outbound.cap_reached": _cap_reached,
    "queue.place_regained": _regained,
    "queue.rescued": _rescued,
    "agent.healed": _healed,
    "escalation.began": lambda facts: f"Escalated: the ladder {facts['kind']} of {facts['rungs']} rungs",
    "escalation.rung": lambda facts: (
        f"Rung {facts['rung']} of {facts['of']} of {facts['kind']}: {facts['to']}"
    ),
    "escalation.unanswered": lambda facts: f"Nobody answers on rung {facts['rung']} of {facts['kind']}",
    "escalation.served": lambda facts: f"Served by rung {facts['rung']} of {facts['kind']}: {facts['to']}",
    "escalation.failed": lambda facts: f"There is no ladder {facts['kind']} any more",
    "outbound.emergency": lambda facts: f"Call for help to {facts['to']}: put through, not counted",
}
