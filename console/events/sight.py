"""Who is told what: what a receiver may see, and what of it is wanted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase, translate
from typing import TYPE_CHECKING

from base.document import suggest
from base.errors import CentralitaError
from console.events.catalogue import CATALOGUE
from records.people.roles import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from console.events.told import Told
    from records.people.principal import Principal

CONTACTS = "contacts:read"
MOST_PATTERNS = 100
NOBODY = ""
"""The agent of a person whose role is agent and who is none yet: no event is of this one."""
_PATTERN = re.compile(r"[a-z_.*?]{1,60}")


class UnknownType(CentralitaError):
    """No type of the catalogue is meant by this pattern."""

    code = "unknown_type"
    status = 422


@dataclass(frozen=True, slots=True)
class Sight:
    """What a receiver may be told."""

    clients: frozenset[str] | None = None
    """The client companies whose contacts are seen; None: all, and what is of no company."""
    agent: str | None = None
    """Only what is of this agent, and of contacts that he or she has served."""
    personal: bool = False
    """Whether numbers and names of customers are told."""
    sees_agent: Callable[[str], bool] = lambda _: True
    """Whether an agent's doings outside contacts are seen."""

    @classmethod
    def of(cls, principal: Principal, team_of: Callable[[str], str | None]) -> Sight:
        """What a principal may be told; agents, who read no contacts, have their own."""
        is_narrow = (principal.agent is not None or principal.role is Role.AGENT) and not principal.may(
            "agents:read"
        )
        return cls(
            principal.clients,
            (principal.agent or NOBODY) if is_narrow else None,
            principal.may(CONTACTS),
            lambda agent: principal.is_agent(agent) or principal.sees_team(team_of(agent)),
        )

    def allows(self, told: Told) -> bool:
        """Whether an event may be told."""
        if self.agent is not None:
            return self.agent == told.agent or self.agent in told.agents
        if self.clients is not None and (told.client is None or told.client not in self.clients):
            return False
        return told.contact is not None or told.agent is None or self.sees_agent(told.agent)


ALL = Sight()


@dataclass(frozen=True, slots=True)
class Wish:
    """What a receiver wants of what it may be told; nothing named means all."""

    types: tuple[str, ...] = ()
    """Patterns such as `queue.*`."""
    clients: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()
    contacts: frozenset[str] = frozenset()
    known: dict[str, bool] = field(default_factory=dict, compare=False)
    """What was found out of types already."""

    def wants(self, told: Told) -> bool:
        """Whether an event is wanted."""
        if self.types:
            found = self.known.get(told.type)
            if found is None:
                found = self.known[told.type] = any(fnmatchcase(told.type, each) for each in self.types)
            if not found:
                return False
        return (
            (not self.clients or told.client in self.clients)
            and (not self.queues or told.queue in self.queues)
            and (not self.contacts or told.contact in self.contacts)
            and (not self.agents or told.agent in self.agents or not self.agents.isdisjoint(told.agents))
        )


def check_types(patterns: Iterable[str]) -> tuple[str, ...]:
    """Patterns of types, each of which means one at least. Raises UnknownType."""
    found = tuple(dict.fromkeys(patterns))
    if len(found) > MOST_PATTERNS:
        raise UnknownType(f"at most {MOST_PATTERNS} patterns of types")
    for each in found:
        if _PATTERN.fullmatch(each) is None or not any(map(re.compile(translate(each)).match, CATALOGUE)):
            raise UnknownType(f"no type of event is {each!r}; {suggest(each, CATALOGUE)}")
    return found
