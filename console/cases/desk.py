"""The desk of customers and cases: the stores in threads, beside the loop, and the ledger told of what was done."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from records.cases import promised, surveyed
from records.cases.cases import Cases
from records.cases.customers import Customers
from records.cases.finding import CaseFinder
from records.cases.notes import Notes
from records.cases.undisposed import undisposed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Mapping

    from base.ids import Ids
    from records.cases.case import Case, Note
    from records.cases.customer import Customer
    from records.cases.history import Entry
    from records.cases.promised import Promise, PromiseCount
    from records.cases.states import CaseState
    from records.cases.surveyed import Answer, By, Mean
    from records.cases.terms import Terms
    from records.cases.undisposed import Undisposed
    from records.database import Database

T = TypeVar("T")


class Tell(Protocol):
    """Tells the ledger what was done; on the loop."""

    def __call__(self, entries: Collection[Entry]) -> None:
        """These, in order."""


class CaseDesk:
    """What the routes work with. Everything raises CentralitaError with what is wrong."""

    def __init__(
        self,
        database: Database,
        ids: Ids,
        clock: Callable[[], float],
        terms: Callable[[], Terms],
        tell: Tell,
        *,
        flush: Callable[[], Awaitable[None]],
        in_e164: Callable[[str], str | None],
        requiring: Callable[[], Collection[str]],
    ) -> None:
        """`clock` tells Unix time; `flush` returns once the ledger has what was noted until now.

        `in_e164` writes a number in its one form, None where it is none; `requiring` names the client companies that
        want a result of every contact.
        """
        self.customers = Customers(database, ids, clock)
        self.cases = Cases(database, ids, clock, terms, self.customers)
        self.notes = Notes(database, ids, clock)
        self.finder = CaseFinder(database)
        self.database = database
        self.clock = clock
        self.in_e164 = in_e164
        self._tell = tell
        self._flush = flush
        self._requiring = requiring

    async def ask(self, question: Callable[..., T], *asked: Any, **more: Any) -> T:
        """Ask one of the stores, in a thread."""
        return await asyncio.to_thread(question, *asked, **more)

    async def do(self, act: Callable[..., tuple[T, list[Entry]]], *asked: Any, **more: Any) -> T:
        """Change something, in a thread, and tell the ledger."""
        # Shielded: a request that is broken off must not keep the ledger from hearing of what was done.
        return await asyncio.shield(self._done(act, asked, more))

    async def _done(
        self, act: Callable[..., tuple[T, list[Entry]]], asked: tuple[Any, ...], more: Mapping[str, Any]
    ) -> T:
        found, entries = await asyncio.to_thread(act, *asked, **more)
        self._tell(entries)
        return found

    async def open(self, client: str, by: str, **fields: Any) -> Case:
        """A case."""
        return await self.do(self.cases.open, client, by, **fields)

    async def edit(self, case: str, version: int, by: str, **fields: Any) -> Case:
        """Change what is given."""
        return await self.do(self.cases.edit, case, version, by, **fields)

    async def move(self, case: str, to: CaseState, by: str, *, version: int | None = None) -> Case:
        """Bring it into another state."""
        return await self.do(self.cases.move, case, to, by, version=version)

    async def note(self, by: str, text: str, *, case: str, contact: str | None = None) -> Note:
        """Write something about a case."""
        return await self.do(self.notes.on_case, case, text, by, contact=contact)

    async def note_on_contact(self, by: str, text: str, contact: str) -> Note:
        """Or about a contact, which may still be in progress."""
        await self._flush()
        return await self.do(self.notes.on_contact, contact, text, by)

    async def merge(self, kept: str, gone: str, by: str) -> Customer:
        """Two customers are one."""
        return await self.do(self.customers.merge, kept, gone, by)

    async def promises(self, **wanted: Any) -> list[Promise]:
        """Promised callbacks, the latest first."""
        await self._flush()
        return await asyncio.to_thread(promised.promises, self.database, self.clock(), **wanted)

    async def promise_counts(self, **wanted: Any) -> list[PromiseCount]:
        """How they stand."""
        await self._flush()
        return await asyncio.to_thread(promised.counted, self.database, self.clock(), **wanted)

    async def answers(self, **wanted: Any) -> list[Answer]:
        """Answers to surveys, the latest first."""
        await self._flush()
        return await asyncio.to_thread(surveyed.answers, self.database, **wanted)

    async def means(self, by: By, **wanted: Any) -> list[Mean]:
        """Their means."""
        await self._flush()
        return await asyncio.to_thread(surveyed.means, self.database, by, **wanted)

    async def undisposed(self, clients: Collection[str] | None, limit: int) -> list[Undisposed]:
        """The contacts that have no result though their client company requires one."""
        await self._flush()
        wanted = {each for each in self._requiring() if clients is None or each in clients}
        return await asyncio.to_thread(undisposed, self.database, wanted, limit=limit)
