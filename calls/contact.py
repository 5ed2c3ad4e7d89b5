"""A contact: one customer's visit, with its legs, what is known of it, and the one inbox its application reads."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from sip.target import CallerIdentity

if TYPE_CHECKING:
    from calls.events import Record
    from calls.leg import Leg
    from calls.pickup import Ringing
    from calls.talk import Talk
    from sip.identity.diversion import Diversion

E = TypeVar("E")

OF_THE_CONTACT = ("tracking",)
"""Attributes that stay whoever its caller is."""


class Inbox(Generic[E]):
    """Events for one reader, in order. Cheaper than asyncio.Queue because there is exactly one reader."""

    __slots__ = ("_events", "_waiter")

    def __init__(self) -> None:
        """Begin empty."""
        self._events: deque[E] | None = None  # made with the first event: an idle contact costs nothing
        self._waiter: asyncio.Future[None] | None = None

    def post(self, event: E) -> None:
        """Add an event and wake the reader."""
        if self._events is None:
            self._events = deque()
        self._events.append(event)
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def drop(self, *kinds: type) -> None:
        """Forget what nobody has read, of these kinds: it was for a reader who is gone."""
        if self._events is not None:
            self._events = deque(each for each in self._events if not isinstance(each, kinds))

    async def next(self, until: float | None = None) -> E | None:
        """The next event, or None when the loop's clock reaches `until` first."""
        if not self._events:
            await self._wait(until)
        return self._events.popleft() if self._events else None

    async def _wait(self, until: float | None) -> None:
        loop = asyncio.get_running_loop()
        self._waiter = waiter = loop.create_future()
        alarm = None if until is None else loop.call_at(until, _expire, waiter)
        try:
            await waiter
        finally:
            self._waiter = None
            if alarm is not None:
                alarm.cancel()


def _expire(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a contact stood in line when it left a queue without an agent, to be regained."""

    queue: str
    joined: float
    """The loop's clock when the wait began."""
    is_first: bool = False
    """Whether the caller goes before all others: the call was cut off by no fault of theirs."""
    avoid: tuple[str, ...] = ()
    """Agents whose phones died in it."""
    why: str = ""
    """What the caller is told, a prompt."""


class Contact:
    """One customer's visit under one id. `inbox` carries leg events and whatever its application is told."""

    __slots__ = (
        "_began",
        "account",
        "ani",
        "attestation",
        "attributes",
        "caller",
        "client",
        "display",
        "diversions",
        "dnis",
        "id",
        "inbox",
        "is_hidden",
        "is_identified",
        "is_private",
        "language",
        "legs",
        "menus",
        "outcome",
        "place",
        "priority",
        "record_event",
        "requests",
        "requires",
        "rescues",
        "ringing",
        "talk",
    )

    def __init__(self, contact_id: str, *, ani: str, display: str, dnis: str, record: Record) -> None:
        """`ani` and `display` are the caller's number and name, `dnis` the number that was dialled."""
        self._began = time.monotonic()
        self.id = contact_id
        self.ani = ani
        self.display = display
        self.dnis = dnis
        self.is_private = False
        """Whether the called party must not see `ani` and `display`; routing and records know them."""
        self.is_hidden = False
        """Whether the client company wants agents not to see who calls."""
        self.diversions: tuple[Diversion, ...] = ()
        """Who passed the call on, before it came here or since, the latest first."""
        self.account: str | None = None
        """The account of the phone that called, when it is one of ours."""
        self.attestation: str | None = None
        """How far the caller's number is proven (STIR): A, B, C or not at all."""
        self.client: str | None = None
        self.language: str | None = None
        self.caller: Leg | None = None
        self.legs: list[Leg] = []
        self.outcome: str | None = None
        self.menus: dict[str, object] = {}
        """The version of each menu set that it has entered, which it keeps to its end."""
        self.attributes: dict[str, str] = {}
        """What menus and client companies' systems told of the contact; never a secret, but maybe personal."""
        self.requires: dict[str, int] = {}
        """Skills with their least proficiency that its menus ask of agents, in whatever queue."""
        self.place: Place | None = None
        """The one it had in the queue that it left last."""
        self.priority = 0
        """What its menus add to its priority in queues."""
        self.rescues = 0
        """How often its agent's phone has died in the conversation."""
        self.is_identified = False
        """Whether the caller has proven in this contact who they are."""
        self.requests = 0
        """How many questions to back ends and spoken messages it had in all its menus: each has a number of its own."""
        self.record_event = record
        self.inbox: Inbox[object] = Inbox()
        self.ringing: Ringing | None = None
        """The party that is called."""
        self.talk: Talk | None = None
        """The conversation that the contact is in."""

    @property
    def length(self) -> float:
        """Seconds since it began, by a clock that nobody sets."""
        return round(time.monotonic() - self._began, 6)

    def forget(self) -> None:
        """It is closed: let go of all that points back, so that it is freed at once and not by the collector."""
        for leg in self.legs:
            leg.forget()
        self.legs = []
        self.caller = self.ringing = self.talk = None
        self.inbox = Inbox()

    def pass_to(self, leg: Leg) -> None:
        """Another party is now the one whom the contact is about: the first has transferred it and gone."""
        self.caller, self.place = leg, None
        self.account, self.attestation, self.is_identified = leg.account, None, False
        self.ani, self.display, self.is_private, self.is_hidden = leg.number, "", False, False
        # The balance, the amount due: of somebody else.
        self.attributes = {name: each for name, each in self.attributes.items() if name in OF_THE_CONTACT}
        self.record("contact.passed", leg, number=leg.number)

    def caller_identity(self, house: str = "") -> CallerIdentity:
        """Who calls, for the party that is called; `house` is said before the caller's name."""
        if self.is_hidden:
            return CallerIdentity("", house)
        name = "" if self.is_private else self.display
        return CallerIdentity(self.ani, " ".join(filter(None, (house, name))), is_private=self.is_private)

    def record(self, kind: str, leg: Leg | None = None, /, **data: object) -> None:
        """Write one event of this contact into the ledger."""
        self.record_event(self.id, leg.id if leg is not None else None, kind, data)
