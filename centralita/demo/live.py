"""A contact's timeline printed as it happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from centralita.contact_tables import timeline_line
from records.reader import StoredEvent
from records.timeline import timeline

if TYPE_CHECKING:
    from rich.console import Console

    from records.event import LedgerEvent


class LiveTimeline:
    """Follows the first contact that opens."""

    def __init__(self, console: Console) -> None:
        """Print there."""
        self._console = console
        self._names: dict[str, str] = {}
        self._began = 0.0
        self._count = 0
        self.contact: str | None = None

    def show(self, event: LedgerEvent) -> None:
        """One event of the ledger."""
        if self.contact is None and event.type == "contact.opened":
            self.contact, self._began = event.contact, event.ts
            self._console.print("[dim] seconds  who             what[/dim]")
        if event.contact != self.contact:
            return
        if event.type == "leg.invited" and event.leg is not None:
            agent, role = event.data.get("agent"), event.data.get("role")
            self._names[event.leg] = f"agent {agent}" if agent else str(role)
        if event.type == "leg.message":
            return
        self._count += 1
        stored = StoredEvent(self._count, event.ts, event.leg, event.type, event.data)
        self._console.print(timeline_line(timeline.row(stored, started_at=self._began, names=self._names)))
