"""What callers leave becomes cases, and contacts find their customers: heard from the journal, written beside the loop.

Hearing costs the loop one look into a table for each event. What was left while the database was away, or in the
moment before a crash, is found in the ledger at the next start; each thing is taken once.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from base.errors import CentralitaError
from base.io.background import Background
from records.cases.case import CASE, MESSAGE
from records.cases.visits import visit
from records.cases.watch import SYSTEM
from records.errors import StoreUnavailable
from records.texts import cleaned

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from console.cases.desk import CaseDesk, Tell
    from records.cases.history import Entry
    from records.event import LedgerEvent
    from records.reader import NotedEvent, Reader

log = structlog.get_logger()

T = TypeVar("T")

MOST_WAITING = 50_000
"""Contacts and cases that wait for the database; beyond that the oldest are left to the next start."""
_PATIENCE = 2.0
_CAUGHT_UP = 2000
"""So many of the latest of each kind are looked through at a start."""
LEFT = ("message.recorded", "menu.message", "case.opened")
"""What callers leave, in the order in which it comes in one contact."""
_ARRIVALS = frozenset({"contact.opened", "contact.routed", "contact.closed"})
KEPT = "kept"


class _Left(NamedTuple):
    """One thing that a caller has left."""

    contact: str
    kind: str
    data: Mapping[str, Any]


class Intake:
    """One task, and the ear that feeds it."""

    def __init__(
        self, desk: CaseDesk, tell: Tell, reader: Reader, flush: Callable[[], Awaitable[None]]
    ) -> None:
        """`flush` returns once the ledger has what was recorded until now."""
        self._desk = desk
        self._tell = tell
        self._reader = reader
        self._flush = flush
        self._callers: dict[str, tuple[str, str | None]] = {}
        """(number, client company) of contacts that are not routed yet."""
        self._arrived: deque[tuple[str, str, str]] = deque(maxlen=MOST_WAITING)
        self._left: deque[_Left] = deque(maxlen=MOST_WAITING)
        self._wake = asyncio.Event()
        self._background = Background(self._run, "cases taken in")

    def hear(self, event: LedgerEvent) -> None:
        """Every event of the journal, on the loop."""
        if event.type in _ARRIVALS:
            self._arrival(event)
        elif event.type in LEFT and "case" not in event.data:
            self._left.append(_Left(event.contact, event.type, dict(event.data)))
            self._wake.set()

    def start(self) -> None:
        """Begin with what an earlier run has left."""
        self._background.begin()

    async def close(self) -> None:
        """Write what was heard until now, unless the database is away."""
        await self._background.close()
        with contextlib.suppress(CentralitaError):
            await self._write()

    def _arrival(self, event: LedgerEvent) -> None:
        data = event.data
        if event.type == "contact.closed":
            self._callers.pop(event.contact, None)
            return
        number, client = self._callers.pop(event.contact, ("", None))
        if event.type == "contact.opened":
            number = str(data.get("ani") or "")
        client = str(data["client"]) if data.get("client") else client
        if not number:
            return
        if client is None:
            self._callers[event.contact] = number, None
            return
        e164 = self._desk.in_e164(number)
        if e164 is not None:
            self._arrived.append((event.contact, client, e164))
            self._wake.set()

    async def _run(self) -> None:
        is_behind = True
        while True:
            try:
                if is_behind:
                    self._left.extendleft(reversed(await asyncio.to_thread(self._missed)))
                    is_behind = False
                    await self._write()
                await self._wake.wait()
                self._wake.clear()
                await self._write()
            except CentralitaError as error:
                log.warning("intake_waits", code=error.code, waiting=len(self._left) + len(self._arrived))
                self._wake.set()
                await asyncio.sleep(_PATIENCE)

    async def _write(self) -> None:
        """All that waits; what could not be written waits on."""
        arrived = list(self._arrived)
        if arrived:
            await self._spared(self._desk.customers.link, arrived)
            for _ in arrived:
                self._arrived.popleft()
        if self._left:
            await self._flush()
        while self._left:
            self._tell(await self._spared(self._take, self._left[0]) or [])
            self._left.popleft()

    async def _spared(self, act: Callable[[Any], T], what: Any) -> T | None:
        """In a thread; what is at fault itself is left out, so that all that comes after it is taken."""
        try:
            return await asyncio.to_thread(act, what)
        except StoreUnavailable:
            raise
        except (CentralitaError, SQLAlchemyError, ValueError) as error:
            log.error("intake_left_out", error=type(error).__name__)
            return None

    # --- in a thread ---

    def _missed(self) -> list[_Left]:
        """What callers left in earlier runs. All of it may have been taken already."""
        found: list[tuple[float, int, NotedEvent]] = []
        for place, kind in enumerate(LEFT):
            noted = self._reader.noted(kind, limit=_CAUGHT_UP)
            found += [(each.ts, place, each) for each in noted if "case" not in each.data]
        found.sort(key=lambda each: each[:2])
        return [_Left(each.contact, LEFT[place], each.data) for _, place, each in found]

    def _take(self, left: _Left) -> list[Entry]:
        data, cases = left.data, self._desk.cases
        recording = _text(data, "recording") or _text(data, "message")
        message = f"{left.contact}/message/{recording}"
        match left.kind:
            case "message.recorded" if recording:
                return self._file(left, message, kind=MESSAGE, reason=_text(data, "mailbox"))
            case "menu.message" if recording and data.get("result") != KEPT:
                return cases.withdraw(message, SYSTEM)
            case "case.opened":
                reference = _text(data, "reference")
                told: dict[str, Any] = {"reason": _text(data, "kind"), "reference": reference}
                if recording and (became := cases.become(message, CASE, SYSTEM, **told)) is not None:
                    return became
                return self._file(left, f"{left.contact}/case/{reference}", kind=CASE, **told)
            case _:
                return []

    def _file(self, left: _Left, origin: str, *, kind: str, **fields: Any) -> list[Entry]:
        known = visit(self._desk.database, left.contact)
        client = _text(left.data, "client") or (known.client if known is not None else None)
        if client is None:
            return []
        number = self._desk.in_e164(known.ani) if known is not None and known.ani else None
        _, entries = self._desk.cases.open(
            client,
            SYSTEM,
            kind=kind,
            number=number,
            contact=left.contact,
            origin=origin,
            language=known.language if known is not None else None,
            tracking=known.tracking if known is not None else None,
            **fields,
        )
        return entries


def _text(data: Mapping[str, Any], name: str) -> str | None:
    value = cleaned(str(data.get(name) or ""))
    return value[:200] if value else None
