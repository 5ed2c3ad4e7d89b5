"""Lives of a whole node under fifty calls a second, each ended by SIGKILL, and what the API had shown of its calls."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.e2e.floor import callers
from tests.e2e.ledger import contacts, read
from tests.e2e.outages import timelines
from tests.kit.server import wait_until

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from tests.kit.server import Server

RATE = 50
"""Calls a second; a caller hangs up after 300 ms."""
LONGEST = 2.0
"""Seconds that a life lasts at most once calls are up."""
ENDLESS = 100_000


@dataclass(slots=True)
class Shown:
    """What the API has shown: it reads what is committed, so that it must be there for ever."""

    contacts: set[str] = field(default_factory=set)
    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Of some of them."""

    def look(self, server: Server) -> None:
        """At the newest, and at all events of one of them."""
        rows = contacts(server)
        self.contacts.update(row["id"] for row in rows)
        if rows:
            seen = read(server, rows[0]["id"])
            self.events[seen.id] = seen.events


def live_and_die(server: Server, folder: Path, chance: random.Random, shown: Shown) -> None:
    """Start the node, have it called, kill it at a random moment."""
    server.start()
    folder.mkdir()
    with callers(
        server, "echo", folder, scenario="answered-and-ended", calls=ENDLESS, at_once=RATE, rate=RATE
    ):
        wait_until(lambda: server.counters()["legs"] > 0, "calls come", within=15)
        until = time.monotonic() + chance.uniform(0.1, LONGEST)
        shown.look(server)
        while time.monotonic() < until:
            shown.look(server)
        server.kill()


def faults(server: Server, shown: Shown) -> list[str]:
    """What is wrong with the records after a last start; the server is stopped."""
    server.start()
    server.close()
    stored = {each.contact.id: each for each in timelines(server)}
    found = [f"{each} is gone" for each in shown.contacts - stored.keys()]
    for contact, events in shown.events.items():
        kept = stored[contact].events[: len(events)] if contact in stored else ()
        told = [(each["n"], each["type"], each["data"]) for each in events]
        if [(each.n, each.type, dict(each.data)) for each in kept] != told:
            found.append(f"{contact} is not what was shown of it")
    for each in stored.values():
        kinds = Counter(event.type for event in each.events)
        if kinds["contact.closed"] != 1 or kinds["leg.ended"] != kinds["leg.invited"]:
            found.append(f"{each.contact.id} is not closed as it should be: {dict(kinds)}")
        if [event.n for event in each.events] != list(range(1, len(each.events) + 1)):
            found.append(f"{each.contact.id} has events missing or twice")
    if not any(each.contact.outcome == "interrupted" for each in stored.values()):
        found.append("no life ended in the middle of a call")
    return found
