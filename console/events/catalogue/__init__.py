"""Every type of event that others are told of, and its fields: the one table. docs/events.md shows it.

A version's promise is that fields may come and none goes or changes its kind (tests/data/events/schema-1.json
holds what version 1 has promised). What stands in no row is nobody's business outside: inner types, free texts of
traces, names of files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.events.catalogue.agents import AGENTS
from console.events.catalogue.calls import CALLS
from console.events.catalogue.cases import CASES
from console.events.catalogue.menus import MENUS
from console.events.catalogue.outside import OUTSIDE
from console.events.catalogue.queues import QUEUES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.events.catalogue.field import EventType

SCHEMA = "1"
"""The version of all of this."""

CATALOGUE: Mapping[str, EventType] = {**CALLS, **QUEUES, **AGENTS, **MENUS, **CASES, **OUTSIDE}

INNER: Mapping[str, str] = {
    "hold.added": "what must be kept for a court",
    "hold.released": "the end of that",
    "person.exported": "who took everything that is kept of a person",
    "leg.message": "rows of the SIP ladder",
    "menu.prompt": "each sound that is played",
    "attributes.set": "variables of menus",
    "code.dialled": "keys that agents dial; what they bring about is told",
}
"""Types that are not told, and what they are."""
