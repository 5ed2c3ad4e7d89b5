"""The deliveries that are under way: a task for each webhook, and how far each has come, kept now and then."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from base.errors import CentralitaError
from base.io.background import Background
from console.webhooks.delivery import Delivery
from records.people import audit
from records.people.audit import Deed
from records.webhooks.book import WebhookUnknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from console.events.hub import Hub
    from console.webhooks.owner import Owners
    from console.webhooks.secrets_file import SecretBook
    from console.webhooks.sending import Sender
    from records.webhooks.book import DeadLetter, Standing, Webhook, WebhookBook

log = structlog.get_logger()

FLUSH = 1.0
"""Seconds between two writes of how far webhooks have come: after a crash as much may be delivered twice."""


class Deliveries:
    """Begins with `open`, ends with `close`; what each delivery tells of itself comes in as `Keeper`."""

    def __init__(
        self,
        book: WebhookBook,
        hub: Hub,
        sender: Sender,
        secrets: SecretBook,
        owners: Owners,
        clock: Callable[[], float],
        tell: Callable[[str, Mapping[str, object]], None],
    ) -> None:
        """`clock` tells Unix time; `tell` writes what happened to webhooks themselves into the records."""
        self._book, self._hub, self._sender, self._secrets = book, hub, sender, secrets
        self._owners, self._clock, self._tell = owners, clock, tell
        self._all: dict[str, Delivery] = {}
        self._tasks: dict[str, Background] = {}
        self._notes: dict[str, Standing] = {}
        self._dead: dict[str, int] = {}
        self._flushing = Background(self._flush_on, "webhooks")

    async def open(self) -> None:
        """Go on where each stands. Raises StoreUnavailable."""
        self._dead = await asyncio.to_thread(self._book.dead_counts)
        for each in await asyncio.to_thread(self._book.all):
            self.begin(each)
        self._flushing.begin()

    async def close(self) -> None:
        """Deliver no more, and keep how far each has come."""
        await asyncio.gather(*(each.close() for each in self._tasks.values()), return_exceptions=True)
        self._tasks.clear()
        await self._flushing.close()
        await self._flush()

    def __len__(self) -> int:
        """How many webhooks there are."""
        return len(self._all)

    def all(self) -> list[Webhook]:
        """As each stands now, by their making."""
        return [replace(each.webhook, standing=each.standing) for each in self._all.values()]

    def find(self, which: str) -> Webhook:
        """One as it stands now. Raises WebhookUnknown."""
        found = self.of(which)
        return replace(found.webhook, standing=found.standing)

    def of(self, which: str) -> Delivery:
        """The delivery of one. Raises WebhookUnknown."""
        found = self._all.get(which)
        if found is None:
            raise WebhookUnknown(f"there is no webhook {which}")
        return found

    def dead_count(self, which: str) -> int:
        """Deliveries that were given up and not replayed."""
        return self._dead.get(which, 0)

    def begin(self, webhook: Webhook) -> None:
        """Deliver from where it stands, unless it is paused."""
        made = Delivery(
            webhook,
            self._hub,
            self._sender,
            self,
            lambda: self._secrets.signing(webhook.id),
            self._owners,
            self._clock,
        )
        before = self._all.get(webhook.id)
        if before is not None:
            made.delivered, made.failed = before.delivered, before.failed
        self._all[webhook.id] = made
        if webhook.standing.paused is None:
            task = self._tasks[webhook.id] = Background(made.run, webhook.id)
            task.begin()

    async def end(self, which: str) -> Webhook:
        """Stop the deliveries of one: it, as it stands. Raises WebhookUnknown."""
        found = self.of(which)
        task = self._tasks.pop(which, None)
        if task is not None:
            await task.close()
        self._notes.pop(which, None)
        return replace(found.webhook, standing=found.standing)

    def go_on(self, webhook: Webhook) -> None:
        """One that has ended, as it stood: what was to become of it could not be kept."""
        self.note(webhook.id, webhook.standing)
        self.begin(webhook)

    def forget(self, which: str) -> None:
        """One that has ended, and is no more."""
        del self._all[which]
        self._dead.pop(which, None)

    async def revived(self, letter: DeadLetter) -> None:
        """A dead letter was delivered after all. Raises StoreUnavailable."""
        await asyncio.to_thread(self._book.revive, letter.id)
        self._dead[letter.webhook] = max(self.dead_count(letter.webhook) - 1, 0)

    # --- Keeper ---

    def note(self, webhook: str, standing: Standing) -> None:
        """See Keeper."""
        self._notes[webhook] = standing

    async def keep(self, webhook: str, standing: Standing) -> None:
        """See Keeper."""
        self._notes.pop(webhook, None)
        await asyncio.to_thread(self._book.move, [(webhook, standing)])

    async def bury(self, webhook: str, standing: Standing, letter: DeadLetter) -> None:
        """See Keeper."""
        self._notes.pop(webhook, None)
        await asyncio.to_thread(self._book.bury, webhook, standing, letter)
        self._dead[webhook] = self.dead_count(webhook) + 1

    def tell_paused(self, webhook: str, why: str, code: str | None = None) -> None:
        """See Keeper."""
        self._tell("webhook.paused", {"webhook": webhook, "why": why})
        if code is not None:
            self._tell(
                audit.ACT, Deed("system", "", "webhook pause", on={"webhook": webhook}, code=code).data()
            )

    # --- how far they have come ---

    async def _flush_on(self) -> None:
        while True:
            await asyncio.sleep(FLUSH)
            await self._flush()

    async def _flush(self) -> None:
        notes, self._notes = self._notes, {}
        if not notes:
            return
        try:
            await asyncio.to_thread(self._book.move, list(notes.items()))
        except CentralitaError as error:
            self._notes = {**notes, **self._notes}
            log.warning("webhooks_not_kept", why=str(error))
