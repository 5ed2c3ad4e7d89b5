"""Which agent a customer talked with last, so that the next call can go to the same one."""

from __future__ import annotations

from collections import OrderedDict

MOST = 100_000
"""Customers remembered; the one unheard of for longest is forgotten first."""
LEAST_TALK = 20.0
"""Seconds; whoever said less was not who helped."""


class Familiar:
    """By client company and number; withheld numbers are nobody's."""

    __slots__ = ("_agents",)

    def __init__(self) -> None:
        """Begin with nobody."""
        self._agents: OrderedDict[tuple[str, str], str] = OrderedDict()

    def met(self, client: str, number: str, agent: str) -> None:
        """They talked, later than all that was told before."""
        if not number:
            return
        key = (client, number)
        self._agents[key] = agent
        self._agents.move_to_end(key)
        if len(self._agents) > MOST:
            self._agents.popitem(last=False)

    def agent(self, client: str, number: str) -> str | None:
        """Who knows this customer."""
        return self._agents.get((client, number))
