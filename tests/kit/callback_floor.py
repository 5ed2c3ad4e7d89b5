"""Callbacks on real calls: a house with a dispatcher, a queue of agents, and the customer."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from calls.contact import Contact
from calls.destination import Menu, Queue
from calls.ways import Way
from centralita.agents.acquaintance import Acquaintance
from centralita.dispatcher import Dispatcher
from routing.agents.screen import Screen
from routing.agents.tables import State, Status
from routing.callbacks.book import CallbackBook
from routing.callbacks.callback import Missed, Order, Wish
from routing.callbacks.contact_hours import ContactHours
from routing.callbacks.do_not_call import DoNotCall
from routing.callbacks.rules import CallbackRules
from routing.callbacks.settings import ClientCallbacks, QueueCallbacks
from routing.hours.calendar import Timetable
from routing.hours.opening import ALWAYS_OPEN
from routing.hours.spans import read_span
from routing.io.callback_application import CallbackApplication, CallbackMeans
from routing.io.callback_desk import CallbackDesk
from routing.io.callback_store import CallbackStore
from routing.io.distribution import Distribution
from routing.io.queue_application import QueueApplication
from routing.settings import AgentSettings, QueueSettings, RoutingConfig
from sip.events import InviteReceived
from sip.stack import CallerIdentity, Target
from tests.kit.floor import QUICK
from tests.kit.party import MUSIC, House, Party, until
from tests.kit.tone import tone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from calls.destination import Destination
    from calls.leg import Leg
    from calls.ways import FindWay
    from centralita.dispatcher import Route
    from media.plane import Clip
    from routing.callbacks.callback import Callback
    from routing.waiting.sayings import Saying
    from sip.session.session import Session

NUMBER, LINE = "+34911222333", "+34910000001"
GREETING, WHISPER, RINGING = frozenset({700, 1900}), frozenset({540, 1500}), frozenset({425})
SOON = dict.fromkeys(Missed, 0.1)
"""Delays that lose no time."""


class Elsewhere:
    """Where a contact goes whom nobody took after a transfer."""

    def __init__(self) -> None:
        self.sent: list[Destination] = []

    async def serve(self, contact: Contact, destination: Destination) -> Destination | None:
        self.sent.append(destination)
        if contact.caller is not None:
            contact.caller.hang_up()
        return None


class CallbackFloor:
    """One queue `q`, agents by name, one customer."""

    def __init__(
        self,
        house: House,
        customer: Party,
        agents: dict[str, Party],
        folder: Path,
        callbacks: QueueCallbacks | None = None,
        *,
        status: Status = Status.AVAILABLE,
        **queue: object,
    ) -> None:
        self.house, self.customer, self.agents, self.folder = house, customer, agents, folder
        self.callbacks = callbacks or QueueCallbacks(retry=SOON)
        self.settings = settings = QueueSettings("q", **{"delays": QUICK, "wrap_up": 30.0, **queue})  # type: ignore[arg-type]
        staff = {
            name: AgentSettings(name, contact=phone.uri, queues=("q",), status=status)
            for name, phone in agents.items()
        }
        self.distribution = Distribution(RoutingConfig({"q": settings}, staff), house.ids, house.record)
        self.never = DoNotCall()
        self.elsewhere = Elsewhere()
        self.dispatcher: Dispatcher[Route] = Dispatcher(
            lambda dialled, caller: None,
            lambda caller, route: False,
            {Queue: self.elsewhere, Menu: self.elsewhere},
            lambda caller, *, begun: None,
        )
        self.ahead = 0.0
        """Seconds that the clock on the wall is ahead of time."""
        self.openness = ALWAYS_OPEN
        self.no_way = False
        self.trunks = 1
        self.called: list[Leg] = []
        self.says = True
        self.survey: Menu | None = None

    async def __aenter__(self) -> Self:
        self.store = CallbackStore(self.folder / "callbacks.db")
        kept = await self.store.open()
        usual = ClientCallbacks(
            ContactHours(Timetable("c", ZoneInfo("UTC"), ((read_span("00:00-24:00"),),) * 7)),
            frozenset({"ES"}),
            per_day=100,
        )
        rules = CallbackRules({}, usual, self.never, home="ES")
        book = CallbackBook(rules, {"q": self.callbacks}, kept.callbacks, now=self.wall())
        self.desk = CallbackDesk(
            book, self.store, self.distribution, self.house.record, self.begin, wall=self.wall
        )
        queues = QueueApplication(
            self.house.exchange,
            self.distribution,
            self,
            self,
            lambda queue: self.settings,
            lambda contact, queue: Screen("Banco Sol"),
            lambda contact: (),
            lambda agent: "pl",
            Acquaintance(),
            lambda queue, client: self.openness,
            survey=lambda contact, queue: self.survey,
        )
        means = CallbackMeans(
            queues,
            self.ways,
            lambda contact, leg: self.called.append(leg),
            self,
            lambda queue: frozenset(self.agents),
        )
        self.application = CallbackApplication(means, self.desk)
        self.desk.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.desk.stop()
        await self.dispatcher.close()
        self.distribution.close()
        await self.store.close()

    def wall(self) -> float:
        return time.time() + self.ahead

    # --- what an attempt needs ---

    def agent(self, agent: str, contact_uri: str | None) -> Target | None:
        return Target(contact_uri) if contact_uri is not None else None

    def ways(self, contact: Contact) -> Sequence[FindWay]:
        async def only() -> Way:
            return Way(Target(self.customer.uri), CallerIdentity(contact.dnis), role="external")

        return [] if self.no_way else [only] * self.trunks

    def begin(self, callback: Callback) -> Contact | None:
        if self.dispatcher.is_draining:
            return None
        contact = Contact(
            self.house.ids.new(), ani=callback.number, display="", dnis=LINE, record=self.house.record
        )
        contact.client = callback.wish.client
        contact.record("contact.opened", ani=callback.number, callback=callback.id)
        self.dispatcher.open(
            contact,
            lambda opened: self.application.serve(opened, callback),
            lambda: self.desk.left(callback.id, contact.id),
        )
        return contact

    def greeting(self, contact: Contact) -> tuple[Clip, ...]:
        return self._tone(GREETING)

    def whisper(self, contact: Contact, agent: str) -> tuple[Clip, ...]:
        return self._tone(WHISPER)

    def ringing(self, contact: Contact) -> tuple[Clip, ...]:
        return self._tone(RINGING)

    def spoken(self, sayings: Sequence[Saying], language: str | None) -> tuple[Clip, ...]:
        return self._tone(WHISPER) if sayings else ()

    def music(self, queue: str) -> tuple[Clip, ...]:
        return self._tone(MUSIC)

    def _tone(self, tones: frozenset[int]) -> tuple[Clip, ...]:
        return (self.house.plane.load_clip(tone(tones, 0.6)),) if self.says else ()

    # --- what tests do ---

    async def promise(self, number: str = NUMBER, **wish: object) -> str:
        asked = {"client": "bank", "queue": "q", "number": number, "by": number, "contact": "c1", **wish}
        return (await self.desk.promise(Wish(**asked))).id  # type: ignore[arg-type]

    async def rung(self, party: Party) -> Session:
        """A phone rings."""
        session = (await party.hears(InviteReceived)).session
        party.ring(session)
        return session

    async def picked_up(self, party: Party) -> Session:
        """A phone rings and is answered."""
        session = await self.rung(party)
        party.answer(session)
        party.face(session.offer)
        return session

    async def is_now(self, state: str, reference: str) -> Callback:
        """Until a callback stands so."""
        await until(
            lambda: self.desk.book.find(reference).state.value == state,
            f"it is not {state}",
        )
        return self.desk.book.find(reference)

    def state(self, agent: str = "ana") -> State:
        return self.distribution.core.agent(agent).state

    def told(self) -> list[str]:
        """What the ledger was told of callbacks, in order."""
        return [each.removeprefix("callback.") for each in self.house.kinds() if each.startswith("callback.")]

    async def over(self) -> None:
        """Nothing is in use any more."""
        await until(lambda: self.dispatcher.contact_count == 0, "a contact is left")
        await self.house.over()
        assert self.distribution.reservation_count == 0
        assert self.distribution.core.queue("q", now=self.distribution.now()).waiting == 0
        assert self.desk.standing == 0
        kinds = self.house.kinds()
        assert kinds.count("contact.opened") == kinds.count("contact.closed")


AGENT_FIRST = QueueCallbacks(retry=SOON, ring_timeout=5)
CUSTOMER_FIRST = QueueCallbacks(order=Order.CUSTOMER_FIRST, retry=SOON, ring_timeout=5)


@asynccontextmanager
async def a_floor(
    folder: Path,
    callbacks: QueueCallbacks = AGENT_FIRST,
    *,
    status: Status = Status.AVAILABLE,
    **queue: object,
) -> AsyncIterator[CallbackFloor]:
    async with (
        House() as house,
        Party() as customer,
        Party() as ana,
        Party() as piotr,
        CallbackFloor(
            house, customer, {"ana": ana, "piotr": piotr}, folder, callbacks, status=status, **queue
        ) as floor,
    ):
        if status is Status.AVAILABLE:
            floor.distribution.choose_status("piotr", Status.NOT_READY)
        yield floor
