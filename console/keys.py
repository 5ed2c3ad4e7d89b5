"""What the HTTP application is given to work with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from aiohttp import web

from console.cases.desk import CaseDesk
from console.hours.desk import OpeningDesk
from console.node.door import Door
from console.work.desk import WorkDesk
from records.ledger.ledger import Ledger
from records.people.audit import AuditLog
from records.people.door import Door as PeopleDoor
from records.reader import Reader
from records.retention.keeping import Keeping
from routing.io.callback_desk import CallbackDesk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from calls.acts import Act
    from calls.destination import Destination
    from calls.monitor import MonitorMode
    from console.menus.sets import Asked
    from records.figures.settings import Agreed

    Shown = Mapping[str, object]
    """Something as JSON."""


class Menus(Protocol):
    """The menu sets of a node, and who may change what is live. Each raises CentralitaError with what is wrong."""

    async def sets(self) -> Sequence[Shown]:
        """Every menu set."""

    async def history(self, menu_set: str) -> Sequence[Shown]:
        """Every decision about one, the newest first."""

    async def put(self, menu_set: str, asked: Asked, by: str) -> Shown:
        """Publish or roll back."""

    async def cancel_pending(self, menu_set: str) -> Shown:
        """Do not publish what waits."""

    async def check(self, menu_set: str) -> Shown:
        """What is wrong with a draft, and with what it needs."""

    async def diff(self, menu_set: str, before: str, after: str) -> Sequence[Shown]:
        """What changes from one version to another."""

    def warnings(self) -> Sequence[str]:
        """What somebody should see to, though calls are served."""


class Conversations(Protocol):
    """Conversations in progress. Each raises CentralitaError with what is wrong."""

    async def act(self, contact: str, act: Act, by: str) -> None:
        """Let the agent of a conversation do something."""

    def monitor(self, contact: str, account: str, mode: MonitorMode | None) -> str:
        """Call a supervisor's phone into it, without a mode to take it over; the id of the supervisor's call."""


class Prompts(Protocol):
    """The prompts of a node. Each raises CentralitaError with what is wrong."""

    async def listed(self) -> Sequence[Shown]:
        """Every prompt: who says it in which language."""

    async def bring_in(self, content: bytes, language: str, prompt: str, *, replace: bool) -> Shown:
        """Keep a recording of one."""


PROMPTS: web.AppKey[Prompts] = web.AppKey("prompts")


class Sound(Protocol):
    """A recording that is open for reading; reading blocks: for a thread."""

    media: str
    """What it is (audio/wav)."""
    size: int
    """Bytes."""

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` to before `end`. Raises CentralitaError."""

    def close(self) -> None:
        """Let go of the file."""


PLAYING_BACK: web.AppKey[Callable[[str], Sound]] = web.AppKey("playing_back")
"""Opens a recording by the path that its contact tells. Raises CentralitaError."""


class Place(Protocol):
    """Begins a call for an agent. Raises CentralitaError with what is wrong."""

    def __call__(self, agent: str, number: str, client: str | None, by: str) -> str:
        """Ring an agent, then call a number; the id of the contact."""


class Originate(Protocol):
    """Begins a call to a customer. Raises CentralitaError with what is wrong."""

    async def __call__(
        self, number: str, client: str, to: Destination, *, language: str | None, by: str
    ) -> str:
        """Call a customer, who is then led to a menu or queue; the id of the contact."""


@dataclass(frozen=True, slots=True)
class Placing:
    """Calls that are begun by the interface."""

    place: Place
    originate: Originate


PLACING = web.AppKey("placing", Placing)
WORK = web.AppKey("work", WorkDesk)
CONVERSATIONS: web.AppKey[Conversations] = web.AppKey("conversations")
LEDGER = web.AppKey("ledger", Ledger)
KEEPING = web.AppKey("keeping", Keeping)
DOOR = web.AppKey("door", Door)
CASES = web.AppKey("cases", CaseDesk)
CALLBACKS = web.AppKey("callbacks", CallbackDesk)
OPENING = web.AppKey("opening", OpeningDesk)
READER = web.AppKey("reader", Reader)
PEOPLE = web.AppKey("people", PeopleDoor)
"""How people and programs come in."""
AUDIT = web.AppKey("audit", AuditLog)
COUNTERS: web.AppKey[Callable[[], Mapping[str, int]]] = web.AppKey("counters")
PHONES: web.AppKey[Callable[[str | None], Sequence[Mapping[str, object]]]] = web.AppKey("phones")
"""The registered phones of one account, or of all."""
AGREED: web.AppKey[Callable[[], Agreed]] = web.AppKey("agreed")
"""Whose clock counts for figures, and what was agreed about them, by the configuration in force."""
TRUNKS: web.AppKey[Callable[[], Sequence[Mapping[str, object]]]] = web.AppKey("trunks")
MENUS: web.AppKey[Menus] = web.AppKey("menus")
