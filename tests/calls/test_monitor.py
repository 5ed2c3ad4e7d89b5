"""A supervisor in a conversation of others: who hears whom is told by tones, who may is told by the answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from calls import secure_span
from calls.monitor import conversation
from centralita.agents.monitoring import Monitoring
from routing.feature_codes import find
from routing.settings import AgentSettings, RoutingConfig, SupervisorSettings
from sip.events import SessionAnswered, SessionEnded, SessionRefused
from tests.kit.party import House, Party, until
from tests.kit.switchboard import Switchboard
from tests.kit.tone import hears, tone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from calls.contact import Contact
    from sip.session.session import Session

ALICE, BOB, SUE = frozenset({440}), frozenset({1100}), frozenset({1700})
AGENT = "1001"
ROUTING = RoutingConfig(
    agents={
        "bob": AgentSettings("bob", account=AGENT, queues=("sales",)),
        "dave": AgentSettings("dave", account="1002", queues=("repairs",)),
    },
    supervisors={"9001": SupervisorSettings("9001", ("sales",))},
)


def drain(party: Party) -> None:
    """Forget what has come and was not listened to."""
    while not party.far.hears_nothing(seconds=0.0):
        party.far.hear(1)


class Scene:
    """Alice has called Bob, an agent, and they talk; Sue has a phone whose account a test chooses."""

    def __init__(self, house: House, alice: Party, bob: Party, sue: Party, carol: Party) -> None:
        self.house, self.alice, self.bob, self.sue, self.carol = house, alice, bob, sue, carol
        self.board = Switchboard(house, **{AGENT: bob, "1002": carol})
        self.account = "9001"
        self.monitoring = Monitoring(house.exchange.phone_calls, lambda: ROUTING)
        self.serve = house.on_arrival
        house.on_arrival = self._arrive
        self.tasks: list[asyncio.Task[None]] = []
        self.supervising: list[Contact] = []

    def _arrive(self, contact: Contact) -> None:
        code = find(contact.dnis)
        if code is None:
            self.serve(contact)
            return
        contact.account = self.account
        self.supervising.append(contact)
        self.tasks.append(asyncio.get_running_loop().create_task(self.monitoring.serve(contact, code)))

    async def begin(self) -> None:
        self.hers, self.his = await self.board.call(self.alice, AGENT)

    def dial(self, code: str) -> Session:
        return self.sue.call(self.house, self.sue.body(), user=code)

    async def monitors(self, code: str) -> Session:
        session = self.dial(code)
        self.sue.face((await self.sue.hears(SessionAnswered)).description)
        await until(lambda: "monitor.began" in self.house.kinds())
        return session

    async def press(self, key: str) -> None:
        changes = self.house.kinds().count("monitor.changed")
        self.sue.far.press(key)
        await until(lambda: self.house.kinds().count("monitor.changed") > changes)

    async def sounds(self) -> dict[str, frozenset[str]]:
        """All talk for a second: who hears whom."""
        everybody = {"alice": (self.alice, ALICE), "bob": (self.bob, BOB), "sue": (self.sue, SUE)}

        async def one(party: Party, voice: frozenset[int]) -> bytes:
            drain(party)
            listening = asyncio.create_task(asyncio.to_thread(party.far.hear_sound, 45))
            await asyncio.to_thread(party.far.say, tone(voice, 1.4))
            return await listening

        heard = await asyncio.gather(*(one(party, voice) for party, voice in everybody.values()))
        return {
            name: frozenset(other for other, (_, voice) in everybody.items() if hears(sound, voice))
            for name, sound in zip(everybody, heard, strict=True)
        }

    async def settles(self, **expected: set[str]) -> None:
        """Talk until each hears these and nobody else: a change takes a moment, on a busy machine a long one."""
        heard: dict[str, frozenset[str]] = {}
        for _ in range(6):
            heard = await self.sounds()
            if heard == expected:
                return
        assert heard == expected

    async def over(self, supervisors: Session) -> None:
        self.sue.hang_up(supervisors)
        self.alice.hang_up(self.hers)
        await self.board.over()
        await asyncio.gather(*self.tasks)

    def modes(self) -> list[object]:
        return [row.data["mode"] for row in self.house.rows if row.kind.startswith("monitor.")]


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with House() as house, Party() as alice, Party() as bob, Party() as sue, Party() as carol:
        made = Scene(house, alice, bob, sue, carol)
        await made.begin()
        yield made


async def test_each_mode_lets_each_hear_whom_it_should(scene: Scene) -> None:
    session = await scene.monitors("*20" + AGENT)
    await scene.settles(alice={"bob"}, bob={"alice"}, sue={"alice", "bob"})
    await scene.press("5")
    await scene.settles(alice={"bob"}, bob={"alice", "sue"}, sue={"alice", "bob"})
    await scene.press("6")
    await scene.settles(alice={"bob", "sue"}, bob={"alice", "sue"}, sue={"alice", "bob"})
    await scene.press("4")
    scene.sue.hang_up(session)
    await until(lambda: "monitor.ended" in scene.house.kinds())
    await scene.board.talk(scene.alice, scene.bob)
    assert scene.modes() == ["listen", "whisper", "barge", "listen", "listen"]
    began = scene.house.row("monitor.began")
    assert (began.contact, began.data["by"]) == (scene.board.contacts[0].id, "9001")
    await scene.over(session)


@pytest.mark.parametrize(
    ("account", "code", "status"),
    [
        ("1001", "*201001", 403),  # an agent, and his own call
        ("1002", "*211001", 403),  # another agent
        ("", "*221001", 403),  # a stranger
        ("9001", "*201002", 403),  # an agent of a queue that is not hers
        ("9001", "*20", 403),
        ("9001", "*209999", 403),
    ],
)
async def test_whoever_may_not_is_refused(scene: Scene, account: str, code: str, status: int) -> None:
    scene.account = account
    session = scene.dial(code)
    assert (await scene.sue.hears(SessionRefused)).status == status
    assert "monitor.began" not in scene.house.kinds()
    await scene.over(session)


async def test_an_agent_who_talks_with_nobody_cannot_be_listened_to(scene: Scene) -> None:
    scene.alice.hang_up(scene.hers)
    await until(lambda: "bridge.ended" in scene.house.kinds())
    session = scene.dial("*20" + AGENT)
    assert (await scene.sue.hears(SessionRefused)).status == 480
    await scene.over(session)


async def test_who_monitors_is_let_go_with_the_conversation(scene: Scene) -> None:
    session = await scene.monitors("*22" + AGENT)
    scene.alice.hang_up(scene.hers)
    assert (await scene.sue.hears(SessionEnded)).by == "remote"
    assert scene.modes() == ["barge", "barge"]
    await scene.over(session)


async def test_it_is_over_when_the_agent_leaves_the_conversation(scene: Scene) -> None:
    session = await scene.monitors("*20" + AGENT)
    scene.bob.transfer(scene.his, scene.board.at("1002"))
    await scene.board.answered("1002")
    assert (await scene.sue.hears(SessionEnded)).by == "remote"
    assert scene.house.kinds().count("monitor.ended") == 1
    await scene.board.talk(scene.alice, scene.carol)
    await scene.over(session)


async def test_a_party_in_a_secure_span_is_heard_by_nobody_who_monitors(scene: Scene) -> None:
    session = await scene.monitors("*22" + AGENT)
    found = conversation(scene.house.exchange.phone_calls.legs(AGENT))
    assert found is not None
    talk, agent = found
    secure_span.begin(talk.other(agent), talk.parties)
    await scene.settles(alice={"bob", "sue"}, bob={"sue"}, sue={"bob"})
    secure_span.end(talk.other(agent), talk.parties)
    assert scene.house.row("secure.began").leg == scene.house.row("secure.ended").leg
    await scene.settles(alice={"bob", "sue"}, bob={"alice", "sue"}, sue={"alice", "bob"})
    await scene.over(session)


@pytest.mark.parametrize("way", ["key", "code"])
async def test_a_supervisor_takes_the_call_over(scene: Scene, way: str) -> None:
    session = await scene.monitors("*20" + AGENT) if way == "key" else scene.dial("*23" + AGENT)
    if way == "key":
        scene.sue.far.press("7")
    else:
        scene.sue.face((await scene.sue.hears(SessionAnswered)).description)
    await scene.bob.hears(SessionEnded)
    await scene.board.talk(scene.alice, scene.sue)
    took, ended = scene.house.row("monitor.took_over"), scene.house.row("monitor.ended")
    assert (took.data["by"], took.contact) == ("9001", scene.board.contacts[0].id)
    assert ended.data["seconds"] >= 0  # type: ignore[operator]
    await asyncio.gather(*scene.tasks)
    scene.alice.hang_up(scene.hers)
    await scene.sue.hears(SessionEnded)
    await scene.over(session)


async def test_nothing_is_taken_over_while_something_else_goes_on(scene: Scene) -> None:
    session = await scene.monitors("*20" + AGENT)
    scene.bob.transfer(scene.his, scene.board.at("1002"))
    carols = await scene.board.rings("1002")
    sues = next(leg for leg in scene.supervising[-1].legs if not leg.has_ended)
    scene.sue.far.press("7")
    await until(lambda: sues.stream.port.counters().digits_in == 1)
    scene.carol.refuse(carols, 486)
    await scene.settles(alice={"bob"}, bob={"alice"}, sue={"alice", "bob"})
    assert "monitor.took_over" not in scene.house.kinds()
    await scene.over(session)
