"""The books of a node: cases that callers opened, which the ledger holds, and calls back that they were promised.

What is told to a caller is on disk before, and survives whatever happens to the node afterwards.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from base.errors import CentralitaError
from ivr.events import BackEndReplied

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from base.secret import Secret
    from calls.events import Record
    from ivr.io.application import BackEnd

EPOCH = 1_577_836_800
"""2020-01-01 UTC: references count seconds from then, which makes them short enough to be noted down."""
PROMISE, CASE = "callback.promise", "case.open"


class Promises(Protocol):
    """Who calls back."""

    async def promise(
        self, number: str, queue: str, *, client: str, contact: str, caller: str
    ) -> tuple[str, str]:
        """Promise it: the answer of the action, and the reference of the promise. On disk once it returns.

        `caller` is the number that the contact came from.
        """

    async def take_back(self, reference: str) -> None:
        """Nobody was told: do not call."""


class Books:
    """Keeps promises and cases itself; everything else, and each case too, is the client company's system's."""

    def __init__(
        self,
        systems: BackEnd,
        record: Record,
        flush: Callable[[], Awaitable[None]],
        promises: Promises,
        *,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """`flush` returns when all that was recorded is on disk; it raises CentralitaError when it cannot be."""
        self._systems = systems
        self._record = record
        self._flush = flush
        self._promises = promises
        self._wall = wall
        self._last = 0

    def forget(self, contact: str) -> None:
        """The contact is over."""
        self._systems.forget(contact)

    async def ask(
        self,
        action: str,
        fields: Mapping[str, Secret | str],
        *,
        client: str,
        contact: str,
        caller: str,
        request: int,
        attestation: str | None = None,
        number: str | None = None,
    ) -> BackEndReplied:
        """Carry out an action. A case is opened here even where the client company's system is away."""
        if action == PROMISE:
            caller = number if number is not None else caller
            return await self._promise(fields, client, contact, caller, request)
        # Copied before anything is awaited: the other side wipes what is secret, and that is kept in no book.
        told = {name: value for name, value in fields.items() if isinstance(value, str)}
        reply = await self._systems.ask(
            action,
            fields,
            client=client,
            contact=contact,
            caller=caller,
            request=request,
            attestation=attestation,
            number=number,
        )
        if action != CASE:
            return reply
        told["sent"] = "yes" if reply.result == "ok" else "no"
        return await self._enter("case.opened", told, client, contact, request, reply.facts.get("reference"))

    async def _promise(
        self, fields: Mapping[str, Secret | str], client: str, contact: str, caller: str, request: int
    ) -> BackEndReplied:
        number, queue = fields.get("number"), fields.get("queue")
        if not isinstance(number, str) or not isinstance(queue, str):
            return BackEndReplied(request, "unavailable")
        try:
            result, reference = await self._promises.promise(
                number, queue, client=client, contact=contact, caller=caller
            )
        except CentralitaError:
            return BackEndReplied(request, "unavailable")
        try:
            await self._flush()
        except CentralitaError:
            if result == "ok":
                await self._promises.take_back(reference)
            return BackEndReplied(request, "unavailable")
        return BackEndReplied(request, result, {"reference": reference} if reference else {})

    async def _enter(
        self,
        kind: str,
        fields: Mapping[str, Secret | str],
        client: str,
        contact: str,
        request: int,
        reference: str | None = None,
    ) -> BackEndReplied:
        reference = reference or self._reference()
        told = {name: each for name, each in fields.items() if isinstance(each, str) and name != "caller"}
        self._record(contact, None, kind, {**told, "client": client, "reference": reference})
        try:
            await self._flush()
        except CentralitaError:
            return BackEndReplied(request, "unavailable")
        return BackEndReplied(request, "ok", {"reference": reference})

    def _reference(self) -> str:
        """A number that no other case of this node has."""
        self._last = max(self._last + 1, int(self._wall()) - EPOCH)
        return str(self._last)
