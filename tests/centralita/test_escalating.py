"""Escalation ladders: rung by rung until somebody answers, and never a caller who is dropped."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from base.document import load
from calls.destination import Escalation, Extension, Hangup, Menu, Queue
from centralita.configuration import check_configuration
from centralita.queues.escalating import ATTRIBUTE, EscalationApplication
from ivr.branch import Branch
from routing.clients import Client
from routing.escalation import Rung, ladder
from sip.events import InviteReceived, SessionAnswered, SessionCancelled, SessionEnded
from tests.kit.party import MUSIC, House, Party, until
from tests.kit.switchboard import Switchboard
from tests.kit.tone import hears

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from base.document import Fault
    from calls.contact import Contact
    from calls.destination import Destination
    from sip.session.session import Session

LAST = Queue("help", 10)
ROOT = Path(__file__).resolve().parents[2]


class Scene:
    """Alice calls and is escalated; Bob and Carol stand on the rungs, then comes a queue."""

    def __init__(self, house: House, alice: Party, **parties: Party) -> None:
        self.house, self.alice = house, alice
        self.board = Switchboard(house, **parties)
        self.rungs: list[Rung] = [Rung(Extension(name), 0.4) for name in parties]
        self.rungs.append(Rung(LAST, 0.0))
        self.application = EscalationApplication(
            house.exchange,
            self.board,
            lambda client, kind: tuple(self.rungs) if kind == "fraud" else (),
            house.music,
            lambda prompt, language: (),
            lambda contact, kind: f"Banco Sol {kind}",
        )
        self.contacts: list[Contact] = []
        self.tasks: list[asyncio.Task[Destination | None]] = []
        house.on_arrival = self._arrive
        self.kind = "fraud"

    def _arrive(self, contact: Contact) -> None:
        self.contacts.append(contact)
        self.tasks.append(asyncio.get_running_loop().create_task(self._serve(contact)))

    async def _serve(self, contact: Contact) -> Destination | None:
        found: Destination | None = Escalation(self.kind)
        while isinstance(found, Escalation):
            found = await self.application.serve(contact, found)
        return found

    async def call(self) -> Session:
        session = self.alice.call(self.house, self.alice.body())
        self.alice.face((await self.alice.hears(SessionAnswered)).description)
        return session

    def told(self) -> list[str]:
        return [
            row.kind.removeprefix("escalation.") for row in self.house.rows if row.kind.startswith("escal")
        ]


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with House() as house, Party() as alice, Party() as bob, Party() as carol:
        yield Scene(house, alice, bob=bob, carol=carol)


async def test_the_first_who_answers_talks_with_the_caller(scene: Scene) -> None:
    scene.rungs[0] = Rung(Extension("bob"), 5.0)
    hers = await scene.call()
    his = await scene.board.rings("bob")
    assert his.request.from_.display == "Banco Sol fraud Bob"
    assert hears(await scene.alice.listens(), MUSIC)
    scene.board.parties["bob"].answer(his)
    scene.board.parties["bob"].face(his.offer)
    await until(lambda: "bridge.began" in scene.house.kinds())
    await scene.board.talk(scene.alice, scene.board.parties["bob"])
    assert scene.contacts[0].attributes[ATTRIBUTE] == "fraud"
    scene.alice.hang_up(hers)
    await scene.board.parties["bob"].hears(SessionEnded)
    assert await scene.tasks[0] is None
    assert scene.told() == ["began", "rung", "served"]
    await scene.house.over()


async def test_each_rung_rings_for_its_time_and_the_last_takes_the_caller_in(scene: Scene) -> None:
    hers = await scene.call()
    for name in ("bob", "carol"):
        await scene.board.rings(name)
        await scene.board.parties[name].hears(SessionCancelled)
    assert await scene.tasks[0] == LAST
    assert scene.told() == ["began", "rung", "unanswered", "rung", "unanswered", "rung"]
    scene.alice.hang_up(hers)
    await scene.house.over()


@pytest.mark.parametrize("status", [486, 603, 404, 480, 500])
async def test_whoever_refuses_is_passed_over(scene: Scene, status: int) -> None:
    hers = await scene.call()
    bob = scene.board.parties["bob"]
    bob.refuse((await bob.hears(InviteReceived)).session, status)
    his = await scene.board.rings("carol")
    scene.board.parties["carol"].answer(his)
    await until(lambda: "bridge.began" in scene.house.kinds())
    scene.alice.hang_up(hers)
    await scene.tasks[0]
    await scene.house.over()


async def test_a_phone_that_is_not_there_is_passed_over(scene: Scene) -> None:
    scene.rungs[0] = Rung(Extension("nobody"), 5.0)
    hers = await scene.call()
    await scene.board.rings("carol")
    scene.alice.hang_up(hers)
    await scene.board.parties["carol"].hears(SessionCancelled)
    assert await scene.tasks[0] is None
    await scene.house.over()


async def test_a_ladder_that_a_reload_cut_short_still_ends_well(scene: Scene) -> None:
    hers = await scene.call()
    await scene.board.rings("bob")
    scene.rungs[:] = [Rung(LAST, 0.0)]
    assert await scene.tasks[0] == LAST
    scene.alice.hang_up(hers)
    await scene.house.over()


async def test_a_ladder_that_is_none_ends_the_call_and_says_so(scene: Scene) -> None:
    scene.kind = "other"
    hers = await scene.call()
    assert isinstance(await scene.tasks[0], Hangup)
    assert scene.told() == ["began", "failed"]
    scene.alice.hang_up(hers)
    await scene.house.over()


def read(folder: Path, ladder_of: str) -> tuple[Client | None, list[str]]:
    path = folder / "acme.yaml"
    path.write_text(f"schema: client/1\nname: Acme\nescalation:\n{ladder_of}", encoding="utf-8")
    faults: list[Fault] = []
    found, _ = load(Client, path, faults)
    return found, [str(each).rpartition("/")[2] for each in faults]


def test_ladders_are_read_in_their_order(tmp_path: Path) -> None:
    found, faults = read(
        tmp_path,
        '  fraud:\n    - {extension: "1009", rings: 15s}\n    - {agent: ana}\n    - {menu: vm, step: note}\n',
    )
    assert faults == []
    assert found is not None
    assert ladder(found.escalation["fraud"]) == (
        Rung(Extension("1009"), 15.0),
        Rung(ladder(found.escalation["fraud"])[1].destination, 20.0),
        Rung(Menu("vm", "note"), 20.0),
    )


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (
            "  fraud:\n    - {agent: ana}\n",
            "the last rung is where callers wait when nobody answers: queue, menu",
        ),
        ("  fraud:\n    - {queue: a}\n    - {queue: b}\n", "rung 1 is somebody to be called"),
        ("  fraud: []\n", "escalation.fraud"),
        ("  fraud:\n    - {echo: true}\n", "the last rung is"),
        ("  fraud:\n    - {escalate: fraud}\n", "the last rung is"),
        ("  fraud:\n    - {queue: a, rings: 0s}\n", "rings"),
        ("  Fraud!:\n    - {queue: a}\n", "Fraud!"),
    ],
)
def test_a_ladder_on_which_callers_would_fall_is_refused(tmp_path: Path, written: str, says: str) -> None:
    found, faults = read(tmp_path, written)
    assert found is None
    assert any(says in each for each in faults), faults


LADDER = """
escalation:
  fraud:
    - {extension: "1099"}
    - {agent: nobody}
    - {menu: banco_sol}
"""


def test_rungs_and_ladders_that_are_none_are_faults(tmp_path: Path) -> None:
    for folder in ("config", "sip_profiles", "prompts"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    client = tmp_path / "config" / "clients" / "banco_sol.yaml"
    client.write_text(client.read_text(encoding="utf-8") + LADDER, encoding="utf-8")
    numbers = tmp_path / "config" / "numbers.yaml"
    wrong = '  - {number: "8001", client: banco_sol, escalate: frod}'
    right = '  - {number: "8002", client: banco_sol, escalate: fraud}'
    more = f"\n{wrong}\n{right}\n"
    text = numbers.read_text(encoding="utf-8")
    numbers.write_text(text.replace("numbers:", "numbers:" + more, 1), encoding="utf-8")
    found, faults = check_configuration(tmp_path / "config")
    assert found is None
    said = [each.what for each in faults if not each.is_warning]
    assert sorted(said) == [
        'no agent is called "nobody"',
        'no extension is called "1099"',
        "this leads to the ladder frod, which banco_sol has not",
    ]


def test_a_menu_leads_to_a_ladder() -> None:
    assert Branch.model_validate({"escalate": "fraud"}).destination() == Escalation("fraud")
