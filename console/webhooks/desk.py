"""All webhooks of a node: made, changed, paused and replayed by people; their deliveries run as tasks of their own.

A webhook is served by the node that holds its secret.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets as random_words
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from base.errors import CentralitaError
from console.events.sight import check_types
from console.events.told import Told
from console.webhooks.addresses import check_url
from console.webhooks.delivery import Delivery, body_of, message_of, sight_of, wish_of
from console.webhooks.patience import resumed
from console.webhooks.secrets_file import Secrets, load_secrets, save_secrets
from console.webhooks.sending import Result, Sender
from console.webhooks.signature import new_secret
from records.moments import iso, stored
from records.webhooks.book import DeadLetter, Standing, Webhook, WebhookBook, WebhookUnknown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from base.secret import Secret
    from console.events.hub import Hub
    from console.webhooks.addresses import Network
    from console.webhooks.sending import Sent
    from records.database import Database

log = structlog.get_logger()

MOST = 50
"""Webhooks of one node."""
MOST_IN_ONE = 500
"""Events of one request."""
OVERLAP = 86_400.0
"""Seconds that the secret before signs too."""
FLUSH = 1.0
"""Seconds between two writes of how far webhooks have come: after a crash as much may be delivered twice."""
PAUSED = "somebody paused it"


class WebhookRefused(CentralitaError):
    """No webhook can be like that; the text says why."""

    code = "webhook_refused"
    status = 422


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is said of a webhook that is made or changed."""

    url: str
    types: tuple[str, ...] = ()
    clients: tuple[str, ...] | None = None
    personal: bool = False
    batch: int = 100
    about: str = ""


class WebhookDesk:
    """Begins with `open`, ends with `close`."""

    def __init__(
        self,
        database: Database,
        hub: Hub,
        file: Path,
        *,
        networks: Callable[[], Collection[Network]],
        clients: Callable[[], Collection[str]],
        clock: Callable[[], float],
        tell: Callable[[str, Mapping[str, object]], None],
    ) -> None:
        """`file` holds the secrets, `clients` are those there are, `clock` tells Unix time.

        `tell` writes what happened to webhooks themselves into the records.
        """
        self._book = WebhookBook(database)
        self._hub, self._file, self._clock, self._tell = hub, file, clock, tell
        self._clients = clients
        self.sender = Sender(networks)
        self._secrets: dict[str, Secrets] = {}
        self._deliveries: dict[str, Delivery] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._notes: dict[str, Standing] = {}
        self._dead: dict[str, int] = {}
        self._flusher: asyncio.Task[None] | None = None
        self._acting = asyncio.Lock()

    async def open(self) -> None:
        """Go on where each stands. Raises StoreUnavailable, DocumentError."""
        self._secrets = await asyncio.to_thread(load_secrets, self._file)
        self._dead = await asyncio.to_thread(self._book.dead_counts)
        for each in await asyncio.to_thread(self._book.all):
            self._begin(each)
        self._flusher = asyncio.get_running_loop().create_task(self._flush_on(), name="webhooks")

    async def close(self) -> None:
        """Deliver no more, and keep how far each has come."""
        tasks = [*self._tasks.values(), *([self._flusher] if self._flusher is not None else [])]
        for each in tasks:
            each.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self._tasks.clear()
        await self._flush()
        await self.sender.close()

    # --- what people do ---

    def all(self) -> list[Webhook]:
        """As each stands now, by their making."""
        return [replace(each.webhook, standing=each.standing) for each in self._deliveries.values()]

    def find(self, which: str) -> Webhook:
        """One. Raises WebhookUnknown."""
        found = self._delivery(which)
        return replace(found.webhook, standing=found.standing)

    def dead_count(self, which: str) -> int:
        """Deliveries that were given up and not replayed."""
        return self._dead.get(which, 0)

    def counts(self, which: str) -> tuple[int, int]:
        """Requests that arrived, and that did not, since the node started."""
        found = self._delivery(which)
        return found.delivered, found.failed

    async def add(self, wanted: Wanted, by: str, *, after: int | None = None) -> tuple[Webhook, Secret]:
        """A new one, and its secret, which is shown once. It is told of what comes after a cursor, or from now on.

        Raises WebhookRefused, AddressRefused, UnknownType, CursorGone, CursorUnknown, StoreUnavailable.
        """
        async with self._acting:
            if len(self._deliveries) >= MOST:
                raise WebhookRefused(f"there are {MOST} webhooks already")
            wanted = self._checked(wanted)
            if after is None:
                after = await self._hub.newest()
            else:
                await self._hub.check(after)
            made = Webhook(
                id=f"wh_{random_words.token_hex(8)}",
                url=wanted.url,
                about=wanted.about,
                types=wanted.types,
                clients=wanted.clients,
                personal=wanted.personal,
                batch=wanted.batch,
                made_at=stored(self._clock()),
                made_by=by,
                standing=Standing(after),
            )
            secret = new_secret()
            # The secret first: a webhook without one could send nothing.
            await self._save({**self._secrets, made.id: Secrets(secret)})
            await asyncio.to_thread(self._book.put, made)
            self._begin(made)
        self._tell("webhook.added", {"webhook": made.id, "by": by})
        return made, secret

    async def change(self, which: str, wanted: Wanted, by: str) -> Webhook:
        """Other settings for what is delivered from here on. Raises as `add`, and WebhookUnknown."""
        async with self._acting:
            wanted = self._checked(wanted)
            before = await self._end(which)
            made = replace(
                before,
                url=wanted.url,
                about=wanted.about,
                types=wanted.types,
                clients=wanted.clients,
                personal=wanted.personal,
                batch=wanted.batch,
            )
            await self._restart(made)
        self._tell("webhook.changed", {"webhook": which, "by": by})
        return made

    async def remove(self, which: str, by: str) -> None:
        """Forget one, its secret and its dead letters. Raises WebhookUnknown, StoreUnavailable."""
        async with self._acting:
            await self._end(which)
            await asyncio.to_thread(self._book.remove, which)
            del self._deliveries[which]
            self._dead.pop(which, None)
            await self._save({name: each for name, each in self._secrets.items() if name != which})
        self._tell("webhook.removed", {"webhook": which, "by": by})

    async def pause(self, which: str, by: str) -> Webhook:
        """Deliver nothing until it is resumed; nothing is lost meanwhile. Raises WebhookUnknown."""
        async with self._acting:
            found = await self._end(which)
            made = replace(found, standing=replace(found.standing, paused=f"{PAUSED}: {by}"))
            await self._restart(made)
        self._tell("webhook.paused", {"webhook": which, "why": PAUSED, "by": by})
        return made

    async def resume(self, which: str, by: str) -> Webhook:
        """Go on where it stands, at once. Raises WebhookUnknown."""
        async with self._acting:
            found = await self._end(which)
            made = replace(found, standing=resumed(found.standing))
            await self._restart(made)
        self._tell("webhook.resumed", {"webhook": which, "by": by})
        return made

    async def rotate(self, which: str, by: str) -> Secret:
        """A new secret, which is shown once; the one before signs too for a day. Raises WebhookUnknown, OSError."""
        self._delivery(which)
        async with self._acting:
            secret, before = new_secret(), self._secrets.get(which)
            after = (
                Secrets(secret) if before is None else before.rotated(secret, until=self._clock() + OVERLAP)
            )
            await self._save({**self._secrets, which: after})
        self._tell("webhook.rotated", {"webhook": which, "by": by})
        return secret

    def hurry(self, which: str) -> None:
        """Try now what is to be tried later. Raises WebhookUnknown."""
        self._delivery(which).hurry()

    async def test(self, which: str) -> Sent:
        """Send a `webhook.test` at once, whatever waits. Raises WebhookUnknown, WebhookRefused."""
        webhook = self._delivery(which).webhook
        now = self._clock()
        text = (
            f'{{"schema":"1","cursor":null,"id":"{webhook.id}.test.{int(now)}","at":"{iso(stored(now))}",'
            '"type":"webhook.test","contact":null,"leg":null,"agent":null,"client":null,"node":null,'
            f'"data":{{"webhook":"{webhook.id}"}}}}'
        ).encode()
        told = Told(0, "webhook.test", None, None, None, None, (), text, text)
        return await self.sender.send(
            webhook.url,
            f"{webhook.id}.test.{int(now)}",
            body_of([told], personal=False),
            self._signing(which),
            now=now,
        )

    async def dead(self, which: str, *, before: int | None = None, limit: int = 100) -> list[DeadLetter]:
        """Deliveries that were given up, the newest first. Raises WebhookUnknown, StoreUnavailable."""
        self._delivery(which)
        return await asyncio.to_thread(self._book.dead, which, before=before, limit=limit)

    async def replay(self, which: str, letters: Sequence[int] = ()) -> tuple[int, int]:
        """Deliver dead letters (all, or these), the oldest first, until one fails: how many arrived, and are left.

        Raises WebhookUnknown, StoreUnavailable.
        """
        webhook = self._delivery(which).webhook
        found = await asyncio.to_thread(self._book.dead_by_id, which, letters)
        arrived = 0
        for letter in found:
            if not await self._revive(webhook, letter):
                break
            arrived += 1
        return arrived, len(found) - arrived

    # --- how deliveries keep where they stand ---

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
        self._dead[webhook] = self._dead.get(webhook, 0) + 1

    def tell_paused(self, webhook: str, why: str) -> None:
        """See Keeper."""
        self._tell("webhook.paused", {"webhook": webhook, "why": why})

    # --- inside ---

    def _delivery(self, which: str) -> Delivery:
        found = self._deliveries.get(which)
        if found is None:
            raise WebhookUnknown(f"there is no webhook {which}")
        return found

    def _checked(self, wanted: Wanted) -> Wanted:
        check_url(wanted.url, self.sender.networks())
        if not 1 <= wanted.batch <= MOST_IN_ONE:
            raise WebhookRefused(f"batch is a number from 1 to {MOST_IN_ONE}")
        unknown = set(wanted.clients or ()).difference(self._clients())
        if unknown or wanted.clients == ():
            raise WebhookRefused(f"no client company is called {', '.join(sorted(unknown)) or 'nothing'}")
        return replace(wanted, types=check_types(wanted.types))

    def _signing(self, which: str) -> list[Secret]:
        found = self._secrets.get(which)
        return [] if found is None else found.valid(now=self._clock())

    async def _save(self, secrets: dict[str, Secrets]) -> None:
        await asyncio.to_thread(save_secrets, self._file, secrets)
        self._secrets = secrets

    def _begin(self, webhook: Webhook) -> None:
        delivery = Delivery(
            webhook, self._hub, self.sender, self, lambda: self._signing(webhook.id), self._clock
        )
        before = self._deliveries.get(webhook.id)
        if before is not None:
            delivery.delivered, delivery.failed = before.delivered, before.failed
        self._deliveries[webhook.id] = delivery
        if webhook.standing.paused is None:
            self._tasks[webhook.id] = asyncio.get_running_loop().create_task(delivery.run(), name=webhook.id)

    async def _end(self, which: str) -> Webhook:
        """Stop its deliveries: it, as it stands."""
        found = self._delivery(which)
        task = self._tasks.pop(which, None)
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._notes.pop(which, None)
        return replace(found.webhook, standing=found.standing)

    async def _restart(self, webhook: Webhook) -> None:
        try:
            await asyncio.to_thread(self._book.put, webhook)
        except CentralitaError:
            self._begin(self._delivery(webhook.id).webhook)
            raise
        self._begin(webhook)

    async def _revive(self, webhook: Webhook, letter: DeadLetter) -> bool:
        told = await self._told(webhook, letter)
        for at in range(0, len(told), webhook.batch):
            part = told[at : at + webhook.batch]
            body, message = body_of(part, personal=webhook.personal), message_of(webhook.id, part)
            sent = await self.sender.send(
                webhook.url, message, body, self._signing(webhook.id), now=self._clock()
            )
            if sent.result is not Result.DELIVERED:
                return False
        await asyncio.to_thread(self._book.revive, letter.id)
        self._dead[webhook.id] = max(self._dead.get(webhook.id, 0) - 1, 0)
        return True

    async def _told(self, webhook: Webhook, letter: DeadLetter) -> list[Told]:
        """What was to be delivered, read anew: what was erased meanwhile is not told."""
        wish, sight = wish_of(webhook), sight_of(webhook)
        found: deque[Told] = deque()
        cursor = letter.after
        while cursor < letter.upto:
            page = await self._hub.read(cursor)
            found.extend(
                each
                for each in page.events
                if each.cursor <= letter.upto and wish.wants(each) and sight.allows(each)
            )
            cursor = page.upto
            if page.is_last:
                break
        return list(found)

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
