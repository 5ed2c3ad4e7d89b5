"""Parties that do what chance says, and acts of agents asked for at any moment."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING
from urllib.parse import quote

from calls import acts
from calls.acts import ActAsked
from calls.events import LegEnded, TakenBack
from sip.session.table import SessionState

if TYPE_CHECKING:
    from collections.abc import Callable

    from calls.acts import Act
    from calls.contact import Inbox
    from calls.leg import Leg
    from sip.session.session import Session
    from tests.kit.party import Party
    from tests.kit.switchboard import Switchboard

NAMES = ("bob", "carol", "dave")
LIVE = (SessionState.CONFIRMED, SessionState.ANSWERED)


class Storm:
    """Four parties that do what chance says."""

    def __init__(self, board: Switchboard, alice: Party, seed: int) -> None:
        self.board, self.alice = board, alice
        self.parties = [alice, *board.parties.values()]
        self.sessions: list[tuple[Party, Session]] = []
        self.chance = random.Random(seed)
        self.deeds: list[Callable[[], None]] = [
            *(self.call, self.answer, self.answer, self.answer, self.refuse, self.ring, self.hang_up),
            *(self.blind, self.blind, self.attended, self.attended, self.take, self.hold),
        ]
        for party in self.parties:
            party.on_invite = lambda session, party=party: self.sessions.append((party, session))  # type: ignore[misc]

    def live(self) -> list[tuple[Party, Session]]:
        return [(party, session) for party, session in self.sessions if session.state in LIVE]

    def unanswered(self) -> list[tuple[Party, Session]]:
        return [each for each in self.sessions if each[1].state is SessionState.RECEIVED]

    def call(self) -> None:
        party = self.chance.choice(self.parties)
        name = self.chance.choice([name for name in NAMES if self.board.parties[name] is not party])
        self.sessions.append((party, party.call(self.board.house, party.body(), user=name)))

    def answer(self) -> None:
        if waiting := self.unanswered():
            party, session = self.chance.choice(waiting)
            party.answer(session)

    def refuse(self) -> None:
        if waiting := self.unanswered():
            party, session = self.chance.choice(waiting)
            party.refuse(session, self.chance.choice((486, 491, 603, 503, 302)))

    def ring(self) -> None:
        if waiting := self.unanswered():
            party, session = self.chance.choice(waiting)
            party.ring(session)

    def hang_up(self) -> None:
        if live := self.live():
            party, session = self.chance.choice(live)
            party.hang_up(session)

    def blind(self) -> None:
        if live := self.live():
            party, session = self.chance.choice(live)
            if session.dialog is not None:
                party.refer(session, f"<{self.board.at(self.chance.choice((*NAMES, 'nobody')))}>")

    def attended(self) -> None:
        party, session = self.chance.choice(self.live() or [(self.alice, None)])
        others = [each for own, each in self.live() if own is party and each is not session]
        if session is None or session.dialog is None or not others:
            return
        other = self.chance.choice(others)
        if other.dialog is not None:
            party.refer(session, f"<{self.board.at('x')}?Replaces={quote(self.named(other), safe='')}>")

    def take(self) -> None:
        if live := [each for each in self.live() if each[1].dialog is not None]:
            _, session = self.chance.choice(live)
            party = self.chance.choice(self.parties)
            headers = (("Replaces", self.named(session)),)
            taken = party.call(self.board.house, party.body(), user="bob", headers=headers)
            self.sessions.append((party, taken))

    def hold(self) -> None:
        if live := [each for each in self.live() if each[1].state is SessionState.CONFIRMED]:
            party, session = self.chance.choice(live)
            direction = self.chance.choice(("sendonly", "sendrecv"))
            party.say(lambda now: party.stack.reinvite(session, party.body(direction), now=now))

    @staticmethod
    def named(session: Session) -> str:
        dialog = session.dialog
        assert dialog is not None
        return f"{session.call_id};to-tag={dialog.remote_tag};from-tag={session.local_tag}"

    async def blow(self, steps: int) -> None:
        """So many things happen, some at once; then everybody hangs up."""
        self.call()
        for _ in range(steps):
            self.chance.choice(self.deeds)()
            if self.chance.random() < 0.7:
                await asyncio.sleep(self.chance.choice((0.0, 0.002, 0.01)))
        while any(
            session.state not in (SessionState.ENDED, SessionState.ENDING) for _, session in self.sessions
        ):
            for party, session in self.sessions:
                party.hang_up(session)
            await asyncio.sleep(0.02)


class ActStorm(Storm):
    """The same, in a house where agents act."""

    def __init__(self, board: Switchboard, alice: Party, seed: int) -> None:
        super().__init__(board, alice, seed)
        self.answers: list[asyncio.Future[None]] = []
        self.deeds = [*self.deeds, *[self.act] * 12]

    def act(self) -> None:
        """Somebody asks for any act in any conversation."""
        talks = [contact for contact in self.board.contacts if contact.talk is not None]
        if talks:
            answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            answer.add_done_callback(lambda done: done.cancelled() or done.exception())
            self.answers.append(answer)
            self.chance.choice(talks).inbox.post(ActAsked(self._any_act(), "chance", answer))

    def _any_act(self) -> Act:
        name = self.chance.choice((*NAMES, "nobody", "shop"))
        return self.chance.choice(
            (
                *(acts.TransferTo(name), acts.Consult(name), acts.Consult(name), acts.CallSupervisor()),
                *(acts.Complete(), acts.Toggle(), acts.Conference(), acts.Conference(), acts.Cancel()),
                *(acts.Hold(), acts.Resume(), acts.CaptureSecurely(), acts.HandBack(), acts.EndCall()),
            )
        )

    async def form(self, leg: Leg, inbox: Inbox[object]) -> str:
        """Serves who is lent until taken back, gone, or done with it by chance."""
        loop = asyncio.get_running_loop()
        while True:
            event = await inbox.next(loop.time() + self.chance.choice((0.005, 0.02)))
            if event is None or isinstance(event, TakenBack | LegEnded):
                return self.chance.choice(("approved", ""))
