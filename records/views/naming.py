"""Whether a name that somebody asks by means anything: one that nothing has would only give empty lists and zeros."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from base.document import suggest
from records.cases.tables import case
from records.errors import NameUnknown
from records.views.tables import agent_span, contact, leg, promise, queue_visit

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import Column

    from records.database import Database

_WORDS = {
    "client": ("no client company is called", (contact.c.client, case.c.client, promise.c.client)),
    "queue": ("no queue is called", (queue_visit.c.queue, promise.c.queue)),
    "agent": ("no agent is called", (leg.c.agent, agent_span.c.agent)),
    "team": ("no team is called", (case.c.team,)),
    "language": ("nobody was served in language", (contact.c.language, case.c.language)),
    "reason": ("nothing had the reason", (contact.c.reason, case.c.reason)),
}
"""How it is said that there is none, and where the records name them."""
KINDS = tuple(_WORDS)
_LATELY = 10_000
"""Rows in which names are looked for that the configuration does not have."""


def refuse_unknown(
    database: Database, asked: Mapping[str, str | None], configured: Mapping[str, Collection[str]]
) -> None:
    """Raises NameUnknown for the first of `asked` that neither the configuration nor the records have.

    None and empty text ask for nobody by name. What the configuration has is not looked up. Blocks.
    """
    for kind, name in asked.items():
        here = configured.get(kind, ())
        if not name or name in here:
            continue
        words, columns = _WORDS[kind]
        if not any(_has(database, column, name) for column in columns):
            known = {*here, *_lately(database, columns[0])}
            shown = name if len(name) <= 100 else f"{name[:100]}..."
            raise NameUnknown(kind, f"{words} {shown!r}; {suggest(name[:100], known)}".removesuffix("; "))


def _has(database: Database, column: Column[str], name: str) -> bool:
    with database.read() as connection:
        return connection.execute(select(column).where(column == name).limit(1)).first() is not None


def _lately(database: Database, column: Column[str]) -> set[str]:
    rows = select(column.label("name")).where(column.is_not(None)).limit(_LATELY).subquery()
    with database.read() as connection:
        return {name for (name,) in connection.execute(select(rows.c.name).distinct())}
