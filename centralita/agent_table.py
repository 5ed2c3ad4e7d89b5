"""The table of agents for people at a terminal; apart from the other tables, which need the records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


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
