"""Steps in the middle of menu sets at which callers come in: from numbers, out of queues, for secrets and surveys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.document import Fault, read, suggest
from calls.destination import Menu
from centralita.survey_faults import survey_steps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from base.document import Location
    from calls.destination import Destination
    from ivr.compiled import CompiledMenus
    from routing.clients import Client
    from routing.config import CentreConfig


def entered(config: CentreConfig, clients: Mapping[str, Client]) -> set[tuple[str, str]]:
    """(menu set, step) of each."""
    found = {(to.menu, to.step) for _, _, to in _written(config) if to.step is not None}
    found |= survey_steps(config, clients)
    parts = (each.secure_capture for each in clients.values())
    return found | {(each.menu, each.step) for each in parts if each is not None and each.step is not None}


def stepless(config: CentreConfig, menus: Mapping[str, CompiledMenus]) -> Iterator[Fault]:
    """Steps that the files name, and that their menu set does not have."""
    for file, place, to in _written(config):
        menu = menus.get(to.menu)
        if to.step is not None and menu is not None and to.step not in menu.steps:
            what = f"the menu set {to.menu} has no step {to.step}"
            yield read(config.folder / file).fault((*place, "step"), what, suggest(to.step, menu.steps))


def _written(config: CentreConfig) -> Iterator[tuple[str, Location, Menu]]:
    """Each menu that is named: the file, where in it, and which."""
    for index, number in enumerate(config.routing.numbers):
        if isinstance(number.destination, Menu):
            yield "numbers.yaml", ("numbers", index), number.destination
    for queue in config.routing.queues.values():
        ways: list[tuple[str, str, Destination]] = [
            *(("overflow", reason.value, to) for reason, to in queue.overflow.items()),
            *(("exit_keys", key, to) for key, to in queue.exit_keys.items()),
        ]
        for part, name, to in ways:
            if isinstance(to, Menu):
                yield "queues.yaml", ("queues", queue.id, part, name), to
