"""The table of agents for people at a terminal; apart from the other tables, which need the records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ANY = 1000
"""Columns that no table needs."""


def print_agents(agents: Iterable[Mapping[str, object]]) -> None:
    """Agents, a line each and whole, whatever the width of the terminal."""
    table = agent_table(agents)
    console = Console()
    needed = console.measure(table, options=console.options.update(width=_ANY)).maximum
    Console(width=max(console.width, needed)).print(table)


def agent_table(agents: Iterable[Mapping[str, object]]) -> Table:
    """Agents as the API gives them."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("agent", "name", "status", "reason", "state", "phone", "queues"):
        table.add_column(name)
    for agent in agents:
        queues = agent["queues"]
        table.add_row(
            str(agent["id"]),
            str(agent["name"]),
            str(agent["status"]),
            str(agent["reason"] or ""),
            str(agent["state"]),
            "reachable" if agent["reachable"] else "offline",
            ", ".join(queues) if isinstance(queues, list) else "",
        )
    return table
