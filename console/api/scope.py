"""Whose data a request may see: a viewer of one client company sees nothing of another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from calls.destination import Menu
from console.access import PRINCIPAL
from console.audit import ACTS_FOR
from console.keys import WORK
from console.problem import Refusal
from records.people.principal import NODE_ID

if TYPE_CHECKING:
    from aiohttp import web

_HINT = re.compile(r"[;,]? ?\(?(did you mean \".*|known: .*)", re.DOTALL)
"""What `suggest` writes."""


def scope(request: web.Request) -> frozenset[str] | None:
    """The client companies whose data may be shown; None for all, and for what belongs to none."""
    return request[PRINCIPAL].clients


def sees(request: web.Request, client: str | None) -> bool:
    """Whether something of a client company (None: of none) may be shown. What may not is as if it were not there."""
    return request[PRINCIPAL].sees_client(client)


def may(request: web.Request, permission: str) -> bool:
    """Whether who asks has a permission besides that of the route."""
    return request[PRINCIPAL].may(permission)


def is_own(request: web.Request, agent: str) -> bool:
    """Whether who asks is this agent."""
    return request[PRINCIPAL].is_agent(agent)


def sees_all(request: web.Request) -> bool:
    """Whether who asks may see and change what belongs to no client company: what all of them share."""
    return scope(request) is None


def who_acts(request: web.Request, by: str | None) -> str:
    """In whose name something is done and recorded: whoever asks, or the one named by a command with the node's key.

    Raises Refusal where anybody else names another.
    """
    principal = request[PRINCIPAL]
    if by is None or by == principal.id:
        return principal.id
    if principal.id != NODE_ID:
        raise Refusal(403, "forbidden", "by: acts are recorded under the name of who signs in; leave it out")
    request[ACTS_FOR] = by
    return by


def answers_for(request: web.Request, by: str | None) -> str:
    """Who answers for something from now on, so that it can be asked what that one may: `node:LOGIN` of a command.

    Raises Refusal as `who_acts`.
    """
    named, principal = who_acts(request, by), request[PRINCIPAL]
    return named if named == principal.id else principal.behind(named)


def sees_agent(request: web.Request, agent: str) -> bool:
    """Whether an agent may be shown and directed: one's own self, or one of a team that one sees."""
    principal = request[PRINCIPAL]
    if principal.teams is None or principal.is_agent(agent):
        return True
    settings = request.app[WORK].routing().agents.get(agent)
    return settings is not None and principal.sees_team(settings.team)


def sees_account(request: web.Request, account: str) -> bool:
    """Whether the phones of an account may be shown: who is limited to teams sees those of their agents."""
    if request[PRINCIPAL].teams is None:
        return True
    agents = request.app[WORK].routing().agents.values()
    return any(each.account == account and sees_agent(request, each.id) for each in agents)


def sees_queue(request: web.Request, queue: str) -> bool:
    """Whether a queue may be shown and directed: how it does tells of every client company that it serves."""
    settings = request.app[WORK].routing().queues.get(queue)
    return request[PRINCIPAL].sees_clients(settings.clients if settings is not None else ())


def seen_queues(request: web.Request) -> list[str]:
    """The names of all that may be."""
    return [each for each in request.app[WORK].routing().queues if sees_queue(request, each)]


def sees_menu(request: web.Request, menu: str) -> bool:
    """Whether a menu set may be shown and published: it serves only client companies that the asker sees."""
    return request[PRINCIPAL].sees_clients(_served(request, menu))


def is_foreign_menu(request: web.Request, menu: str) -> bool:
    """Whether a menu set serves only client companies that the asker does not see."""
    served = _served(request, menu)
    return bool(served) and not any(sees(request, each) for each in served)


def _served(request: web.Request, menu: str) -> set[str]:
    numbers = request.app[WORK].routing().numbers
    return {each.client for each in numbers if each.destination == Menu(menu)}


def faults(request: web.Request, words: str) -> str:
    """What is wrong in files: they are of all client companies, and so for who sees all."""
    return words if sees_all(request) else "the files have faults; `centralita check` tells them on the node"


def unhinted(request: web.Request, words: str) -> str:
    """A text from parts that know nothing of who asks, without the names that it suggests to who is limited."""
    return words if sees_all(request) else _HINT.sub("", words)


def refuse_unless_all(request: web.Request) -> None:
    """What all client companies share is for those who see all of them. Raises Refusal."""
    if not sees_all(request):
        raise Refusal(
            403, "forbidden", "this is shared by all client companies, and you do not see all of them"
        )
