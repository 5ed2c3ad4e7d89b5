"""One event in the form that others are told it in: what the catalogue names, with and without personal data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from base.compact import compact_text
from console.events.catalogue import CATALOGUE, SCHEMA
from records.moments import iso
from records.personal.fields import split

if TYPE_CHECKING:
    from collections.abc import Mapping

    from records.feed import FedEvent


@dataclass(frozen=True, slots=True)
class Told:
    """An event, encoded once for all receivers, and what says who may have it."""

    cursor: int
    type: str
    contact: str | None
    client: str | None
    queue: str | None
    agent: str | None
    agents: tuple[str, ...]
    """Who has served the contact."""
    plain: bytes
    """JSON without personal data."""
    whole: bytes
    """JSON with it; the very same where there is none."""

    def text(self, *, personal: bool) -> bytes:
        """The JSON for a receiver."""
        return self.whole if personal else self.plain


def tell(event: FedEvent) -> Told | None:
    """The event as others are told it; None for what is nobody's business outside."""
    row = CATALOGUE.get(event.type)
    if row is None:
        return None
    opened, personal = split(event.type, event.data)
    fields = row.fields
    plain = {
        name: value
        for name, value in opened.items()
        if (field := fields.get(name)) is not None and not field.is_personal
    }
    whole = plain
    if not event.data.get("private"):
        # Who asked not to be shown is shown to nobody outside.
        more = {name: event.data[name] for name in fields if name in event.data and name not in plain}
        more.update((name, value) for name, value in (personal or {}).items() if name in fields)
        whole = {**plain, **more}
    agent = event.agent or _text(event.data, "agent")
    client = event.client or _text(event.data, "client")
    head = {
        "schema": SCHEMA,
        "cursor": str(event.cursor),
        "id": f"{event.node}.{event.cursor}",
        "at": iso(event.ts),
        "type": event.type,
        "contact": event.contact,
        "leg": event.leg,
        "agent": agent,
        "client": client,
        "node": event.node,
    }
    encoded = compact_text({**head, "data": plain}).encode()
    return Told(
        event.cursor,
        event.type,
        event.contact,
        client,
        _text(event.data, "queue") or event.queue,
        agent,
        event.agents,
        encoded,
        encoded if whole == plain else compact_text({**head, "data": whole}).encode(),
    )


def _text(data: Mapping[str, object], name: str) -> str | None:
    value = data.get(name)
    return value if isinstance(value, str) else None
