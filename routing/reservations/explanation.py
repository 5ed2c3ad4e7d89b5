"""Why this agent, and why nobody: what is written beside events, so that a decision can be read afterwards.

Names are listed as the queue keeps them, which costs a copy and no search; `records.timeline.decisions` makes
sentences of them.
"""

from __future__ import annotations

from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING

from routing.agents.agent import IDLE, RESTING
from routing.agents.tables import Status

if TYPE_CHECKING:
    from collections.abc import Collection

    from routing.agents.agent import Agent
    from routing.commands import JsonValue
    from routing.queues.entry import Entry
    from routing.queues.queue import WaitingQueue

_LISTED = 250
"""Agents of a queue who are listed whole beside a decision; of more only the first few of each kind."""
_FEW = 20
_RANKED = 8
"""Idle agents whose rank is told, the chosen among them or not."""


class Choice(Enum):
    """What chose the agent."""

    RANKING = "ranking"
    """The first of the idle who are able."""
    ASSIGNMENT = "assignment"
    """Several entries and agents were brought together at once."""
    PICK = "pick"
    """A person."""


def explain(
    queue: WaitingQueue, entry: Entry, chosen: Agent, by: Choice, *, now: float
) -> dict[str, JsonValue]:
    """The decision as data, before the chosen agent leaves the ranking of the idle."""
    demand = entry.demand
    most = _LISTED if len(queue.agents) <= _LISTED else _FEW
    told = _others(queue, entry, most)
    first = demand.idle.rows(most)
    told |= {
        "strategy": queue.settings.strategy,
        "waited": round(now - entry.joined, 3),
        "position": queue.line.position(entry.id),
        "waiting": len(queue.line),
        "chosen": {
            "agent": chosen.id,
            "by": by.value,
            "idle": round(now - chosen.idle_since, 3),
            "rank": [*demand.rank(chosen)],
        },
        "idle": [name for _, name in first],
        "ranked_by": [*demand.criteria],
        "ranks": [[*key] for key, _ in first[:_RANKED]],
    }
    if demand.prefers:
        told["prefers"] = [*demand.prefers]
    return told


def survey(queue: WaitingQueue, entry: Entry) -> dict[str, JsonValue]:
    """Who serves the queue and why none of them serves the entry."""
    return _others(queue, entry, _FEW)


def _others(queue: WaitingQueue, entry: Entry, most: int) -> dict[str, JsonValue]:
    demand = entry.demand
    others: dict[str, JsonValue] = {}
    lacking: dict[str, JsonValue] = {}
    told: dict[str, JsonValue] = {"requires": dict(demand.requirements), "others": others, "lacking": lacking}
    cut: dict[str, JsonValue] = {}
    for label, agents in queue.by_label.items():
        if label != IDLE and agents:
            others[label] = _first(agents, most)
        shown = demand.idle if label == IDLE else agents
        if len(shown) > most:
            cut[label] = len(shown) - most
    for skill, too_little in demand.lacking.items():
        if len(too_little) <= most:
            lacking[skill] = {**too_little}
        else:
            lacking[skill] = dict(islice(too_little.items(), most))
            cut[f"lacking {skill}"] = len(too_little) - most
    if cut:
        told["cut"] = cut
    if reasons := _reasons(queue, most):
        told["reasons"] = reasons
    if entry.steps:
        told["relaxed"] = entry.steps
    if demand.exclusive is not None:
        told["exclusive"] = demand.exclusive
        free = queue.by_label.get(IDLE, ())
        told["kept"] = _first([each for each in free if each not in demand.able], most)
    if entry.join.sticky:
        told["sticky"] = entry.join.sticky
    if entry.join.avoid:
        told["avoided"] = [*sorted(entry.join.avoid)]
    return told


def _reasons(queue: WaitingQueue, most: int) -> dict[str, JsonValue]:
    """What those who are not ready gave as reason, and after what the others are left alone."""
    reasons: dict[str, JsonValue] = {}
    for agent in islice(queue.by_label.get(Status.NOT_READY.value, {}).values(), most):
        if agent.reason:
            reasons[agent.id] = agent.reason
    for agent in islice(queue.by_label.get(RESTING, {}).values(), most):
        if agent.resting_after is not None:
            reasons[agent.id] = agent.resting_after.value
    return reasons


def _first(names: Collection[str], most: int) -> list[JsonValue]:
    return [*names] if len(names) <= most else list(islice(names, most))
