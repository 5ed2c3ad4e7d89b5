"""Contacts found by what is known of them, the newest first; page by page after a contact, never by counting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import desc, or_, select, tuple_

from records.moments import stored
from records.narrowing import in_period, matching
from records.views.tables import contact, leg, queue_visit

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Select

S = TypeVar("S", bound="Select[Any]")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What contacts are searched for; None asks for nothing. Times are Unix seconds."""

    clients: Collection[str] | None = None
    """Of these client companies alone; None also takes contacts of none."""
    queue: str | None = None
    """In which they waited, once or more."""
    agent: str | None = None
    """Whose phone they rang."""
    number: str | None = None
    """Of the customer or the one that was dialled, or the beginning of it."""
    outcome: str | None = None
    language: str | None = None
    menu: str | None = None
    reason: str | None = None
    disposition: str | None = None
    since: float | None = None
    """Begun then or later."""
    until: float | None = None
    """Begun before then."""
    id: str | None = None
    """Part of the id."""
    after: tuple[float, str] | None = None
    """Beginning and id of the contact after which the page begins, in the order of the list."""


def narrowed(query: S, wanted: Wanted) -> S:
    """A query of contacts, kept to what is wanted, in the order of the list."""
    same = ("outcome", "language", "menu", "reason", "disposition")
    terms = matching(contact, wanted.clients, **{name: getattr(wanted, name) for name in same})
    if wanted.queue is not None:
        visits = select(queue_visit.c.contact).where(queue_visit.c.queue == wanted.queue)
        terms.append(or_(contact.c.queue == wanted.queue, contact.c.id.in_(visits)))
    if wanted.agent is not None:
        terms.append(contact.c.id.in_(select(leg.c.contact).where(leg.c.agent == wanted.agent)))
    if wanted.number is not None:
        sides = (contact.c.ani, contact.c.dnis)
        terms.append(or_(*(side.startswith(wanted.number, autoescape=True) for side in sides)))
    if wanted.id is not None:
        terms.append(contact.c.id.contains(wanted.id, autoescape=True))
    terms += in_period(contact.c.started_at, wanted.since, wanted.until)
    if wanted.after is not None:
        began, last = wanted.after
        terms.append(tuple_(contact.c.started_at, contact.c.id) < (stored(began), last))
    return query.where(*terms).order_by(desc(contact.c.started_at), desc(contact.c.id))
