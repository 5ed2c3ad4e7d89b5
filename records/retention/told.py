"""What came of a deletion or an erasure: for people, and as the ledger is told of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from records.retention.person import Person
    from records.retention.rules import Rules


@dataclass(slots=True)
class Applied:
    """What a run deleted, or would delete, of one client company; empty for the house."""

    client: str
    contacts: int = 0
    recordings: int = 0
    messages: int = 0
    held: int = 0
    """Passed over because of a legal hold."""
    failed: int = 0
    """Files that could not be deleted."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not (self.contacts or self.recordings or self.messages or self.held or self.failed)


@dataclass(slots=True)
class Erased:
    """What was erased of a person, or would be."""

    number: str
    contacts: int = 0
    recordings: int = 0
    in_progress: int = 0
    """Contacts that are not over: erase again when they are."""
    failed: int = 0
    """Recordings that could not be deleted: their contacts are left, erase again when they can be."""
    elsewhere: dict[str, int] = field(default_factory=dict)
    """By where: customers, callbacks."""


def told_of_run(applied: Applied, rules: Rules) -> dict[str, object]:
    """Of a run over one client company."""
    return {
        "client": applied.client,
        "contacts": applied.contacts,
        "recordings": applied.recordings,
        "messages": applied.messages,
        "held": applied.held,
        "failed": applied.failed,
        "days": {"personal": rules.personal, "recordings": rules.recordings, "messages": rules.messages},
    }


def told_of_person(erased: Erased, who: Person, client: str | None, by: str) -> dict[str, object]:
    """Of an erasure, without the number."""
    return {
        "subject": who.subject,
        "client": client,
        "by": by,
        "contacts": erased.contacts,
        "recordings": erased.recordings,
        "in_progress": erased.in_progress,
        "failed": erased.failed,
        "elsewhere": dict(erased.elsewhere),
    }
