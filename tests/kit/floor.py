"""A queue on real calls: a house, a caller, and agents whose phones the test drives."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from base.errors import CentralitaError
from calls.destination import Queue
from centralita.agents.acquaintance import Acquaintance
from routing.agents.screen import Screen, ScreenPart, screen
from routing.agents.tables import State, Status
from routing.hours.opening import ALWAYS_OPEN
from routing.io.distribution import Distribution
from routing.io.queue_application import QueueApplication
from routing.settings import AgentSettings, Delays, QueueSettings, RoutingConfig
from sip.events import InviteReceived, SessionAnswered
from sip.stack import Target
from tests.kit.party import PATIENCE, House, Party, until
from tests.kit.tone import tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calls.contact import Contact
    from calls.destination import Destination
    from media.plane import Clip
    from routing.waiting.sayings import Saying
    from sip.session.session import Session

WORDS = frozenset({700, 1900})
"""The tones of whatever is said."""
QUICK = Delays(no_answer=0.05, rejected=0.05, busy=0.05, unreachable=0.05, failed=0.05)


class Floor:
    """A queue, Alice who calls it, and agents whose phones the test drives."""

    def __init__(self, house: House, alice: Party, agents: dict[str, Party], **queue: object) -> None:
        self.house, self.alice, self.agents = house, alice, agents
        self.settings = settings = QueueSettings("q", **{"delays": QUICK, **queue})  # type: ignore[arg-type]
        self.said: list[tuple[Saying, ...]] = []
        staff = {
            name: AgentSettings(name, contact=phone.uri, queues=("q",), status=Status.AVAILABLE)
            for name, phone in agents.items()
        }
        self.distribution = Distribution(RoutingConfig({"q": settings}, staff), house.ids, house.record)
        self.unknown: set[str] = set()
        self.addresses: dict[str, str] = {}
        self.music_fails = False
        self.mute = False
        self.openness = ALWAYS_OPEN
        self.tune: tuple[Clip, ...] | None = None
        self.words_last = 0.3
        """Seconds of each saying."""
        self.acquaintance = Acquaintance()
        self.application = QueueApplication(
            house.exchange,
            self.distribution,
            self,
            self,
            lambda queue: self.settings,
            self.screen,
            lambda contact: (),
            lambda agent: "pl",
            self.acquaintance,
            lambda queue, client: self.openness,
        )
        self.tasks: list[asyncio.Task[Destination | None]] = []
        self.contacts: list[Contact] = []
        house.on_arrival = self._serve

    def screen(self, contact: Contact, queue: str) -> Screen:
        part = ScreenPart(script="https://crm.example/{contact}?q={queue}")
        return screen(part, "Banco Sol" if contact.client == "banco" else "", queue, None, contact, queue)

    def agent(self, agent: str, contact_uri: str | None) -> Target | None:
        address = self.addresses.get(agent, contact_uri)
        return None if agent in self.unknown or address is None else Target(address)

    def music(self, queue: str) -> tuple[Clip, ...]:
        if self.music_fails:
            raise CentralitaError("no music")
        return self.tune if self.tune is not None else self.house.music()

    def spoken(self, sayings: Sequence[Saying], language: str | None) -> tuple[Clip, ...]:
        self.said.append(tuple(sayings))
        if self.mute:
            return ()
        return tuple(self.house.plane.load_clip(tone(WORDS, self.words_last)) for _ in sayings)

    def _serve(self, contact: Contact) -> None:
        contact.client = "banco"
        self.contacts.append(contact)
        work = self.application.serve(contact, Queue("q"))
        self.tasks.append(asyncio.get_running_loop().create_task(work))

    async def waiting(self) -> Session:
        """Alice has dialled and is in the queue."""
        session = self.alice.call(self.house, self.alice.body())
        self.alice.face((await self.alice.hears(SessionAnswered)).description)
        return session

    async def rung(self, agent: str) -> Session:
        """An agent's phone rings."""
        session = (await self.agents[agent].hears(InviteReceived)).session
        self.agents[agent].ring(session)
        await until(lambda: self.state(agent) is State.RINGING)
        return session

    async def talking(self) -> tuple[Session, Session]:
        """Ana has answered Alice."""
        hers = await self.waiting()
        his = await self.rung("ana")
        self.agents["ana"].answer(his)
        self.agents["ana"].face(his.offer)
        await until(lambda: "bridge.began" in self.house.kinds())
        return hers, his

    def state(self, agent: str = "ana") -> State:
        return self.distribution.core.agent(agent).state

    def results(self) -> list[tuple[object, object]]:
        """(agent, result) of each reservation that ended."""
        ended = [row.data for row in self.house.rows if row.kind == "reservation.ended"]
        return [(data["agent"], data["result"]) for data in ended]

    async def over(self) -> list[Destination | None]:
        """Everything has ended, without an exception; where each contact goes next."""
        found = await asyncio.wait_for(asyncio.gather(*self.tasks), PATIENCE)
        for contact in self.contacts:
            if contact.caller is not None:
                contact.caller.hang_up()
        await self.house.over()
        assert self.distribution.reservation_count == 0
        assert self.distribution.core.queue("q", now=self.distribution.now()).waiting == 0
        busy = {State.RESERVED, State.RINGING, State.TALKING, State.HOLD}
        assert [name for name in self.agents if self.state(name) in busy] == []
        return found
