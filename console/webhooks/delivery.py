"""One webhook's deliveries: in order, one at a time, each tried until it arrives or is given up."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import structlog

from base.errors import CentralitaError
from console.webhooks.message import body_of, message_of, sight_of, wish_of
from console.webhooks.owner import OwnerMayNot
from console.webhooks.patience import GIVE_UP, cleared, judge
from console.webhooks.sending import Result, wait_for
from records.moments import stored, unix
from records.webhooks.book import DeadLetter, Standing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from base.secret import Secret
    from console.events.hub import Follower, Hub
    from console.events.told import Told
    from console.webhooks.owner import Owners
    from console.webhooks.sending import Sender, Sent
    from records.webhooks.book import Webhook

log = structlog.get_logger()

LINGER = 0.2
"""Seconds that events gather before they are sent together, where a request may hold several."""
IDLE = 15.0
AWAY = 1.0
"""Seconds until a database that is away is asked again."""


class Keeper(Protocol):
    """Where it is kept how far webhooks have come."""

    def note(self, webhook: str, standing: Standing) -> None:
        """To be kept soon."""

    async def keep(self, webhook: str, standing: Standing) -> None:
        """To be kept now. Raises StoreUnavailable."""

    async def bury(self, webhook: str, standing: Standing, letter: DeadLetter) -> None:
        """Give a delivery up. Raises StoreUnavailable."""

    def tell_paused(self, webhook: str, why: str, code: str | None = None) -> None:
        """Nothing is delivered any more; with a code nobody did it: it stands in the audit log."""


class Delivery:
    """The deliveries of one webhook, from where it stands."""

    def __init__(
        self,
        webhook: Webhook,
        hub: Hub,
        sender: Sender,
        keeper: Keeper,
        secrets: Callable[[], Sequence[Secret]],
        owners: Owners,
        clock: Callable[[], float],
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`clock` tells Unix time, `secrets` those that sign now."""
        self.webhook = webhook
        self.standing = webhook.standing
        self.delivered = 0
        self.failed = 0
        self._hub, self._sender, self._keeper = hub, sender, keeper
        self._secrets, self._owners, self._clock, self._chance = secrets, owners, clock, chance
        self._pending: deque[Told] = deque()
        self._hurry = asyncio.Event()

    def hurry(self) -> None:
        """Try now what is to be tried later."""
        self._hurry.set()

    async def run(self) -> None:
        """Deliver until it is paused."""
        follower = self._follow()
        try:
            while self.standing.paused is None:
                try:
                    await self._step(follower)
                except CentralitaError as error:
                    if self._hub.is_closed:
                        return
                    # The database is away: what was taken is taken again, from where it is known to stand.
                    log.warning("webhook_waits", webhook=self.webhook.id, why=str(error))
                    follower.close()
                    self._pending.clear()
                    await asyncio.sleep(AWAY)
                    follower = self._follow()
        finally:
            follower.close()

    def _follow(self) -> Follower:
        return self._hub.follow(
            self.standing.cursor,
            wish=wish_of(self.webhook),
            sight=sight_of(self.webhook),
            may_lag=True,
            is_guest=False,
        )

    async def _step(self, follower: Follower) -> None:
        """One delivery, or a wait for something to deliver."""
        await self._pause()
        if not self._pending:
            self._pending.extend(await follower.take(IDLE))
            if not self._pending:
                self._move(replace(self.standing, cursor=max(self.standing.cursor, follower.cursor)))
                return
            if self.webhook.batch > len(self._pending) and self.standing.upto is None:
                await asyncio.sleep(LINGER)
                self._pending.extend(await follower.take(0))
            await self._read_up_to_failed(follower)
        told = self._next()
        # Behind the last one nothing was wanted: it need not be read again.
        upto = follower.cursor if len(told) == len(self._pending) else told[-1].cursor
        await self._deliver(told, upto)
        if self.standing.tries:
            # Read anew when its time comes: who is erased meanwhile is not told of.
            self._pending.clear()
            follower.go_back(self.standing.cursor)

    async def _read_up_to_failed(self, follower: Follower) -> None:
        """All of the delivery that failed, of whose events many may lie between that are not wanted."""
        upto, before = self.standing.upto or 0, -1
        while before < follower.cursor < upto:
            before = follower.cursor
            self._pending.extend(await follower.take(0))

    def _next(self) -> list[Told]:
        """What goes into the next request: what was in it when it failed."""
        last = self.standing.upto
        found: list[Told] = []
        for each in self._pending:
            if len(found) == self.webhook.batch or (last is not None and each.cursor > last and found):
                break
            found.append(each)
        return found

    async def _pause(self) -> None:
        due = self.standing.next_try
        while due is not None and not self._hurry.is_set() and (left := unix(due) - self._clock()) > 0:
            await wait_for(self._hurry, left)
        self._hurry.clear()

    async def _deliver(self, told: list[Told], upto: int) -> None:
        webhook, now = self.webhook, self._clock()
        secrets = self._secrets()
        if not secrets:
            await self._stop("this node has no secret for it: rotate it")
            return
        try:
            sight = await self._owners.sight(webhook)
        except OwnerMayNot as error:
            await self._stop(str(error), error.code)
            return
        # Of what was taken before, the owner may see less by now.
        seen = [each for each in told if sight.allows(each)]
        if not seen:
            self._move(cleared(self.standing, upto))
            self._drop()
            return
        body = body_of(seen, personal=sight.personal)
        sent = await self._sender.send(webhook.url, message_of(webhook.id, told), body, secrets, now=now)
        before, now = self.standing, self._clock()
        verdict = judge(before, sent, upto, now=now, chance=self._chance)
        if sent.result is Result.DELIVERED:
            self.delivered += 1
            if before.failing_since is not None:
                log.warning("webhook_delivers_again", webhook=webhook.id)
            self._move(verdict.standing)
        else:
            self.failed += 1
            await self._failed(before, verdict.standing, sent, told, is_dead=verdict.is_dead)
        self._drop()

    def _drop(self) -> None:
        """What was delivered, given up or is not told any more."""
        while self._pending and self._pending[0].cursor <= self.standing.cursor:
            self._pending.popleft()

    async def _failed(
        self, before: Standing, after: Standing, sent: Sent, told: list[Told], *, is_dead: bool
    ) -> None:
        webhook, at = self.webhook, stored(self._clock())
        if before.failing_since is None:
            log.warning("webhook_fails", webhook=webhook.id, why=sent.words)
        if is_dead:
            first = before.failing_since if before.failing_since is not None else at
            letter = DeadLetter(
                0, webhook.id, before.cursor, after.cursor, len(told), before.tries + 1, sent.words, first, at
            )
            await self._keeper.bury(webhook.id, after, letter)
            log.error("webhook_gives_up", webhook=webhook.id, events=len(told), why=sent.words)
        else:
            await self._keeper.keep(webhook.id, after)
        self.standing = after
        if after.paused is not None:
            log.error("webhook_paused", webhook=webhook.id, why=after.paused, after=GIVE_UP)
            self._keeper.tell_paused(webhook.id, after.paused)

    async def _stop(self, why: str, code: str | None = None) -> None:
        self.standing = replace(self.standing, paused=why)
        await self._keeper.keep(self.webhook.id, self.standing)
        log.error("webhook_paused", webhook=self.webhook.id, why=why)
        self._keeper.tell_paused(self.webhook.id, why, code)

    def _move(self, standing: Standing) -> None:
        if standing != self.standing:
            self.standing = standing
            self._keeper.note(self.webhook.id, standing)
