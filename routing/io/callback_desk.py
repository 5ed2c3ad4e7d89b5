"""The running book of callbacks: its clock and its timer, its file, and the contacts that stand in queues for it.

As many stand in a queue as agents could become free at once; who is called next is the queue's own decision.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from routing.agents.tables import State, Status
from routing.callbacks.callback import CallbackRefused, Missed, Refused
from routing.callbacks.commands import Forget, Keep, Tell, Withdraw
from routing.callbacks.do_not_call import Listed
from routing.callbacks.states import CallbackState
from routing.errors import UnknownAgent, UnknownQueue
from routing.io.callback_store import CallbackNotKept

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from calls.contact import Contact, Inbox
    from calls.events import Record
    from routing.callbacks.book import CallbackBook
    from routing.callbacks.callback import Callback, Wish
    from routing.callbacks.rules import CallbackRules
    from routing.callbacks.settings import QueueCallbacks
    from routing.io.callback_store import CallbackStore
    from routing.io.distribution import Distribution
    from routing.skills import Requirements

log = structlog.get_logger()

EPOCH = 1_577_836_800
"""2020-01-01 UTC: references count seconds from then, which makes them short enough to be noted down."""
LONGEST_WAIT = 60.0
"""Seconds after which the clock is looked at again: somebody may have set it."""
AGAIN_AFTER_A_FAULT = 30.0


@dataclass(frozen=True, slots=True)
class CallbackWithdrawn:
    """To the contact that stands in the queue for a callback: leave, and call nobody."""


class CallbackDesk:
    """All callbacks of a node. Acts of people and promises are awaited: they are on disk when they return."""

    def __init__(
        self,
        book: CallbackBook,
        store: CallbackStore,
        distribution: Distribution,
        record: Record,
        open_contact: Callable[[Callback], Contact | None],
        *,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """`open_contact` begins to serve a callback; None where the node takes no more calls."""
        self.book = book
        self._store = store
        self._distribution = distribution
        self._record = record
        self._open = open_contact
        self._wall = wall
        self._asking = asyncio.Lock()
        self._inboxes: dict[str, Inbox[object]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._is_stopped = False
        self._last = max((int(each.id) for each in book.all() if each.id.isdecimal()), default=0)
        self._is_looking = False
        distribution.watch(lambda _: self._look_soon() if self.book.has_due else None)

    # --- running ---

    def start(self) -> None:
        """Take what is due, now and as time goes on."""
        self._settle()
        self._tick()

    def stop(self) -> None:
        """Call nobody any more who is not being called already; what waits in queues stays in the book."""
        self._is_stopped = True
        if self._timer is not None:
            self._timer.cancel()
        for callback in self.book.all():
            if callback.state is CallbackState.DUE:
                self._withdraw(callback.contact)

    def now(self) -> float:
        """Unix seconds."""
        return self._wall()

    @property
    def standing(self) -> int:
        """Contacts that stand in queues, or talk, for callbacks."""
        return len(self._inboxes)

    def adopt(self, rules: CallbackRules, queues: Mapping[str, QueueCallbacks]) -> None:
        """A reload."""
        self.book.adopt(rules, queues, now=self._wall())
        self._settle()

    # --- promises and people ---

    async def promise(self, wish: Wish) -> Callback:
        """Promise to call back. Raises CallbackRefused and CallbackNotKept."""
        async with self._asking:
            now = self._wall()
            self._last = max(self._last + 1, int(now) - EPOCH)
            callback = self.book.draft(wish, str(self._last), now=now)
            await self._store.put(callback)
            self.book.take(callback, now=self._wall())
        self._settle()
        return self.book.find(callback.id)

    async def cancel(self, reference: str, by: str) -> Callback:
        """Do not call. Raises UnknownCallback, CallbackRefused and CallbackNotKept."""
        cancelled = self.book.cancel(reference, by, now=self._wall())
        self._settle()
        await self._store.settled()
        return cancelled

    async def hurry(self, reference: str, by: str) -> Callback:
        """Call as soon as an agent is free. Raises as `cancel` does."""
        async with self._asking:
            self.book.hurry(reference, by, now=self._wall())
        self._settle()
        await self._store.settled()
        return self.book.find(reference)

    async def list_number(self, number: str, client: str, by: str, reason: str) -> Listed:
        """Never call a number. Raises CallbackRefused for what is none, and CallbackNotKept."""
        rules = self.book.admission.rules
        found = rules.read(number)
        if found is None:
            raise CallbackRefused(Refused.INVALID, rules.words(Refused.INVALID, number, client))
        listed = Listed(found.number, client, by, self._wall(), reason)
        await self._store.list_number(listed)
        rules.do_not_call.add(listed)
        self._tell_list("do_not_call.added", listed, by)
        self.book.review(now=self._wall(), number=listed.number)
        self._settle()
        return listed

    async def unlist_number(self, number: str, client: str, by: str) -> Listed | None:
        """Take a number off the list: what stood there, None where nothing did. Raises CallbackNotKept."""
        rules = self.book.admission.rules
        found = rules.read(number)
        plain = found.number if found is not None else number
        for each in rules.do_not_call.names(plain):
            await self._store.unlist_number(each, client)
        removed = rules.do_not_call.remove(plain, client)
        if removed is not None:
            self._tell_list("do_not_call.removed", removed, by)
        return removed

    async def erase(self, numbers: Collection[str], client: str | None, by: str) -> int:
        """Keep nothing of whoever has these numbers, of one client company's or all: how much there was.

        Numbers that must not be called become keyed hashes, and are still not called. Raises CallbackNotKept.
        """
        async with self._asking:
            count = self.book.forget(numbers, client, by, now=self._wall())
        self._settle()
        for before, after in self.book.admission.rules.do_not_call.erase(numbers, client):
            await self._store.list_number(after)
            await self._store.unlist_number(before.number, before.client)
            count += 1
        await self._store.settled()
        await self._store.wipe_leftovers()
        return count

    def count(self, numbers: Collection[str], client: str | None) -> int:
        """How much there is of whoever has these numbers."""
        kept = [
            each for each in self.book.all() if each.number in numbers and client in (None, each.wish.client)
        ]
        listed = self.book.admission.rules.do_not_call.added()
        return len(kept) + sum(each.number in numbers and client in (None, each.client) for each in listed)

    def _tell_list(self, kind: str, listed: Listed, by: str) -> None:
        said = {"number": listed.number, "by": by, "reason": listed.reason, "client": listed.client}
        self._record("", None, kind, {name: each for name, each in said.items() if each})

    # --- what the contact that stands for one tells ---

    def reserved(self, reference: str, agent: str) -> bool:
        """An agent is held for it. False where the customer may not be called after all."""
        now = self._wall()
        self.book.reserved(reference, agent, now=now)
        may = self.book.may_dial(reference, now=now)
        self._settle()
        return may

    def released(self, reference: str) -> None:
        """No agent is held any more, and the customer was not called."""
        self.book.released(reference, now=self._wall())
        self._settle()

    def postponed(self, reference: str, delay: float) -> None:
        """The queue takes nobody, or there is no way to the customer: later."""
        now = self._wall()
        self.book.postponed(reference, until=now + delay, now=now)
        self._settle()

    async def dialled(self, reference: str) -> bool:
        """The customer is about to be called; on disk before it is done. False where it must not be."""
        if not self.book.may_dial(reference, now=self._wall()):
            self._settle()
            return False
        callback = self.book.dialled(reference, now=self._wall())
        self._settle()
        try:
            await self._store.put(callback)
        except CallbackNotKept:
            return False
        return self.book.find(reference).state is CallbackState.DIALLING

    def connected(self, reference: str, agent: str) -> None:
        """Customer and agent hear each other."""
        self.book.connected(reference, agent, now=self._wall())
        self._settle()

    def missed(self, reference: str, why: Missed) -> None:
        """The try came to nothing."""
        self.book.missed(reference, why, now=self._wall())
        self._settle()

    def left(self, reference: str, contact: str) -> None:
        """The contact is over: whatever it has not told of is told now."""
        self._inboxes.pop(contact, None)
        callback, now = self.book.find(reference), self._wall()
        if callback.contact == contact:
            match callback.state:
                case CallbackState.CONNECTED:
                    self.book.over(reference, now=now)
                case CallbackState.DIALLING:
                    self.book.missed(reference, Missed.FAILED, now=now)
                case CallbackState.DUE | CallbackState.RESERVED if not self._is_stopped:
                    self.book.postponed(reference, until=now + AGAIN_AFTER_A_FAULT, now=now)
                case _:
                    pass
        self._settle()

    # --- inside ---

    def _settle(self) -> None:
        for command in self.book.take_commands():
            match command:
                case Keep(callback=callback):
                    self._store.put_soon(callback)
                case Forget(callback=reference):
                    self._store.forget_soon(reference)
                case Tell():
                    self._record(command.contact, None, command.type, command.data)
                case Withdraw(contact=contact):
                    self._withdraw(contact)
        self._look_soon()

    def _withdraw(self, contact: str) -> None:
        inbox = self._inboxes.get(contact)
        if inbox is not None:
            inbox.post(CallbackWithdrawn())

    def _look_soon(self) -> None:
        """Not at once: an agent may have changed in the middle of what the distributor does."""
        if not self._is_looking and not self._is_stopped:
            self._is_looking = True
            asyncio.get_running_loop().call_soon(self._look)

    def _look(self) -> None:
        self._is_looking = False
        if self._is_stopped:
            return
        if self.book.has_due:
            self._enter()
        self._arm()

    def _enter(self) -> None:
        for callback in tuple(self.book.entering(self._room)):
            if self._awaits_own(callback):
                continue
            contact = self._open(callback)
            if contact is None:
                return
            self._inboxes[contact.id] = contact.inbox
            self.book.entered(callback.id, contact.id)

    def _room(self, queue: str, requires: Requirements) -> int:
        """As many as agents are there."""
        del requires
        try:
            return self._distribution.core.queue(queue, now=self._distribution.now()).logged_in
        except UnknownQueue:
            return 0

    def _awaits_own(self, callback: Callback) -> bool:
        """Whether it waits for the agent whose customer it is, who is there and speaks with somebody else."""
        limit = self.book.admission.settings(callback.wish.queue).own_agent
        if callback.wish.agent is None or self._wall() >= callback.not_before + limit:
            return False
        return not self.is_free(callback.wish.agent)

    def knows(self, agent: str) -> bool:
        """Whether there is such an agent."""
        return any(each.id == agent for each in self._distribution.core.agents())

    def is_free(self, agent: str) -> bool:
        """Whether an agent would be given a caller now."""
        try:
            found = self._distribution.core.agent(agent)
        except UnknownAgent:
            return False
        return found.status is Status.AVAILABLE and found.state is State.IDLE

    def _tick(self) -> None:
        try:
            self.book.handle_timeout(now=self._wall())
        finally:
            self._settle()  # whatever one callback does to us, the others have their time

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        at = self.book.next_timeout()
        if at is None:
            return
        delay = min(max(at - self._wall(), 0.0), LONGEST_WAIT)
        self._timer = asyncio.get_running_loop().call_later(delay, self._tick)
