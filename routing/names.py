"""The names that the configuration gives: those of which somebody may ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from routing.settings import RoutingConfig

SPOKEN = frozenset({"en", "es", "pl"})
"""Languages that every centre has the words for."""
_SPEAKS = "lang_"
"""What the ids of skills begin with that are languages."""


def names_in(routing: RoutingConfig, clients: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """By kind: client, queue, agent, team, language. Languages that only menus have are not among them."""
    agents, numbers = routing.agents.values(), routing.numbers
    spoken = SPOKEN | {name.removeprefix(_SPEAKS) for name in routing.skills if name.startswith(_SPEAKS)}
    spoken |= {each.language for each in agents if each.language}
    spoken |= {each.language for each in numbers if each.language}
    return {
        "client": frozenset(clients),
        "queue": frozenset(routing.queues),
        "agent": frozenset(routing.agents),
        "team": frozenset(each.team for each in agents if each.team),
        "language": frozenset(spoken),
    }
