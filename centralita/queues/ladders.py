"""Escalation ladders held against the other files: who stands on their rungs, and who climbs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.document import Fault, read, suggest
from calls.destination import Agent, Escalation, Extension, Menu, Queue
from centralita.consistency import reached

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from calls.destination import Destination
    from ivr.compiled import CompiledMenus
    from routing.clients import Client
    from routing.config import CentreConfig


def unclimbable(
    config: CentreConfig,
    clients: Mapping[str, Client],
    menus: Mapping[str, CompiledMenus],
    accounts: Collection[str] | None,
) -> Iterator[Fault]:
    """Rungs that lead to nobody, and numbers that lead to a ladder which their client company has not."""
    for name, client in clients.items():
        document = read(config.folder / "clients" / f"{name}.yaml")
        for kind, rungs in client.escalation.items():
            for index, rung in enumerate(rungs):
                for way, known in _known(config, menus, accounts, rung.destination()):
                    wanted = getattr(rung, way)
                    if wanted not in known:
                        what = f'no {way} is called "{wanted}"'
                        at = ("escalation", kind, index, way)
                        yield document.fault(at, what, suggest(wanted, known) or f"there is no {way} yet")
    document = read(config.folder / "numbers.yaml")
    for index, number in enumerate(config.routing.numbers):
        ladders = clients[number.client].escalation if number.client in clients else {}
        for each in reached(config, menus, number.destination):
            if isinstance(each, Escalation) and each.kind not in ladders:
                what = f"this leads to the ladder {each.kind}, which {number.client} has not"
                mend = suggest(each.kind, ladders) or f"add escalation: {{{each.kind}: [...]}} to its file"
                yield document.fault(("numbers", index), what, mend)


def _known(
    config: CentreConfig,
    menus: Mapping[str, CompiledMenus],
    accounts: Collection[str] | None,
    destination: Destination,
) -> list[tuple[str, Collection[str]]]:
    match destination:
        case Agent():
            return [("agent", config.routing.agents)]
        case Queue():
            return [("queue", config.routing.queues)]
        case Menu():
            return [("menu", menus)]
        case Extension() if accounts is not None:
            return [("extension", accounts)]
        case _:
            return []
