"""A house that connects whoever calls to one other party, over real sockets."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from calls import dial
from calls.ways import RING_TIMEOUT, Way
from sip.events import InviteReceived, SessionAnswered, SessionRinging
from sip.stack import Target
from tests.kit.party import PATIENCE, until

if TYPE_CHECKING:
    from calls.contact import Contact
    from calls.destination import Destination
    from sip.session.session import Session
    from tests.kit.party import House, Party


class Line:
    """A house that connects whoever calls to Bob; Alice calls it."""

    def __init__(self, house: House, alice: Party, bob: Party) -> None:
        self.house, self.alice, self.bob = house, alice, bob
        self.tasks: list[asyncio.Task[Destination | None]] = []
        self.contacts: list[Contact] = []
        self.ring_timeout = RING_TIMEOUT
        self.target = Target(bob.uri)
        self.digits = ""
        self.otherwise: Destination | None = None
        """Where Alice, answered before Bob is called, goes when he is not to be had."""
        house.on_arrival = self._connect

    def _connect(self, contact: Contact) -> None:
        self.contacts.append(contact)

        async def only() -> Way:
            return Way(self.target, contact.caller_identity(), digits=self.digits)

        if self.otherwise is not None and contact.caller is not None:
            contact.caller.answer()
        work = dial.connect(
            self.house.exchange,
            contact,
            (only,),
            self.house.music,
            ring_timeout=self.ring_timeout,
            otherwise=self.otherwise,
        )
        self.tasks.append(asyncio.get_running_loop().create_task(work))

    async def ringing(self) -> tuple[Session, Session]:
        """Alice has dialled, Bob rings: her session and his."""
        hers = self.alice.call(self.house, self.alice.body())
        his = (await self.bob.hears(InviteReceived)).session
        self.bob.ring(his)
        await self.alice.hears(SessionRinging)
        return hers, his

    async def talking(self) -> tuple[Session, Session]:
        """Bob has answered."""
        hers, his = await self.ringing()
        self.bob.answer(his)
        self.bob.face(his.offer)
        self.alice.face((await self.alice.hears(SessionAnswered)).description)
        await until(lambda: "bridge.began" in self.house.kinds())
        return hers, his

    async def over(self) -> None:
        """Everything has ended, without an exception."""
        await asyncio.wait_for(asyncio.gather(*self.tasks), PATIENCE)
        await self.house.over()
