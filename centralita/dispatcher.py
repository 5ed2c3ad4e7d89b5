"""Runs a contact from arrival to end: number -> destination -> application -> next destination, in one loop."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import structlog

from base.errors import CentralitaError
from calls.destination import Number, described
from calls.leg_states import LegState
from centralita.failures import place_of
from centralita.outside.tolls import NOT_ALLOWED
from sip import causes
from sip.reason import Reason

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping

    from calls.contact import Contact
    from calls.destination import Destination
    from sip.events import Caller

log = structlog.get_logger()

_MOST_STEPS = 50
"""Destinations one contact may pass through; more is a circle between menus and queues."""
_PATIENCE = 5.0
"""Seconds that an application has to end after its caller is gone, e.g. for a payment under way."""


class Application(Protocol):
    """What serves one kind of destination."""

    async def serve(self, contact: Contact, destination: Any, /) -> Destination | None:
        """Serve, and return where the contact goes next, or None when nothing is left to do."""


class Route(Protocol):
    """What the number plan says of a dialled number."""

    @property
    def destination(self) -> Destination:
        """Where it leads."""

    @property
    def client(self) -> str:
        """The client company it belongs to."""

    @property
    def language(self) -> str | None:
        """The language it begins in, when the number alone decides it."""


class Watcher(Protocol):
    """Hears of contacts that begin and end to be served."""

    def __call__(self, caller: Caller, *, begun: bool) -> None:
        """Who called, and whether it begins or ends."""


R = TypeVar("R", bound=Route)


class Dispatcher(Generic[R]):
    """One task for each contact, each ended before the node stops."""

    def __init__(
        self,
        route: Callable[[str, Caller], R | None],
        allows: Callable[[Caller, R], bool],
        applications: Mapping[type, Application],
        on_task: Watcher,
        *,
        admitted: Callable[[Contact], None] = lambda _: None,
        barred: Callable[[Contact, str | None, str], None] = lambda contact, account, number: None,
    ) -> None:
        """`route` looks a dialled number up, `allows` whether the caller may dial it, `on_task` hears begin and end.

        `admitted` hears of each contact that is let in, before anything is said or recorded; `barred` of each that
        wants a number outside which its phone may not call.
        """
        self._admitted = admitted
        self._barred = barred
        self._route = route
        self._allows = allows
        self._applications = applications
        self._on_task = on_task
        self._tasks: set[asyncio.Task[None]] = set()
        self._contacts: dict[str, Contact] = {}
        self._draining = False
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def contact_count(self) -> int:
        """Contacts in progress."""
        return len(self._contacts)

    @property
    def task_count(self) -> int:
        """Tasks that serve contacts."""
        return len(self._tasks)

    def contact(self, contact: str) -> Contact | None:
        """A contact in progress."""
        return self._contacts.get(contact)

    def arrive(self, contact: Contact, caller: Caller) -> None:
        """A call came in: refuse it at once, or begin to serve it."""
        refusal = self._admit(contact, caller)
        if isinstance(refusal, int):
            if contact.caller is not None:
                contact.caller.refuse(refusal)
            self._close(contact)
            return
        self._keep(contact, self._run_from(contact, caller, refusal))

    @property
    def is_draining(self) -> bool:
        """Whether no more contacts are taken."""
        return self._draining

    def open(
        self,
        contact: Contact,
        serve: Callable[[Contact], Awaitable[Destination | None]],
        over: Callable[[], None] = lambda: None,
    ) -> bool:
        """A contact of our own doing, nobody's call: serve it so, then wherever that leads; False while draining.

        `over` hears of its end.
        """
        if self._draining:
            return False
        self._keep(contact, self._opened(contact, serve), over)
        return True

    async def _opened(
        self, contact: Contact, serve: Callable[[Contact], Awaitable[Destination | None]]
    ) -> None:
        await self._run(contact, await serve(contact))

    def _keep(
        self, contact: Contact, work: Coroutine[None, None, None], over: Callable[[], None] = lambda: None
    ) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(contact, work, over), name=contact.id)
        self._tasks.add(task)
        self._contacts[contact.id] = contact
        self._empty.clear()
        task.add_done_callback(self._tasks.discard)

    def _admit(self, contact: Contact, caller: Caller) -> Destination | int:
        """Where the dialled number leads, or the status that refuses the caller."""
        if self._draining:
            return 503
        route = self._route(contact.dnis, caller)
        if route is None:
            return 404
        if not self._allows(caller, route):
            if isinstance(route.destination, Number):
                self._barred(contact, caller.account, route.destination.number)
                if contact.caller is not None:
                    contact.caller.refuse(403, reasons=(Reason("Q.850", causes.REJECTED, NOT_ALLOWED),))
            return 403
        contact.client, contact.language = route.client, route.language
        contact.record(
            "contact.routed",
            client=route.client,
            language=route.language,
            destination=described(route.destination),
        )
        self._admitted(contact)
        return route.destination

    async def _run_from(self, contact: Contact, caller: Caller, destination: Destination) -> None:
        self._begin(contact, caller)
        await self._run(contact, destination)

    async def _serve(
        self, contact: Contact, work: Coroutine[None, None, None], over: Callable[[], None]
    ) -> None:
        try:
            await work
        except CentralitaError as error:
            log.error("application_failed", contact=contact.id, code=error.code)
            contact.outcome = "failed"
            self._let_go(contact, error.status, error.cause)
        except Exception as error:  # noqa: BLE001 - the last resort: one call fails, the node goes on
            # Only the kind of the exception: its text may quote what the caller typed.
            log.error(
                "application_failed", contact=contact.id, error=type(error).__name__, at=place_of(error)
            )
            contact.outcome = "failed"
            self._let_go(contact, 500, causes.INTERRUPTED)
        finally:
            self._let_go(contact, 480, causes.NORMAL)
            self._close(contact)
            del self._contacts[contact.id]
            if not self._contacts:
                self._empty.set()
            over()

    def _begin(self, contact: Contact, caller: Caller) -> None:
        """Tell that the caller is in a call for as long as its leg lasts: it may leave before the contact ends."""
        try:
            self._on_task(caller, begun=True)
        finally:
            # After it, since a caller who has cancelled already is over at once.
            if contact.caller is not None:
                contact.caller.when_over(lambda: self._on_task(caller, begun=False))

    async def _run(self, contact: Contact, destination: Destination | None) -> None:
        current = destination
        for _ in range(_MOST_STEPS):
            if current is None or contact.caller is None or contact.caller.has_ended:
                return
            current = await self._applications[type(current)].serve(contact, current)
        contact.outcome = "circle"

    def _let_go(self, contact: Contact, status: int, cause: int) -> None:
        for leg in contact.legs:
            if leg is contact.caller and leg.state in (LegState.INVITED, LegState.RINGING, LegState.EARLY):
                leg.refuse(status, cause)
            else:
                leg.hang_up(cause)

    def _close(self, contact: Contact) -> None:
        ending = contact.caller.ending if contact.caller is not None else None
        outcome = contact.outcome or (
            "refused" if ending is not None and ending.status >= 400 else "completed"
        )
        log.debug("contact_closed", contact=contact.id, client=contact.client, outcome=outcome)
        contact.record(
            "contact.closed",
            outcome=outcome,
            ended_by=_who(contact),
            status=ending.status if ending else 200 if contact.caller is None and contact.outcome else 500,
            cause=ending.cause if ending else causes.NORMAL if contact.outcome else causes.INTERRUPTED,
            length=contact.length,
        )
        contact.forget()

    async def drain(self, limit: float) -> int:
        """Take no more calls, wait for those in progress, end what is left after `limit` seconds; says how many."""
        self._draining = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._empty.wait(), limit)
        left = len(self._contacts)
        await self.close()
        return left

    async def close(self) -> None:
        """Take no more calls and end those in progress: the phones are told, the ledger knows."""
        self._draining = True
        for contact in list(self._contacts.values()):
            contact.outcome = "drained"
            self._let_go(contact, 503, causes.INTERRUPTED)
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_PATIENCE)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)


def _who(contact: Contact) -> str:
    caller = contact.caller
    if caller is None or caller.ending is None:
        return "system"
    if caller.ending.by == "remote":
        return "caller"
    other = contact.legs[-1]
    if contact.outcome == "answered" and other.ending is not None and other.ending.by == "remote":
        return other.role  # who spoke with the caller hung up, and the caller's leg was ended for it
    return "centralita"
