"""What other systems read and are told of a node: the parts behind /metrics, readiness, events and webhooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a node needs to take calls."""

    name: str
    problem: str | None
    """Why it is not well; None while it is."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Given by the node."""

    metrics: Callable[[], Awaitable[bytes]]
    """The page for Prometheus."""
    shows_metrics: Callable[[], bool]
    """Whether anybody who reaches the port may read it."""
    checks: Callable[[], Sequence[Check]]
    """What the node needs to take calls."""


TELLING: web.AppKey[Telling] = web.AppKey("telling", Telling)
