"""People at the doors of a node: how long they stay, what seals their second factors, where their acts are noted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from centralita.state import PEOPLE_KEY_FILE
from console.limits import Rates
from records.people.door import Door
from records.people.sealing import load_seal
from records.people.sessions import SessionRules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AsyncExitStack
    from pathlib import Path

    from centralita.journal import Journal
    from centralita.present import Present
    from records.database import Database
    from routing.centre import Centre


def session_rules(centre: Centre) -> SessionRules:
    """What centre.yaml says of sessions."""
    people = centre.people
    return SessionRules(people.session_idle, people.session_longest, frozenset(people.second_factor))


def api_rates(centre: Centre) -> Rates:
    """What centre.yaml says of how much may be asked."""
    api = centre.api
    return Rates(api.rate, api.burst, api.strangers_rate, api.strangers_burst)


async def open_people(
    state: Path, database: Database, present: Present, journal: Journal, resources: AsyncExitStack
) -> Door:
    """The door of people and programs. Raises PeopleKeyBroken."""
    seal = await asyncio.to_thread(load_seal, state / PEOPLE_KEY_FILE)

    def record(kind: str, data: Mapping[str, object]) -> None:
        journal("", None, kind, data)

    door = Door(database, seal, record, rules=lambda: session_rules(present.configuration.centre))
    resources.callback(door.close)
    return door
