"""What other systems read and are told of a node: the parts behind /metrics, readiness, events and webhooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from console.events.hub import Hub
    from console.events.tickets import Tickets
    from console.webhooks.desk import WebhookDesk
    from records.people.principal import Principal


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a node needs to take calls."""

    name: str
    problem: str | None
    """Why it is not well; None while it is."""
    needs_restart: bool = False
    """Whether nothing but a new start mends that."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Given by the node."""

    metrics: Callable[[], Awaitable[bytes]]
    """The page for Prometheus."""
    shows_metrics: Callable[[], bool]
    """Whether anybody who reaches the port may read it."""
    checks: Callable[[], Sequence[Check]]
    """What the node needs to take calls."""
    hub: Hub
    tickets: Tickets[tuple[Principal, str]]
    """For whoever has signed in, and by which token."""
    webhooks: WebhookDesk
    team_of: Callable[[str], str | None]
    """An agent's team."""
    still: Callable[[Principal, str], Awaitable[bool]]
    """Whether whoever has signed in by a token is still who it was, with the same rights."""


TELLING: web.AppKey[Telling] = web.AppKey("telling", Telling)
