"""Dead letters delivered after all: what was in them is read anew, so that what was erased meanwhile is not told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.webhooks.message import body_of, message_of, wish_of
from console.webhooks.sending import Result

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from console.events.hub import Hub
    from console.events.sight import Sight
    from console.events.told import Told
    from console.webhooks.sending import Sent
    from records.webhooks.book import DeadLetter, Webhook


async def arrives(
    webhook: Webhook,
    letter: DeadLetter,
    hub: Hub,
    sight: Sight,
    send: Callable[[str, bytes], Awaitable[Sent]],
) -> bool:
    """Send what `sight` allows of a dead letter by `send`, which takes an identifier and a body: whether it arrived.

    Raises StoreUnavailable.
    """
    told = await _told(webhook, letter, hub, sight)
    for at in range(0, len(told), webhook.batch):
        part = told[at : at + webhook.batch]
        sent = await send(message_of(webhook.id, part), body_of(part, personal=sight.personal))
        if sent.result is not Result.DELIVERED:
            return False
    return True


async def _told(webhook: Webhook, letter: DeadLetter, hub: Hub, sight: Sight) -> list[Told]:
    wish = wish_of(webhook)
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
