"""What the ledger says of the calls of a test: asked of the running node, or by the command line when it is down."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.kit.server import ServerFault, wait_until

if TYPE_CHECKING:
    from tests.kit.server import Server


@dataclass(frozen=True, slots=True)
class Seen:
    """One contact as the ledger has it."""

    id: str
    row: dict[str, Any]
    events: list[dict[str, Any]]

    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    def data(self, kind: str) -> list[dict[str, Any]]:
        return [event["data"] for event in self.events if event["type"] == kind]


def contacts(server: Server) -> list[dict[str, Any]]:
    """All contacts, the newest first."""
    if server.is_running:
        rows: list[dict[str, Any]] = server.ask("/api/v1/contacts?limit=1000")["items"]
        return rows
    told: list[dict[str, Any]] = json.loads(_command(server, "contacts", "--limit", "1000"))
    return told


def read(server: Server, contact: str) -> Seen:
    """One contact."""
    if server.is_running:
        found = server.ask(f"/api/v1/contacts/{contact}")
    else:
        found = json.loads(_command(server, "contact", contact))
    return Seen(contact, found["contact"], found["events"])


def newest(server: Server, dialled: str) -> Seen:
    """The newest contact that dialled this."""
    return read(server, next(row["id"] for row in contacts(server) if row["dnis"] == dialled))


def wait_for_event(
    server: Server, dialled: str, kind: str, *, within: float = 15.0, **match: object
) -> dict[str, Any]:
    """Wait until the newest contact that dialled this has such an event, and return its data."""
    found: list[dict[str, Any]] = []

    def there() -> bool:
        if not any(row["dnis"] == dialled for row in contacts(server)):
            return False
        data = newest(server, dialled).data(kind)
        found.extend(each for each in data if all(each.get(key) == match[key] for key in match))
        return bool(found)

    wait_until(there, f"{kind} {match} of {dialled}", within=within)
    return found[0]


def _command(server: Server, *words: str) -> str:
    done = server.run(*words, "--state", str(server.state), "--json")
    if done.returncode:
        raise ServerFault(f"centralita {' '.join(words)}: {done.stderr}")
    return done.stdout
