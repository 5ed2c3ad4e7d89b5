"""Why this agent: what is written beside each reservation, so that a decision can be read afterwards.

Names are listed as the queue keeps them, which costs a copy and no search; `centralita why` makes sentences of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.roster import IDLE

if TYPE_CHECKING:
    from routing.commands import JsonValue
    from routing.entry import Entry
    from routing.queue import WaitingQueue
    from routing.roster import Agent

_LISTED = 250
"""Agents of a queue that are listed whole; of more only as many of each kind."""
_SHORT = 20


def explain(queue: WaitingQueue, entry: Entry, chosen: Agent, *, now: float) -> dict[str, JsonValue]:
    """The decision as data, before the chosen agent leaves the ranking of the idle."""
    demand, count = entry.demand, len(queue.agents)
    most = _LISTED if count <= _LISTED else _SHORT
    idle = demand.idle.head(most)
    others: dict[str, JsonValue] = {
        label: [*list(agents)[:most]] for label, agents in queue.by_label.items() if agents and label != IDLE
    }
    lacking: dict[str, JsonValue] = {skill: [*agents[:most]] for skill, agents in demand.lacking.items()}
    told: dict[str, JsonValue] = {
        "strategy": queue.settings.strategy,
        "requires": dict(demand.requirements),
        "waited": round(now - entry.joined, 3),
        "position": queue.line.position(entry.id),
        "waiting": len(queue.line),
        "chosen": {
            "agent": chosen.id,
            "idle": round(now - chosen.idle_since, 3),
            "rank": [round(each, 3) for each in demand.rank(chosen)],
        },
        "idle": [*idle],
        "others": others,
        "lacking": lacking,
    }
    if demand.prefers:
        told["prefers"] = [*demand.prefers]
    if entry.steps:
        told["relaxed"] = entry.steps
    if demand.exclusive is not None:
        told["exclusive"] = demand.exclusive
    if entry.join.avoid:
        told["avoided"] = [*sorted(entry.join.avoid)]
    if count > _LISTED:
        told["cut"] = count - _LISTED
    return told
