"""Dead letters delivered after all: what was in them is read anew, so that what was erased meanwhile is not told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.webhooks.message import body_of, message_of, sight_of, wish_of
from console.webhooks.sending import Result

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from console.events.hub import Hub
    from console.events.told import Told
    from console.webhooks.sending import Sent
    from records.webhooks.book import DeadLetter, Webhook


async def arrives(
    webhook: Webhook, letter: DeadLetter, hub: Hub, send: Callable[[str, bytes], Awaitable[Sent]]
) -> bool:
    """Send a dead letter by `send`, which takes an identifier and a body: whether all of it arrived.

    Raises StoreUnavailable.
    """
    told = await _told(webhook, letter, hub)
    for at in range(0, len(told), webhook.batch):
        part = told[at : at + webhook.batch]
        sent = await send(message_of(webhook.id, part), body_of(part, personal=webhook.personal))
        if sent.result is not Result.DELIVERED:
            return False
    return True


async def _told(webhook: Webhook, letter: DeadLetter, hub: Hub) -> list[Told]:
    wish, sight = wish_of(webhook), sight_of(webhook)
    found: list[Told] = []
    cursor = letter.after
    while cursor < letter.upto:
        page = await hub.read(cursor)
        found.extend(
            each
            for each in page.events
            if each.cursor <= letter.upto and wish.wants(each) and sight.allows(each)
        )
        cursor = page.upto
        if page.is_last:
            break
    return found
