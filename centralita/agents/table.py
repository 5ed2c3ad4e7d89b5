"""The tables of agents for people at a terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.table import Table

from centralita.terminal import plain_table, print_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def print_agents(agents: Iterable[Mapping[str, object]]) -> None:
    """Agents as the API gives them."""
    print_table(agent_table(agents))


def agent_table(agents: Iterable[Mapping[str, object]]) -> Table:
    """Agents as the API gives them."""
    table = plain_table(
        "agent", "name", "status", "reason", "since (UTC)", "state", "phone", "calls", "queues"
    )
    for agent in agents:
        overdue = " overdue" if agent.get("overdue") else ""
        assigned = " (assigned)" if agent.get("assigned") else ""
        table.add_row(
            str(agent["id"]),
            str(agent["name"]),
            str(agent["status"]),
            f"{agent['reason'] or ''}{overdue}",
            clock(agent.get("since")),
            f"{agent['state']}{_until(agent)}",
            "reachable" if agent["reachable"] else "offline",
            str(agent.get("calls_today", "")),
            f"{_listed(agent['queues'])}{assigned}",
        )
    return table


def print_agent(agent: Mapping[str, object]) -> None:
    """One agent, a line for each thing that is known."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in agent.items():
        if value is None or value in ("", [], {}):
            continue
        if isinstance(value, dict):
            shown = ", ".join(f"{key} {each}" for key, each in value.items())
        else:
            shown = _listed(value) or str(value)
        table.add_row(name.replace("_", " "), shown)
    print_table(table)


def print_reasons(reasons: Iterable[Mapping[str, object]]) -> None:
    """Reasons as the API gives them."""
    table = plain_table("code", "reason", "limit", "paid", "set by")
    for reason in reasons:
        limit = reason["limit"]
        minutes = f"{limit / 60:g} min" if isinstance(limit, (int, float)) else ""
        table.add_row(
            f"*12{reason['code']}",
            str(reason["id"]),
            minutes,
            "yes" if reason["paid"] else "no",
            "supervisors" if reason["approval"] else "agents",
        )
    print_table(table)


def clock(moment: object) -> str:
    """A moment, UTC; the day too unless it is today."""
    if moment is None:
        return ""
    found = datetime.fromisoformat(str(moment)).astimezone(UTC)
    return found.strftime("%H:%M:%S" if found.date() == datetime.now(UTC).date() else "%Y-%m-%d %H:%M")


def _until(agent: Mapping[str, object]) -> str:
    until = agent.get("wrap_up_until")
    return f" until {clock(until)} UTC" if until is not None and agent["state"] == "wrap_up" else ""


def _listed(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else ""
