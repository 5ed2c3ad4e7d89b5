"""A house whose callers reach other parties and may transfer them: who is where and who may what, a test decides."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from base.errors import CentralitaError
from calls.desk import ActDesk, Desk, Party
from calls.destination import Extension
from calls.dial import connect
from calls.ways import FindWay, Follow, Way
from sip.events import Caller, InviteReceived, SessionAnswered
from sip.target import Target
from sip.uri import Uri
from tests.kit.party import HOST, PATIENCE, House, until
from tests.kit.party import Party as Phone
from tests.kit.sums import check_sums
from tests.kit.tone import hears, tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calls.contact import Contact
    from calls.destination import Destination
    from calls.events import LegEnded
    from calls.leg import Leg
    from sip.session.session import Session
    from sip.transfer.refer_to import ReferTo

LOW, HIGH = frozenset({800, 1300}), frozenset({500, 1700})


class NotThere(CentralitaError):
    """No phone."""

    status = 480


class Switchboard(Desk):
    """Extensions are parties by name; whoever dials one is connected to it."""

    def __init__(self, house: House, **parties: Phone) -> None:
        """`parties` are reached under their names."""
        self.house = house
        self.parties = parties
        self.addresses = {name: party.uri for name, party in parties.items()}
        self.elsewhere: dict[str, Destination | int] = {}
        self.is_entitled = True
        self.rules: ActDesk | None = None
        self.contacts: list[Contact] = []
        self.came: list[Leg] = []
        self.tasks: list[asyncio.Task[Destination | None]] = []
        house.on_arrival = self._arrive

    # --- the desk ---

    def find(self, leg: Leg, wish: ReferTo) -> Destination | int:
        name = wish.uri.subscriber
        return self.elsewhere[name] if name in self.elsewhere else Extension(name)

    def reach(self, contact: Contact, destination: Party) -> tuple[Sequence[FindWay], Follow | None]:
        assert isinstance(destination, Extension)
        name = destination.account

        async def only() -> Way:
            if name not in self.parties:
                raise NotThere("no phone")
            target = Target(self.addresses[name], account=name)
            return Way(target, contact.caller_identity(), role="agent")

        def follow(ending: LegEnded) -> list[FindWay | Destination]:
            found = [Uri.parse(target).user or "" for target in ending.targets]
            places = [self.elsewhere.get(user, Extension(user)) for user in found]
            steps: list[FindWay | Destination] = []
            for each in places:
                if isinstance(each, Extension):
                    steps += self.reach(contact, each)[0]
                elif not isinstance(each, int):
                    steps.append(each)
            return steps

        return [only], follow

    def dialled(self, leg: Leg, number: str) -> Destination | int:
        return self.elsewhere[number] if number in self.elsewhere else Extension(number)

    @property
    def acts(self) -> ActDesk | None:
        return self.rules

    def may_replace(self, who: Caller | Leg, leg: Leg) -> bool:
        return self.is_entitled

    def joined(self, caller: Caller, leg: Leg) -> None:
        self.came.append(leg)

    # --- arrivals ---

    def _arrive(self, contact: Contact) -> None:
        self.contacts.append(contact)
        self.tasks.append(asyncio.get_running_loop().create_task(self._serve(contact)))

    async def _serve(self, contact: Contact) -> Destination | None:
        ways, _ = self.reach(contact, Extension(contact.dnis))
        return await connect(self.house.exchange, contact, ways, self.house.music, desk=self)

    # --- what tests do ---

    async def call(self, caller: Phone, name: str) -> tuple[Session, Session]:
        """One party calls another, which answers: both sessions."""
        began = self.house.kinds().count("bridge.began")
        hers = caller.call(self.house, caller.body(), user=name)
        his = await self.answered(name)
        caller.face((await caller.hears(SessionAnswered)).description)
        await until(lambda: self.house.kinds().count("bridge.began") > began)
        return hers, his

    async def rings(self, name: str) -> Session:
        """A party's phone rings."""
        session = (await self.parties[name].hears(InviteReceived)).session
        self.parties[name].ring(session)
        return session

    async def answered(self, name: str) -> Session:
        """A party's phone rings and it answers."""
        session = await self.rings(name)
        self.parties[name].answer(session)
        self.parties[name].face(session.offer)
        return session

    def at(self, name: str) -> str:
        """The address under which a party knows another."""
        return f"sip:{name}@{HOST}:{self.house.address[1]}"

    async def talk(self, one: Phone, other: Phone) -> None:
        """They hear each other."""
        for speaker, listener, voice in ((one, other, LOW), (other, one, HIGH)):
            heard = b""
            for _ in range(3):  # what was on its way when they were joined may still be heard
                listening = asyncio.create_task(listener.listens(30))
                await asyncio.to_thread(speaker.far.say, tone(voice, 0.7))
                heard = await listening
                if hears(heard, voice):
                    break
            assert hears(heard, voice)

    def told(self) -> list[str]:
        """What was recorded of transfers."""
        return [kind for kind in self.house.kinds() if kind.startswith("transfer.")]

    async def over(self) -> list[Destination | None]:
        """Everything has ended; where each contact went next."""
        found = await asyncio.wait_for(asyncio.gather(*self.tasks), PATIENCE)
        await self.house.over()
        assert [leg for contact in self.contacts for leg in contact.legs if not leg.has_ended] == []
        kinds = self.house.kinds()
        assert kinds.count("leg.invited") == kinds.count("leg.ended")
        assert kinds.count("bridge.began") == kinds.count("bridge.ended")
        assert all(contact.talk is None for contact in self.contacts)
        check_sums(self.house.rows)
        return found
