"""What agents did: each span in which an agent had one status and one state, by the wall clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.views import tables
from records.views.fields import last_seen, number, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from records.views.fields import Data, Load, Row

_AT_ONCE = 1_000
"""Microseconds within which status and state that change together are one change."""
_ABOUT = ("contact", "client", "queue")
"""What an agent is busy with, told with the state."""


class AgentSpans:
    """The span that goes on of each agent."""

    __slots__ = ("_changed", "_load", "_present")

    def __init__(self, load: Load) -> None:
        """`load` as the fold has it."""
        self._load = load
        self._present: dict[str, Row] = {}
        self._changed: dict[int, Row] = {}

    def take(self, ts: int, kind: str, data: Data, client_of: Callable[[str], str | None]) -> None:
        """One event of no contact; `client_of` tells the client company of one."""
        names = _NAMES.get(kind)
        agent = text(data, "agent")
        if names is None or not agent:
            return
        before = self._present.get(agent) or self._loaded(agent)
        told = {name: text(data, name) for name in names}
        if told.get("contact"):
            told["client"] = client_of(str(told["contact"]))
        row = self._next(agent, before, last_seen(data, ts))
        row |= told
        self._present[agent] = row
        self._changed[id(row)] = row

    def changed(self) -> list[Row]:
        """The rows that changed since the last call."""
        found = list(self._changed.values())
        self._changed.clear()
        return found

    def forget_all(self) -> None:
        """What was taken was not kept."""
        self._present.clear()
        self._changed.clear()

    def _loaded(self, agent: str) -> Row | None:
        found = self._load(tables.agent_span, {"agent": agent, "ended_at": None})
        return found[-1] if found else None

    def _next(self, agent: str, before: Row | None, ts: int) -> Row:
        """The span from now on: a new one, or the one that has only just begun."""
        if before is None:
            return _EMPTY | {"agent": agent, "n": 1, "began_at": ts}
        at = max(ts, number(before["began_at"]))  # a clock set back makes no span shorter than nothing
        if at - number(before["began_at"]) < _AT_ONCE:
            return before
        before["ended_at"] = at
        self._changed[id(before)] = before
        return before | {"n": number(before["n"]) + 1, "began_at": at, "ended_at": None}


_EMPTY: Row = dict.fromkeys(tables.agent_span.columns.keys())
_NAMES: Mapping[str, tuple[str, ...]] = {
    "agent.status": ("status", "reason"),
    "agent.state": ("state", *_ABOUT),
    "agent.interrupted": ("status", "reason", "state", *_ABOUT),
}
"""The events that change it, and the columns that they tell."""
