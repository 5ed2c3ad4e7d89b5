"""Why this agent: what is written beside each reservation, so that a decision can be read afterwards.

A small queue is listed whole. In a large one the listing would cost more than the decision, so the runners-up
are named and everybody else is counted by reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.roster import IDLE
from routing.skills import lacking

if TYPE_CHECKING:
    from routing.commands import JsonValue
    from routing.demand import Demand
    from routing.queue import WaitingQueue
    from routing.roster import Agent

_LISTED_WHOLE = 12
_RUNNERS_UP = 3


def explain(queue: WaitingQueue, demand: Demand, chosen: Agent, *, now: float) -> dict[str, JsonValue]:
    """The decision as data: strategy, requirements, who was chosen and why the others were passed over.

    Call before the chosen agent leaves the idle ranking.
    """
    told: dict[str, JsonValue] = {
        "strategy": queue.settings.strategy,
        "requires": dict(demand.requirements),
        "idle": round(now - chosen.idle_since, 3),
        "waiting": len(queue.line),
    }
    if len(queue.agents) <= _LISTED_WHOLE:
        told["passed_over"] = {
            agent.id: _why(agent, demand, chosen) for agent in queue.agents if agent is not chosen
        }
        return told
    told["runners_up"] = list(demand.idle.head(_RUNNERS_UP + 1)[1:])
    told["idle_able"] = len(demand.idle)
    told["lacking_skill"] = len(queue.agents) - len(demand.able)
    told["agents"] = {label: count for label, count in queue.tally.items() if count}
    return told


def _why(agent: Agent, demand: Demand, chosen: Agent) -> str:
    if agent.id not in demand.able:
        return f"lacks {lacking(agent.settings.skills, demand.requirements)}"
    if agent.label != IDLE:
        return f"{agent.label}: {agent.reason}" if agent.reason else agent.label
    shorter = agent.idle_since - chosen.idle_since
    return f"idle {shorter:.1f} s less" if shorter > 0 else "idle as long, later in the list"
