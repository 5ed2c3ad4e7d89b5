"""What a webhook is sent: which events, under which identifier, in which form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.events.catalogue import SCHEMA
from console.events.sight import Sight, Wish
from console.events.told import Told
from records.moments import iso, stored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from records.webhooks.book import Webhook


def wish_of(webhook: Webhook) -> Wish:
    """What it wants."""
    return Wish(types=webhook.types)


def sight_of(webhook: Webhook) -> Sight:
    """What it may be told."""
    clients = None if webhook.clients is None else frozenset(webhook.clients)
    return Sight(clients=clients, personal=webhook.personal)


def body_of(told: Sequence[Told], *, personal: bool) -> bytes:
    """What is posted."""
    events = b",".join(each.text(personal=personal) for each in told)
    return b'{"schema":"%b","events":[%b]}' % (SCHEMA.encode(), events)


def message_of(webhook: str, told: Sequence[Told]) -> str:
    """The identifier of a delivery: the same whenever the same events are sent again."""
    return f"{webhook}.{told[0].cursor}.{told[-1].cursor}"


def trial_of(webhook: Webhook, *, now: float) -> tuple[str, bytes]:
    """A `webhook.test` and its identifier; `now` is Unix time."""
    message = f"{webhook.id}.test.{int(now)}"
    text = (
        f'{{"schema":"{SCHEMA}","cursor":null,"id":"{message}","at":"{iso(stored(now))}",'
        '"type":"webhook.test","contact":null,"leg":null,"agent":null,"client":null,"node":null,'
        f'"data":{{"webhook":"{webhook.id}"}}}}'
    ).encode()
    told = Told(0, "webhook.test", None, None, None, None, (), text, text)
    return message, body_of([told], personal=False)
