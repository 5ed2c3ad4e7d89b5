"""Callers who were cut off are called back, where their client company's file says `rescue: callback`.

Whoever calls again first is not called any more.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from time import time
from typing import TYPE_CHECKING

import structlog

from base.errors import CentralitaError
from centralita.callbacks.callbacks import with_contact
from centralita.queues.returning_callers import left_behind, remember
from routing.callbacks.callback import Wish
from routing.io.rescue import FIRST, Rescuer

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextlib import AsyncExitStack

    from calls.contact import Contact, Place
    from centralita.phones import Phones
    from centralita.present import Present
    from records.reader import Reader
    from routing.io.callback_desk import CallbackDesk
    from routing.io.distribution import Distribution

log = structlog.get_logger()

BY = "rescue"
MOST = 1000
"""Promises that are remembered, to be taken back when the caller calls again."""


class RescueCallbacks:
    """Promises callbacks to those who were cut off (routing.io.rescue)."""

    def __init__(self, desk: CallbackDesk, is_wished: Callable[[str | None], bool]) -> None:
        """`is_wished` tells whether a client company wants it."""
        self._desk = desk
        self._is_wished = is_wished
        self._promised: dict[tuple[str, str], str] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def cut_off(self, contact: Contact, place: Place) -> None:
        """The call of a caller whose number is known broke off: promise, first in line."""
        if not self._is_wished(contact.client):
            return
        waited = asyncio.get_running_loop().time() - place.joined
        wish = with_contact(
            Wish(contact.client or "", place.queue, contact.ani, by=contact.ani, contact=contact.id), contact
        )
        wish = replace(wish, joined=time() - waited, priority=contact.priority + FIRST)
        self._do(self._promise(contact, wish))

    def came_back(self, contact: Contact) -> None:
        """The caller was quicker."""
        reference = self._promised.pop((contact.client or "", contact.ani), None)
        if reference is not None:
            self._do(self._take_back(reference))

    async def close(self) -> None:
        """Wait for what is being promised."""
        if self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _promise(self, contact: Contact, wish: Wish) -> None:
        try:
            callback = await self._desk.promise(wish)
        except CentralitaError as error:
            log.warning("rescue_not_called_back", contact=wish.contact, code=error.code)
            return
        self._promised[(wish.client, contact.ani)] = callback.id
        while len(self._promised) > MOST:
            del self._promised[next(iter(self._promised))]

    async def _take_back(self, reference: str) -> None:
        with contextlib.suppress(CentralitaError):  # it rings already, or is over
            await self._desk.cancel(reference, BY)

    def _do(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work, name="rescue")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def open_rescuer(
    reader: Reader,
    present: Present,
    phones: Phones,
    callbacks: CallbackDesk,
    distribution: Distribution,
    resources: AsyncExitStack,
) -> Rescuer:
    """Who looks after callers that are cut off; whom the node's last run left behind is known from the ledger."""
    calls_back = RescueCallbacks(callbacks, present.calls_back)
    resources.push_async_callback(calls_back.close)

    def agent_lost(agent: str) -> None:
        settings = present.agents().get(agent)
        if settings is not None and settings.account is not None:
            phones.doubt(settings.account)

    rescuer = Rescuer(agent_lost=agent_lost, call_back=calls_back.cut_off, came_back=calls_back.came_back)
    behind = await asyncio.to_thread(left_behind, reader, now=time())
    queues = present.now().routing.queues
    keeps = {queue.id: queue.keep_place for queue in queues.values()}
    remember(
        rescuer.returning, behind, lambda queue: keeps.get(queue, 0.0), wall=time(), now=distribution.now()
    )
    return rescuer
