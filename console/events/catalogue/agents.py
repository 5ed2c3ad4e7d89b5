"""Agents and what they owe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.events.catalogue.field import ACT, LIST, PARTS, TEXT, WHOLE, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.events.catalogue.field import EventType

AGENTS: Mapping[str, EventType] = {
    "agent.status": told("An agent chose a status", agent=TEXT, status=TEXT, reason=TEXT),
    "agent.state": told(
        "What an agent does changed, and with which contact", agent=TEXT, state=TEXT, contact=TEXT, queue=TEXT
    ),
    "agent.overdue": told(
        "An agent stays away longer than the reason allows", agent=TEXT, reason=TEXT, seconds=WHOLE
    ),
    "agent.healed": told(
        "An agent's state was not what the phone does, and was mended",
        **{"agent": TEXT, "was": TEXT, "state": TEXT, "difference": TEXT},
    ),
    "agent.directed": told(
        "Somebody directed an agent", **ACT, agent=TEXT, status=TEXT, seconds=WHOLE, queues=LIST, skills=PARTS
    ),
    "disposition.missing": told("A contact ended without the result that it needs", agent=TEXT),
}
