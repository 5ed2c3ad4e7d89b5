"""A conversation in which an agent acts: who keys what, who hears whom, and what is left of it in the end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from calls import acts
from calls.acts import ActAsked
from sip.events import SessionEnded
from tests.kit.act_rules import RINGING, ActRules
from tests.kit.party import MUSIC, PATIENCE, Party, until
from tests.kit.tone import hears, tone

if TYPE_CHECKING:
    from calls.acts import Act
    from calls.leg import Leg
    from sip.session.session import Session
    from tests.kit.switchboard import Switchboard

VOICES = {
    "alice": frozenset({440}),
    "bob": frozenset({1100}),
    "carol": frozenset({1700}),
    "dave": frozenset({2300}),
}


class Handled:
    """Alice has called Bob, an agent, and they talk; Carol and Dave are there."""

    def __init__(self, board: Switchboard, rules: ActRules, alice: Party) -> None:
        self.board, self.rules, self.house = board, rules, board.house
        self.people = {"alice": alice, **board.parties}
        self.sessions: dict[str, Session] = {}

    def party(self, name: str) -> Party:
        return self.people[name]

    async def begin(self) -> None:
        alice = self.people["alice"]
        self.sessions["alice"], self.sessions["bob"] = await self.board.call(alice, "bob")

    def leg(self, name: str) -> Leg:
        contact = self.board.contacts[0]
        if name == "alice":
            assert contact.caller is not None
            return contact.caller
        return next(leg for leg in contact.legs if leg.number == name)

    async def key(self, keys: str, name: str = "bob", *, pace: float = 0.0) -> None:
        """Press keys, each heard before the next, and no faster than `pace` seconds: fingers take a tenth at least."""
        leg = self.leg(name)
        before = leg.stream.port.counters().digits_in
        for number, key in enumerate(keys, 1):
            self.party(name).far.press(key)
            due = before + number
            await until(lambda due=due: leg.has_ended or leg.stream.port.counters().digits_in >= due)  # type: ignore[misc]
            await asyncio.sleep(pace)

    async def ask(self, act: Act) -> None:
        """The same from outside. Raises ActRefused."""
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.board.contacts[0].inbox.post(ActAsked(act, "boss", answer))
        await asyncio.wait_for(answer, PATIENCE)

    async def rings(self, name: str) -> Session:
        self.sessions[name] = await self.board.rings(name)
        return self.sessions[name]

    async def answers(self, name: str) -> None:
        self.sessions[name] = await self.board.answered(name)

    async def consulting(self, name: str = "carol") -> None:
        """Bob talks with another, Alice waits."""
        await self.ask(acts.Consult(name))
        await self.answers(name)
        await self.told("consult.answered")

    async def conferring(self) -> None:
        await self.consulting()
        await self.ask(acts.Conference())

    def hang_up(self, name: str) -> None:
        self.party(name).hang_up(self.sessions[name])

    async def told(self, kind: str, count: int = 1) -> None:
        await until(lambda: self.house.kinds().count(kind) >= count, f"no {kind} in {self.house.kinds()}")

    async def gone(self, *names: str) -> None:
        for name in names:
            await self.party(name).hears(SessionEnded)

    async def settles(self, **expected: set[str]) -> None:
        """All named talk until each hears these and nobody else; `music` and `ringing` are voices too."""
        voices = VOICES | {"music": MUSIC, "ringing": RINGING}
        heard: dict[str, set[str]] = {}
        for _ in range(6):
            heard = await self._sounds(voices, expected)
            if heard == expected:
                return
        assert heard == expected

    async def _sounds(
        self, voices: dict[str, frozenset[int]], names: dict[str, set[str]]
    ) -> dict[str, set[str]]:
        async def one(name: str) -> bytes:
            far = self.party(name).far
            while not far.hears_nothing(seconds=0.0):
                far.hear(1)
            listening = asyncio.create_task(asyncio.to_thread(far.hear_sound, 40))
            await asyncio.to_thread(far.say, tone(VOICES[name], 1.2))
            return await listening

        sounds = await asyncio.gather(*(one(name) for name in names))
        return {
            name: {voice for voice, tones in voices.items() if voice != name and hears(sound, tones)}
            for name, sound in zip(names, sounds, strict=True)
        }

    async def over(self) -> None:
        for name, session in self.sessions.items():
            self.party(name).hang_up(session)
        await self.board.over()
        kinds = self.house.kinds()
        for what in ("hold", "consult", "capture"):
            began = "requested" if what == "consult" else "began"
            assert kinds.count(f"{what}.{began}") == kinds.count(f"{what}.ended"), what
