"""What agents do in conversations: keys on the wire, acts asked from outside; who hears whom is told by tones."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from calls import acts, calling, in_call_keys
from calls.acts import ActAsked, ActRefused
from calls.destination import Echo, Hangup, Menu, Queue
from sip.events import SessionCancelled, SessionEnded
from tests.kit.act_rules import RINGING, ActRules
from tests.kit.party import MUSIC, House, Party, until
from tests.kit.switchboard import Switchboard
from tests.kit.tone import hears, tone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from calls.acts import Act
    from calls.leg import Leg
    from sip.session.session import Session

VOICES = {
    "alice": frozenset({440}),
    "bob": frozenset({1100}),
    "carol": frozenset({1700}),
    "dave": frozenset({2300}),
}
TALKING = {"alice": {"bob"}, "bob": {"alice"}}


class Scene:
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

    async def key(self, keys: str, name: str = "bob") -> None:
        """Press keys, each heard before the next."""
        leg = self.leg(name)
        before = leg.stream.port.counters().digits_in
        for number, key in enumerate(keys, 1):
            self.party(name).far.press(key)
            due = before + number
            await until(lambda due=due: leg.has_ended or leg.stream.port.counters().digits_in >= due)  # type: ignore[misc]

    async def ask(self, act: Act) -> None:
        """The same from outside. Raises ActRefused."""
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.board.contacts[0].inbox.post(ActAsked(act, "boss", answer))
        await asyncio.wait_for(answer, 5)

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


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with House(ports=60) as house, Party() as alice, Party() as bob, Party() as carol, Party() as dave:
        board = Switchboard(house, bob=bob, carol=carol, dave=dave)
        rules = board.rules = ActRules(house, "bob", "carol", "dave")
        made = Scene(board, rules, alice)
        await made.begin()
        yield made


# --- transfers ---------------------------------------------------------------------------------------------------


async def test_an_agent_sends_the_caller_on_by_keys(scene: Scene) -> None:
    await scene.key("*307#")
    await scene.told("act.refused")  # nobody has that number
    scene.board.parties["77"] = scene.party("carol")
    scene.board.addresses["77"] = scene.party("carol").uri
    await scene.key("*3077#")
    carols = await scene.board.rings("77")
    await scene.settles(alice={"music"}, bob={"ringing"})
    scene.party("carol").answer(carols)
    scene.party("carol").face(carols.offer)
    await scene.gone("bob")
    scene.sessions["carol"] = carols
    await scene.settles(alice={"carol"}, carol={"alice"})
    assert scene.house.row("transfer.completed").data["to"] == "extension 77"
    await scene.over()


@pytest.mark.parametrize("status", [486, 491, 603, 404, 500])
async def test_a_target_that_refuses_gives_the_caller_back(scene: Scene, status: int) -> None:
    await scene.ask(acts.TransferTo("carol"))
    scene.party("carol").refuse(await scene.rings("carol"), status)
    await scene.told("transfer.failed")
    await scene.settles(**TALKING)
    assert scene.rules.said[-1] == "agent_not_answered"
    await scene.over()


async def test_a_target_that_does_not_answer_gives_the_caller_back(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "RING_TIMEOUT", 0.2)
    await scene.ask(acts.TransferTo("carol"))
    await scene.rings("carol")
    await scene.party("carol").hears(SessionCancelled)
    await scene.settles(**TALKING)
    await scene.over()


async def test_a_transfer_can_be_broken_off(scene: Scene) -> None:
    await scene.ask(acts.TransferTo("carol"))
    await scene.rings("carol")
    await scene.key("*35")
    await scene.party("carol").hears(SessionCancelled)
    await scene.settles(**TALKING)
    await scene.over()


@pytest.mark.parametrize("destination", [Menu("shop"), Queue("sales"), Echo()])
async def test_what_answers_at_once_takes_the_caller(scene: Scene, destination: Menu | Queue | Echo) -> None:
    scene.board.elsewhere["900"] = destination
    await scene.key("*30900#")
    await scene.gone("bob")
    found = await asyncio.wait_for(scene.board.tasks[0], 5)
    assert found == destination
    await scene.over()


async def test_the_agent_who_sends_a_caller_to_a_queue_is_not_asked_again(scene: Scene) -> None:
    scene.board.elsewhere["900"] = Queue("sales", priority=3)
    scene.board.contacts[0].legs[1].agent = "bob"
    await scene.ask(acts.TransferTo("900"))
    assert await asyncio.wait_for(scene.board.tasks[0], 5) == Queue("sales", priority=3, avoid=("bob",))
    await scene.over()


@pytest.mark.parametrize(("destination", "status"), [(403, 403), (404, 404), (Hangup(), 404), (Echo(), 404)])
async def test_whom_the_agent_may_not_dial_is_not_consulted(
    scene: Scene, destination: int | Hangup | Echo, status: int
) -> None:
    scene.board.elsewhere["900"] = destination
    with pytest.raises(ActRefused) as refused:
        await scene.ask(acts.Consult("900"))
    assert refused.value.status == status
    await scene.settles(**TALKING)
    await scene.over()


# --- consultations -----------------------------------------------------------------------------------------------


async def test_a_warm_hand_over_by_keys(scene: Scene) -> None:
    """The caller waits, the two talk aside, then the agent leaves."""
    scene.board.addresses["77"] = scene.party("carol").uri
    scene.board.parties["77"] = scene.party("carol")
    contact = scene.board.contacts[0]
    contact.attributes["order"] = "17"
    await scene.key("*3177#")
    scene.sessions["carol"] = await scene.board.rings("77")
    await scene.settles(alice={"music"}, bob={"ringing"})
    scene.party("carol").answer(scene.sessions["carol"])
    scene.party("carol").face(scene.sessions["carol"].offer)
    await scene.told("consult.answered")
    await scene.settles(alice={"music"}, bob={"carol"}, carol={"bob"})
    await scene.key("*33")
    await scene.settles(alice={"bob"}, bob={"alice"}, carol={"music"})
    await scene.key("*33")
    await scene.settles(alice={"music"}, bob={"carol"}, carol={"bob"})
    await scene.key("*32")
    await scene.gone("bob")
    await scene.settles(alice={"carol"}, carol={"alice"})
    assert contact.attributes == {"order": "17"}
    await scene.over()


@pytest.mark.parametrize("way", ["keys", "ask"])
async def test_a_consultation_is_cancelled(scene: Scene, way: str) -> None:
    await scene.consulting()
    if way == "keys":
        await scene.key("*35")
    else:
        await scene.ask(acts.Cancel())
    await scene.gone("carol")
    await scene.settles(**TALKING)
    await scene.over()


@pytest.mark.parametrize("status", [486, 491, 603])
async def test_whom_the_agent_wants_to_consult_refuses(scene: Scene, status: int) -> None:
    await scene.ask(acts.Consult("carol"))
    scene.party("carol").refuse(await scene.rings("carol"), status)
    await scene.told("consult.ended")
    await scene.settles(**TALKING)
    assert scene.house.row("consult.failed").data["status"] == status
    assert scene.rules.said[-1] == "agent_not_answered"
    await scene.over()


async def test_who_is_consulted_and_hangs_up_leaves_the_two_together(scene: Scene) -> None:
    await scene.consulting()
    scene.hang_up("carol")
    await scene.told("consult.ended")
    await scene.settles(**TALKING)
    await scene.over()


async def test_an_agent_who_leaves_while_it_rings_has_handed_over(scene: Scene) -> None:
    await scene.ask(acts.Consult("carol"))
    carols = await scene.rings("carol")
    await scene.key("*32")
    await scene.gone("bob")
    scene.party("carol").answer(carols)
    scene.party("carol").face(carols.offer)
    await scene.settles(alice={"carol"}, carol={"alice"})
    await scene.over()


@pytest.mark.parametrize("toggles", [0, 1])
async def test_an_agent_whose_phone_dies_leaves_caller_and_consulted_together(
    scene: Scene, toggles: int
) -> None:
    await scene.consulting()
    for _ in range(toggles):
        await scene.ask(acts.Toggle())
    scene.hang_up("bob")
    await scene.told("transfer.completed")
    await scene.settles(alice={"carol"}, carol={"alice"})
    await scene.over()


async def test_a_caller_without_agent_and_consulted_party_is_stranded(scene: Scene) -> None:
    await scene.ask(acts.Consult("carol"))
    carols = await scene.rings("carol")
    scene.hang_up("bob")
    await until(lambda: scene.board.contacts[0].legs[1].has_ended)
    scene.party("carol").refuse(carols, 486)
    await scene.gone("alice")
    assert scene.board.contacts[0].outcome == "transfer_failed"
    await scene.over()


async def test_a_caller_who_hangs_up_while_it_rings_ends_all(scene: Scene) -> None:
    await scene.ask(acts.Consult("carol"))
    await scene.rings("carol")
    scene.hang_up("alice")
    await scene.party("carol").hears(SessionCancelled)
    await scene.gone("bob")
    await scene.over()


async def test_two_who_consult_finish_what_they_say_when_the_caller_goes(scene: Scene) -> None:
    await scene.consulting()
    scene.hang_up("alice")
    await scene.told("consult.ended")
    await scene.settles(bob={"carol"}, carol={"bob"})
    scene.hang_up("carol")
    await scene.gone("bob")
    await scene.over()


@pytest.mark.parametrize("first", ["alice", "bob", "carol"])
async def test_all_hanging_up_at_once_leave_nothing(scene: Scene, first: str) -> None:
    await scene.consulting()
    for name in (first, *(each for each in ("alice", "bob", "carol") if each != first)):
        scene.hang_up(name)
    await scene.over()


async def test_supervisors_are_called_one_after_the_other(scene: Scene) -> None:
    scene.rules.helpers = ["nobody", "carol", "dave"]
    await scene.key("*39")
    scene.party("carol").refuse(await scene.rings("carol"), 486)
    await scene.answers("dave")
    await scene.told("consult.answered")
    await scene.settles(alice={"music"}, bob={"dave"}, dave={"bob"})
    await scene.over()


async def test_an_agent_without_supervisor_is_told_so(scene: Scene) -> None:
    await scene.key("*39")
    await scene.told("act.refused")
    assert scene.rules.said[-1] == "agent_not_possible"
    await scene.over()


# --- conferences -------------------------------------------------------------------------------------------------


async def test_in_a_conference_each_hears_the_two_others(scene: Scene) -> None:
    await scene.conferring()
    await scene.settles(alice={"bob", "carol"}, bob={"alice", "carol"}, carol={"alice", "bob"})
    await scene.over()


@pytest.mark.parametrize(
    ("gone", "left"), [("alice", ("bob", "carol")), ("bob", ("alice", "carol")), ("carol", ("alice", "bob"))]
)
async def test_each_may_leave_a_conference(scene: Scene, gone: str, left: tuple[str, str]) -> None:
    await scene.conferring()
    scene.hang_up(gone)
    await scene.told("conference.ended")
    one, other = left
    await scene.settles(**{one: {other}, other: {one}})
    scene.hang_up(one)
    await scene.gone(other)
    await scene.over()


async def test_an_agent_leaves_a_conference_by_keys(scene: Scene) -> None:
    await scene.conferring()
    await scene.key("*32")
    await scene.gone("bob")
    await scene.settles(alice={"carol"}, carol={"alice"})
    await scene.over()


async def test_a_fourth_comes_into_a_conference(scene: Scene) -> None:
    await scene.conferring()
    await scene.consulting("dave")
    await scene.settles(alice={"carol"}, carol={"alice"}, bob={"dave"}, dave={"bob"})
    await scene.ask(acts.Conference())
    everybody = set(VOICES)
    await scene.settles(**{name: everybody - {name} for name in everybody})
    scene.hang_up("alice")
    await scene.told("conference.left")
    await scene.settles(bob={"carol", "dave"}, carol={"bob", "dave"}, dave={"bob", "carol"})
    await scene.over()


async def test_who_holds_in_a_conference_hears_nobody_and_the_others_go_on(scene: Scene) -> None:
    await scene.conferring()
    await scene.key("*36")
    await scene.settles(alice={"carol"}, carol={"alice"}, bob=set())
    await scene.key("*37")
    await scene.settles(alice={"bob", "carol"}, bob={"alice", "carol"}, carol={"alice", "bob"})
    await scene.over()


async def test_music_of_a_phone_that_holds_is_not_heard_in_a_conference(scene: Scene) -> None:
    await scene.conferring()
    bob = scene.party("bob")
    bob.say(lambda now: bob.stack.reinvite(scene.sessions["bob"], bob.body("sendonly"), now=now))
    await scene.told("leg.held")
    await scene.settles(alice={"carol"}, carol={"alice"})
    bob.say(lambda now: bob.stack.reinvite(scene.sessions["bob"], bob.body(), now=now))
    await scene.told("leg.resumed")
    await scene.settles(alice={"bob", "carol"}, bob={"alice", "carol"}, carol={"alice", "bob"})
    await scene.over()


# --- hold, keys, the rest ----------------------------------------------------------------------------------------


async def test_a_hold_by_keys(scene: Scene) -> None:
    await scene.key("*36")
    await scene.told("hold.began")
    await scene.settles(alice={"music"}, bob=set())
    with pytest.raises(ActRefused):
        await scene.ask(acts.Hold())
    await scene.key("*37")
    await scene.settles(**TALKING)
    with pytest.raises(ActRefused):
        await scene.ask(acts.Resume())
    await scene.over()


async def test_a_caller_on_hold_can_be_handed_over(scene: Scene) -> None:
    await scene.ask(acts.Hold())
    await scene.consulting()
    await scene.ask(acts.Complete())
    await scene.settles(alice={"carol"}, carol={"alice"})
    await scene.over()


@pytest.mark.parametrize("name", ["alice", "bob"])
async def test_a_call_may_end_in_a_hold(scene: Scene, name: str) -> None:
    await scene.ask(acts.Hold())
    scene.hang_up(name)
    await scene.gone("bob" if name == "alice" else "alice")
    await scene.over()


async def test_a_callers_keys_are_never_codes(scene: Scene) -> None:
    await scene.key("*36", "alice")
    await scene.key("1", "bob")
    assert "hold.began" not in scene.house.kinds()
    await scene.settles(**TALKING)
    await scene.over()


async def test_nothing_of_a_code_but_its_star_reaches_the_caller(scene: Scene) -> None:
    alice = scene.party("alice").far
    await scene.key("*36")
    await scene.told("hold.began")
    events = {each.payload[0] for each in alice.hear(60, patience=0.3) if each.payload_type == 101}
    assert events <= {10}, "a star is event 10"
    await scene.over()


async def test_keys_that_are_no_code_reach_the_far_end(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_call_keys, "GAP", 0.3)
    alice = scene.party("alice").far
    await scene.key("*9")
    heard = await asyncio.to_thread(alice.hear, 60, patience=1.5)
    assert 9 in {each.payload[0] for each in heard if each.payload_type == 101}
    await scene.settles(**TALKING)
    await scene.over()


async def test_the_agent_ends_the_call_by_keys(scene: Scene) -> None:
    await scene.consulting()
    await scene.key("*43")
    await scene.gone("alice", "bob", "carol")
    await scene.over()


@pytest.mark.parametrize(
    "act",
    [acts.Complete(), acts.Toggle(), acts.Conference(), acts.Cancel(), acts.Resume(), acts.HandBack()],
)
async def test_an_act_that_fits_nothing_is_refused_and_changes_nothing(scene: Scene, act: Act) -> None:
    with pytest.raises(ActRefused) as refused:
        await scene.ask(act)
    assert refused.value.status == 491
    await scene.settles(**TALKING)
    await scene.over()


async def test_one_thing_at_a_time(scene: Scene) -> None:
    await scene.consulting()
    for act in (acts.Consult("dave"), acts.TransferTo("dave"), acts.Hold(), acts.CallSupervisor()):
        with pytest.raises(ActRefused):
            await scene.ask(act)
    scene.party("bob").transfer(scene.sessions["bob"], scene.board.at("dave"))
    assert await scene.party("bob").outcome() == 491
    await scene.settles(alice={"music"}, bob={"carol"}, carol={"bob"})
    await scene.over()
