"""All webhooks of a node, as people make, change, pause, try and replay them.

A webhook is served by the node that holds its secret.
"""

from __future__ import annotations

import asyncio
import secrets as random_words
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import structlog

from base.errors import CentralitaError
from base.io.background import Background
from console.events.sight import check_types
from console.webhooks.addresses import check_url
from console.webhooks.deliveries import Deliveries
from console.webhooks.message import trial_of
from console.webhooks.owner import OwnerMayNot
from console.webhooks.patience import resumed
from console.webhooks.replay import arrives
from console.webhooks.secrets_file import SecretBook
from console.webhooks.sending import Sender, wait_for
from records.moments import stored
from records.people.bell import SILENT
from records.webhooks.book import DeadLetter, Standing, Webhook, WebhookBook

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from base.secret import Secret
    from console.events.hub import Hub
    from console.webhooks.addresses import Network
    from console.webhooks.owner import Owners
    from console.webhooks.sending import Sent
    from records.database import Database
    from records.people.bell import Bell

log = structlog.get_logger()

MOST = 50
"""Webhooks of one node."""
MOST_IN_ONE = 500
"""Events of one request."""
PAUSED = "somebody paused it"
OWNERS_EVERY = 5.0
"""Seconds after which owners are looked at anyway: what other nodes and commands change rings no bell here."""


class WebhookRefused(CentralitaError):
    """No webhook can be like that; the text says why."""

    code = "webhook_refused"
    status = 422


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is said of a webhook that is made or changed, as records.webhooks.book.Webhook names it."""

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
        owners: Owners,
        bell: Bell = SILENT,
    ) -> None:
        """`file` holds the secrets, `clients` are those there are, `clock` tells Unix time.

        `tell` writes what happened to webhooks themselves into the records; `bell` rings when people change.
        """
        self._book = WebhookBook(database)
        self._hub, self._clock, self._tell, self._clients = hub, clock, tell, clients
        self.sender = Sender(networks)
        self._secrets = SecretBook(file, clock)
        self._deliveries = Deliveries(self._book, hub, self.sender, self._secrets, owners, clock, tell)
        self._owners, self._bell = owners, bell
        self._watching = Background(self._watch_owners, "webhook owners")
        self._acting = asyncio.Lock()

    async def open(self) -> None:
        """Go on where each stands. Raises StoreUnavailable, DocumentError."""
        await self._secrets.open()
        await self._deliveries.open()
        self._watching.begin()

    async def close(self) -> None:
        """Deliver no more, and keep how far each has come."""
        await self._watching.close()
        await self._deliveries.close()
        await self.sender.close()

    def all(self) -> list[Webhook]:
        """As each stands now, by their making."""
        return self._deliveries.all()

    def find(self, which: str) -> Webhook:
        """One as it stands now. Raises WebhookUnknown."""
        return self._deliveries.find(which)

    def dead_count(self, which: str) -> int:
        """Deliveries that were given up and not replayed."""
        return self._deliveries.dead_count(which)

    def counts(self, which: str) -> tuple[int, int]:
        """Requests that arrived, and that did not, since the node started. Raises WebhookUnknown."""
        found = self._deliveries.of(which)
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
                made_at=stored(self._clock()),
                made_by=by,
                standing=Standing(after),
                **asdict(wanted),
            )
            # The secret first: a webhook without one could send nothing.
            secret = await self._secrets.renew(made.id)
            await asyncio.to_thread(self._book.put, made)
            self._deliveries.begin(made)
        self._tell("webhook.added", {"webhook": made.id, "by": by})
        return made, secret

    async def change(self, which: str, wanted: Wanted, by: str) -> Webhook:
        """Other settings for what is delivered from here on, for which `by` answers.

        Raises as `add`, and WebhookUnknown.
        """
        wanted = self._checked(wanted)
        made = await self._made_anew(which, lambda found: replace(found, made_by=by, **asdict(wanted)))
        self._tell("webhook.changed", {"webhook": which, "by": by})
        return made

    async def pause(self, which: str, by: str) -> Webhook:
        """Deliver nothing until it is resumed; nothing is lost meanwhile. Raises WebhookUnknown, StoreUnavailable."""
        why = f"{PAUSED}: {by}"
        made = await self._made_anew(
            which, lambda found: replace(found, standing=replace(found.standing, paused=why))
        )
        self._tell("webhook.paused", {"webhook": which, "why": PAUSED, "by": by})
        return made

    async def resume(self, which: str, by: str) -> Webhook:
        """Go on where it stands, at once. Raises WebhookUnknown, OwnerMayNot, StoreUnavailable."""
        await self._owners.sight(self.find(which))
        made = await self._made_anew(which, lambda found: replace(found, standing=resumed(found.standing)))
        self._tell("webhook.resumed", {"webhook": which, "by": by})
        return made

    async def remove(self, which: str, by: str) -> None:
        """Forget one, its secret and its dead letters. Raises WebhookUnknown, StoreUnavailable, OSError."""
        async with self._at_rest(which):
            await asyncio.to_thread(self._book.remove, which)
            self._deliveries.forget(which)
        self._tell("webhook.removed", {"webhook": which, "by": by})
        async with self._acting:
            await self._secrets.forget(which)

    async def rotate(self, which: str, by: str) -> Secret:
        """A new secret, which is shown once; the one before signs too for a day. Raises WebhookUnknown, OSError."""
        async with self._acting:
            self._deliveries.of(which)
            secret = await self._secrets.renew(which)
        self._tell("webhook.rotated", {"webhook": which, "by": by})
        return secret

    def hurry(self, which: str) -> None:
        """Try now what is to be tried later. Raises WebhookUnknown."""
        self._deliveries.of(which).hurry()

    async def test(self, which: str) -> Sent:
        """Send a `webhook.test` at once, whatever waits. Raises WebhookUnknown."""
        webhook = self.find(which)
        return await self._send(webhook, *trial_of(webhook, now=self._clock()))

    async def dead(self, which: str, *, before: int | None = None, limit: int = 100) -> list[DeadLetter]:
        """Deliveries that were given up, the newest first. Raises WebhookUnknown, StoreUnavailable."""
        self._deliveries.of(which)
        return await asyncio.to_thread(self._book.dead, which, before=before, limit=limit)

    async def replay(self, which: str, letters: Sequence[int] = ()) -> tuple[int, int]:
        """Deliver dead letters (all, or these), the oldest first, until one fails: how many arrived, and are left.

        Raises WebhookUnknown, OwnerMayNot, StoreUnavailable.
        """
        webhook = self.find(which)
        sight = await self._owners.sight(webhook)
        found = await asyncio.to_thread(self._book.dead_by_id, which, letters)
        for count, letter in enumerate(found):
            if not await arrives(
                webhook, letter, self._hub, sight, lambda message, body: self._send(webhook, message, body)
            ):
                return count, len(found) - count
            await self._deliveries.revived(letter)
        return len(found), 0

    async def _watch_owners(self) -> None:
        """Pause at once what nobody who may see events answers for any more, though nothing happens and it waits."""
        changed, loop = asyncio.Event(), asyncio.get_running_loop()

        def hear() -> None:
            loop.call_soon_threadsafe(changed.set)

        self._bell.listen(hear)
        try:
            while True:
                for each in self.all():
                    if each.standing.paused is None:
                        await self._pause_unowned(each)
                await wait_for(changed, OWNERS_EVERY)
                changed.clear()
        finally:
            self._bell.leave(hear)

    async def _pause_unowned(self, webhook: Webhook) -> None:
        try:
            await self._owners.sight(webhook)
        except OwnerMayNot as error:
            await self._pause_for(webhook.id, str(error), error.code)
        except CentralitaError:
            return  # the records are away: it is asked again, and before each request

    async def _pause_for(self, which: str, why: str, code: str) -> None:
        try:
            await self._made_anew(
                which, lambda found: replace(found, standing=replace(found.standing, paused=why))
            )
        except CentralitaError:
            return  # it was removed meanwhile, or the records are away
        log.error("webhook_paused", webhook=which, why=why)
        self._deliveries.tell_paused(which, why, code)

    async def _send(self, webhook: Webhook, message: str, body: bytes) -> Sent:
        secrets = self._secrets.signing(webhook.id)
        return await self.sender.send(webhook.url, message, body, secrets, now=self._clock())

    @asynccontextmanager
    async def _at_rest(self, which: str) -> AsyncIterator[Webhook]:
        """One whose deliveries stand still for a change; where that fails they go on as they stood."""
        async with self._acting:
            found = await self._deliveries.end(which)
            try:
                yield found
            except BaseException:
                self._deliveries.go_on(found)
                raise

    async def _made_anew(self, which: str, how: Callable[[Webhook], Webhook]) -> Webhook:
        async with self._at_rest(which) as found:
            made = how(found)
            await asyncio.to_thread(self._book.put, made)
            self._deliveries.begin(made)
        return made

    def _checked(self, wanted: Wanted) -> Wanted:
        check_url(wanted.url, self.sender.networks())
        if not 1 <= wanted.batch <= MOST_IN_ONE:
            raise WebhookRefused(f"batch is a number from 1 to {MOST_IN_ONE}")
        unknown = set(wanted.clients or ()).difference(self._clients())
        if unknown or wanted.clients == ():
            raise WebhookRefused(f"no client company is called {', '.join(sorted(unknown)) or 'nothing'}")
        return replace(wanted, types=check_types(wanted.types))
