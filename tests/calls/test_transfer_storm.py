"""Transfers in any order with everything else that parties do: whatever happens, nothing stays up (RFC 5589 s.6.2)."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from sip.session.table import SessionState
from tests.kit.party import House, Party, until
from tests.kit.switchboard import Switchboard

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from sip.session.session import Session

NAMES = ("bob", "carol", "dave")
LIVE = (SessionState.CONFIRMED, SessionState.ANSWERED)


class Storm:
    """Four parties that do what chance says."""

    def __init__(self, board: Switchboard, alice: Party, seed: int) -> None:
        self.board, self.alice = board, alice
        self.parties = [alice, *board.parties.values()]
        self.sessions: list[tuple[Party, Session]] = []
        self.chance = random.Random(seed)
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
        deeds: list[Callable[[], None]] = [
            *(self.call, self.answer, self.answer, self.answer, self.refuse, self.ring, self.hang_up),
            *(self.blind, self.blind, self.attended, self.attended, self.take, self.hold),
        ]
        self.call()
        for _ in range(steps):
            self.chance.choice(deeds)()
            if self.chance.random() < 0.7:
                await asyncio.sleep(self.chance.choice((0.0, 0.002, 0.01)))
        while any(
            session.state not in (SessionState.ENDED, SessionState.ENDING) for _, session in self.sessions
        ):
            for party, session in self.sessions:
                party.hang_up(session)
            await asyncio.sleep(0.02)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with House(ports=200) as made:
        yield made


@pytest.mark.parametrize("seed", range(5))
async def test_nothing_stays_up_whatever_parties_do(house: House, seed: int) -> None:
    async with Party() as alice, Party() as bob, Party() as carol, Party() as dave:
        board = Switchboard(house, bob=bob, carol=carol, dave=dave)
        storm = Storm(board, alice, seed)
        await storm.blow(60)
        await board.over()
        contacts = {row.contact for row in house.rows}
        for contact in contacts:
            kinds = [row.kind for row in house.rows if row.contact == contact]
            assert kinds.count("leg.invited") == kinds.count("leg.ended")
        for party in storm.parties:
            await until(lambda party=party: party.stack.counters()["sessions"] == 0)  # type: ignore[misc]
