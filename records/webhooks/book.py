"""The webhooks of a database: made, changed, moved on. All of it waits: call it in threads."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, desc, func, insert, select, update

from records.database import upsert
from records.errors import RecordsError
from records.webhooks.tables import webhook, webhook_dead

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import RowMapping

    from records.database import Database


class WebhookUnknown(RecordsError):
    """There is no such webhook."""

    code = "webhook_unknown"
    status = 404


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a webhook has come. Times are microseconds."""

    cursor: int
    """Up to here all is delivered or given up."""
    upto: int | None = None
    """The end of a delivery that failed: the same is tried again, under the same identifier."""
    tries: int = 0
    failing_since: int | None = None
    next_try: int | None = None
    failure: str | None = None
    """What went wrong last, in our words."""
    paused: str | None = None
    """Why nothing is delivered."""
    dead_in_a_row: int = 0
    """Deliveries given up since one arrived."""
    delivered_at: int | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """One receiver."""

    id: str
    url: str
    about: str
    types: tuple[str, ...]
    """Patterns; none means all."""
    clients: tuple[str, ...] | None
    """The client companies it is told of; None: all, and what is of no company."""
    personal: bool
    """Whether numbers and names of customers are told."""
    batch: int
    """How many events one request holds at most."""
    made_at: int
    made_by: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A delivery that was given up: the events after one cursor up to another that the webhook wants."""

    id: int
    webhook: str
    after: int
    upto: int
    events: int
    tries: int
    failure: str
    first_try: int
    died_at: int


_STANDING = tuple(each.name for each in dataclasses.fields(Standing))


class WebhookBook:
    """All webhooks. Raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        """Nothing is opened yet."""
        self._database = database

    def all(self) -> list[Webhook]:
        """By their making."""
        with self._database.read() as connection:
            rows = (
                connection.execute(select(webhook).order_by(webhook.c.made_at, webhook.c.id)).mappings().all()
            )
        return [_read(row) for row in rows]

    def put(self, made: Webhook) -> None:
        """Keep a new one, or what has changed of one."""
        row = {
            "id": made.id,
            "url": made.url,
            "about": made.about,
            "types": json.dumps(made.types),
            "clients": None if made.clients is None else json.dumps(made.clients),
            "personal": made.personal,
            "batch": made.batch,
            "made_at": made.made_at,
            "made_by": made.made_by,
            **dataclasses.asdict(made.standing),
        }
        with self._database.write() as connection:
            upsert(connection, webhook, [row])

    def remove(self, which: str) -> None:
        """Forget one, and its dead letters."""
        with self._database.write() as connection:
            connection.execute(delete(webhook_dead).where(webhook_dead.c.webhook == which))
            connection.execute(delete(webhook).where(webhook.c.id == which))

    def move(self, standings: Iterable[tuple[str, Standing]]) -> None:
        """How far some have come, in one transaction."""
        with self._database.write() as connection:
            for which, standing in standings:
                connection.execute(
                    update(webhook).where(webhook.c.id == which).values(**dataclasses.asdict(standing))
                )

    def bury(self, which: str, standing: Standing, letter: DeadLetter) -> None:
        """Give a delivery up and go on behind it, both or neither. The letter's id is given here."""
        row = dataclasses.asdict(letter)
        del row["id"]
        with self._database.write() as connection:
            connection.execute(insert(webhook_dead).values(**row))
            connection.execute(
                update(webhook).where(webhook.c.id == which).values(**dataclasses.asdict(standing))
            )

    def dead(self, which: str, *, before: int | None = None, limit: int = 100) -> list[DeadLetter]:
        """What was given up, the newest first."""
        query = select(webhook_dead).where(webhook_dead.c.webhook == which)
        if before is not None:
            query = query.where(webhook_dead.c.id < before)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(desc(webhook_dead.c.id)).limit(limit)).mappings().all()
        return [DeadLetter(**row) for row in rows]

    def dead_by_id(self, which: str, letters: Sequence[int]) -> list[DeadLetter]:
        """These of a webhook, the oldest first; all without any named."""
        query = select(webhook_dead).where(webhook_dead.c.webhook == which)
        if letters:
            query = query.where(webhook_dead.c.id.in_(letters))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(webhook_dead.c.id)).mappings().all()
        return [DeadLetter(**row) for row in rows]

    def revive(self, letter: int) -> None:
        """A dead letter was delivered after all."""
        with self._database.write() as connection:
            connection.execute(delete(webhook_dead).where(webhook_dead.c.id == letter))

    def dead_counts(self) -> dict[str, int]:
        """How many dead letters each webhook has."""
        query = select(webhook_dead.c.webhook, func.count()).group_by(webhook_dead.c.webhook)
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}


def _read(row: RowMapping) -> Webhook:
    values: dict[str, Any] = dict(row)
    standing = Standing(**{name: values.pop(name) for name in _STANDING})
    clients = values.pop("clients")
    return Webhook(
        **{**values, "types": tuple(json.loads(values["types"])), "personal": bool(values["personal"])},
        clients=None if clients is None else tuple(json.loads(clients)),
        standing=standing,
    )
