"""Brings waiting entries and idle agents together after each event.

Before an event no entry with room can be served by an idle agent. An event that brings one entry, or one agent, makes
pairs possible only with that one, so the best pair is the first of a ranking: greedy is exact. Where an event brings
several (a reload, a lost race that frees many), `routing.matching` finds the best assignment of all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.matching import assign
from routing.queues.demand import first_waiting
from routing.reservations.explanation import Choice

if TYPE_CHECKING:
    from routing.agents.agent import Agent
    from routing.agents.staff import Staff
    from routing.floor import Floor
    from routing.queues.demand import Demand
    from routing.queues.entry import Entry
    from routing.reservations.offers import Offers


class Pairing:
    """Looks at what is new only."""

    __slots__ = ("_floor", "_offers", "_staff")

    def __init__(self, floor: Floor, staff: Staff, offers: Offers) -> None:
        """Nothing to remember."""
        self._floor = floor
        self._staff = staff
        self._offers = offers

    def settle(self, *, now: float) -> None:
        """Until nobody with room waits for an agent who is idle and able."""
        floor = self._floor
        while floor.fresh_entries or floor.fresh_agents:
            entries, agents = list(floor.fresh_entries), list(floor.fresh_agents)
            floor.fresh_entries.clear()
            floor.fresh_agents.clear()
            if not agents and len(entries) == 1:
                self._serve_entry(entries[0], now=now)
            elif not entries and len(agents) == 1:
                self._serve_agent(agents[0], now=now)
            else:
                self._serve_all(entries, agents, now=now)

    def _serve_entry(self, entry: Entry, *, now: float) -> None:
        """Its first idle agents, as many as may ring."""
        while entry.id in entry.demand.waiting:
            agent = entry.demand.idle.first()
            if agent is None:
                return
            self._offers.make(entry, self._staff[agent], now=now)

    def _serve_agent(self, agent: Agent, *, now: float) -> None:
        entry = first_waiting(agent) if agent.indexed else None
        if entry is not None:
            self._offers.make(self._floor.entries[entry], agent, now=now)

    def _serve_all(self, entries: list[Entry], agents: list[Agent], *, now: float) -> None:
        """The best assignment; again where the store refused a pair."""
        demands: dict[Demand, None] = {entry.demand: None for entry in entries}
        for agent in agents:
            demands.update(dict.fromkeys(agent.demands))
        while pairs := assign([each for each in demands if each.waiting and each.idle], self._room):
            for entry, name in pairs:
                self._offers.make(self._floor.entries[entry], self._staff[name], Choice.ASSIGNMENT, now=now)

    def _room(self, entry: str) -> float:
        found = self._floor.entries[entry]
        return found.width - len(found.reservations)
