"""Who asks: a person, an API key or the node's own key, with what may be done and seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from records.people.roles import ALL, Role

if TYPE_CHECKING:
    from collections.abc import Collection

NODE_ID = "node"
"""The id of whoever holds the key of the state folder."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who has proved who it is."""

    id: str
    """A person's id, `key:PREFIX` of an API key, `node`. It stands as `by` in what is recorded."""
    name: str
    role: Role
    permissions: frozenset[str]
    clients: frozenset[str] | None = None
    """The client companies whose data may be seen; None: of all."""
    teams: frozenset[str] | None = None
    """The teams whose agents may be seen and directed; None: all."""
    agent: str | None = None
    """The agent of agents.yaml that the person is."""
    person: str | None = None
    """The person behind an API key or a session."""
    session: str | None = None
    """Which session it is, where it is one: not its token."""
    is_pending: bool = False
    """The role asks for a second factor that the person has not set up: only that may be done."""

    def behind(self, hand: str) -> str:
        """How it is noted that somebody acts through it: `node:LOGIN` for a command with the node's key."""
        return f"{self.id}:{hand}"

    def may(self, permission: str) -> bool:
        """Whether this may be done at all."""
        return permission in self.permissions

    def sees_client(self, client: str | None) -> bool:
        """Whether a client company's data may be seen. What is no company's yet is for those who see all."""
        return self.clients is None or (client is not None and client in self.clients)

    def sees_clients(self, clients: Collection[str]) -> bool:
        """Whether something that serves these companies, all without any named, may be seen: it tells of each."""
        return self.clients is None or (bool(clients) and self.clients.issuperset(clients))

    def sees_team(self, team: str | None) -> bool:
        """Whether a team's agents may be seen and directed."""
        return self.teams is None or (team is not None and team in self.teams)

    def is_agent(self, agent: str) -> bool:
        """Whether it is this very agent."""
        return self.agent is not None and self.agent == agent

    def narrowed(self, clients: Collection[str] | None) -> frozenset[str] | None:
        """Of the companies that are asked for (None: any), those that may be seen; None: no limit."""
        if clients is None:
            return self.clients
        return frozenset(clients) if self.clients is None else self.clients.intersection(clients)


NODE = Principal(NODE_ID, "the node's key", Role.ADMINISTRATOR, ALL)
"""Whoever reads the state folder may do everything."""
