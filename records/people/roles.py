"""Roles and what each may do: the one table that every door asks. docs/people.md shows it."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a person is here."""

    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"
    AGENT = "agent"
    VIEWER = "viewer"
    """Of a client company: sees what is that company's and changes nothing."""


A, S, G, V = Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AGENT, Role.VIEWER

_TABLE: dict[str, tuple[str, tuple[Role, ...]]] = {
    "self:write": ("one's own password, second factor and sessions", (A, S, G, V)),
    "agents:self": ("the agent that one is: status, wrap-up, results, conversations", (A, S, G)),
    "agents:read": ("agents, their status and phones", (A, S)),
    "agents:direct": ("other agents' status, wrap-up, queues and skills", (A, S)),
    "queues:read": ("queues and how they do", (A, S, G, V)),
    "queues:direct": ("who waits; move, pick, prioritise, take out", (A, S)),
    "calls:originate": ("have a number called", (A, S, G)),
    "conversations:direct": ("act in other agents' conversations", (A, S)),
    "conversations:monitor": ("listen, whisper, come in, take over", (A, S)),
    "contacts:read": ("contacts, their legs, timelines and why", (A, S, V)),
    "recordings:hear": ("listen to recordings and messages", (A, S)),
    "callbacks:read": ("callbacks and numbers that must not be called", (A, S)),
    "callbacks:direct": ("promise, hurry and cancel callbacks; bar numbers", (A, S)),
    "cases:read": ("customers, cases, complaints, notes", (A, S, G, V)),
    "cases:write": ("open, change and close cases; notes and results", (A, S, G)),
    "figures:read": ("figures and the contacts behind them", (A, S, V)),
    "events:read": ("the stream of events; agents: of themselves and their contacts", (A, S, G)),
    "hours:read": ("opening hours, closures, announcements", (A, S, G)),
    "hours:direct": ("close in an emergency, announce", (A, S)),
    "menus:read": ("menu sets, prompts and their versions", (A, S)),
    "menus:publish": ("publish menus, roll back", (A,)),
    "prompts:write": ("upload prompts", (A,)),
    "records:export": ("files of contacts and figures", (A, S)),
    "records:verify": ("verify the chain, what was found, card reports", (A,)),
    "personal:export": ("everything that is kept of one customer", (A,)),
    "personal:erase": ("erase a customer, hold what must stay", (A,)),
    "webhooks:write": ("who else is told of events", (A,)),
    "node:read": ("phones, trunks, bans, what the node does", (A, S)),
    "node:direct": ("lift bans, reload", (A,)),
    "metrics:read": ("figures for Prometheus", (A, S)),
    "people:read": ("the directory of people", (A,)),
    "people:write": ("add, change and disable people, end their sessions", (A,)),
    "keys:write": ("make and revoke API keys", (A,)),
    "audit:read": ("who did what", (A,)),
}

PERMISSIONS: dict[str, str] = {name: words for name, (words, _) in _TABLE.items()}
"""What there is to be permitted, and what it means."""

ALL = frozenset(PERMISSIONS)

MAY: dict[Role, frozenset[str]] = {
    role: frozenset(name for name, (_, roles) in _TABLE.items() if role in roles) for role in Role
}
"""Role to what it may do by itself."""

GRANTABLE: dict[Role, frozenset[str]] = {
    Role.ADMINISTRATOR: frozenset(),
    Role.SUPERVISOR: frozenset({"menus:publish", "prompts:write", "audit:read", "people:read"}),
    Role.AGENT: frozenset({"contacts:read", "recordings:hear", "callbacks:direct", "callbacks:read"}),
    Role.VIEWER: frozenset({"recordings:hear", "records:export", "events:read", "callbacks:read"}),
}
"""What one person of a role may be given besides."""

AUDITED_READS = frozenset({"recordings:hear", "records:export", "personal:export"})
"""Reading by these is written into the audit log, as every change is."""


def permissions_of(role: Role, grants: frozenset[str] = frozenset()) -> frozenset[str]:
    """What a person of this role may do; a grant that the role may not have adds nothing."""
    return MAY[role] | (grants & GRANTABLE[role])
