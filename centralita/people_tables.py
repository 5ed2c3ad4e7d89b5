"""People, sessions, keys and the audit log for people at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from centralita.terminal import plain_table, print_rows, print_table
from records.moments import utc

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from records.people.api_keys import ApiKey
    from records.people.audit import AuditEntry
    from records.people.person import Person
    from records.people.sessions import Session

_RESULTS = {"done": "green", "refused": "yellow", "failed": "red"}


def print_people(people: Iterable[Person]) -> None:
    """A line each."""
    print_rows(
        ("id", "name", "role", "agent", "clients", "teams", "state"),
        (
            (
                each.id,
                each.name,
                each.role.value,
                each.agent or "",
                _words(each.clients),
                _words(each.teams),
                "active" if each.is_active else f"disabled {utc(each.disabled_at)}",
            )
            for each in people
        ),
    )


def print_person(facts: Mapping[str, Any]) -> None:
    """A line for each thing that is known."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in facts.items():
        if isinstance(value, list):
            value = ", ".join(map(str, value))
        elif value is None:
            value = "all" if name in ("clients", "teams") else ""
        elif isinstance(value, bool):
            value = "yes" if value else "no"
        table.add_row(Text(name.replace("_", " "), style="bold"), Text(str(value)))
    Console().print(table)


def print_sessions(sessions: Iterable[Session]) -> None:
    """A line each."""
    print_rows(
        ("session", "person", "began (UTC)", "last used", "from", "with"),
        (
            (each.id, each.person, utc(each.made_at), utc(each.seen_at), each.address, each.device[:40])
            for each in sessions
        ),
    )


def print_keys(keys: Iterable[ApiKey]) -> None:
    """A line each."""
    print_rows(
        ("key", "name", "person", "may", "clients", "until (UTC)", "last used"),
        (
            (
                each.id,
                each.name,
                each.person or "",
                " ".join(sorted(each.permissions)),
                _words(each.clients),
                "revoked" if each.revoked_at is not None else utc(each.until) or "never",
                utc(each.used_at) or "never",
            )
            for each in keys
        ),
    )


def print_audit(entries: Iterable[AuditEntry]) -> None:
    """A line each, the results in colours."""
    table = plain_table("when (UTC)", "who", "role", "from", "did", "on", "result")
    for each in entries:
        why = f" ({each.code})" if each.code else ""
        table.add_row(
            utc(each.ts),
            Text(each.by or "a stranger"),
            Text(each.role),
            Text(each.source or "the node"),
            Text(each.act),
            Text(", ".join(each.on.values())),
            Text(f"{each.result}{why}", style=_RESULTS.get(each.result, "")),
        )
    print_table(table)


def _words(scope: frozenset[str] | None) -> str:
    return "all" if scope is None else ", ".join(sorted(scope))
