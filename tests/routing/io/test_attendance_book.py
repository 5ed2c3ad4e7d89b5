"""What is kept of agents over a restart: statuses with reasons and since when, whoever chose them."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from typing import TYPE_CHECKING

import pytest

from base.ids import SequenceIds
from routing.agents.attendance import SYSTEM, Standing, Won
from routing.agents.reasons import Reason, Reasons
from routing.agents.tables import State, Status
from routing.errors import UnknownAgent
from routing.io.attendance_book import AttendanceBook
from routing.io.attendance_file import AttendanceBroken, AttendanceFile
from routing.io.distribution import Distribution
from routing.settings import AgentSettings, QueueSettings, RoutingConfig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping
    from pathlib import Path

REASONS = Reasons({"lunch": Reason("lunch", "2", limit=1800.0)})
NOON = 1_800_000_000.0


class Node:
    """A node that may be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "agents.sqlite"
        self.wall = NOON
        self.events: list[tuple[str, Mapping[str, object]]] = []
        self.agents = {
            "ana": AgentSettings("ana", account="1001", queues=("q",)),
            "bot": AgentSettings("bot", contact="sip:bot@192.0.2.9", queues=("q",), status=Status.AVAILABLE),
        }
        self.start()

    @property
    def routing(self) -> RoutingConfig:
        return RoutingConfig({"q": QueueSettings("q")}, self.agents, reasons=REASONS)

    def start(self) -> None:
        self.file = AttendanceFile(self.path)
        self.distribution = Distribution(self.routing, SequenceIds(), self.record)
        self.book = AttendanceBook(
            self.distribution, lambda: REASONS, self.record, self.file, self.file.load(), lambda: self.wall
        )

    def record(self, contact: str, leg: str | None, kind: str, data: Mapping[str, object]) -> None:
        self.events.append((kind, data))

    async def killed_and_started(self, *, after: float = 0.0) -> None:
        """What nobody waited for may be lost; the rest is not."""
        await self.book.settled()
        self.distribution.close()
        self.file.close()
        self.wall += after
        self.start()

    async def stop(self) -> None:
        await self.book.close()
        self.distribution.close()
        self.file.close()

    def seen(self, agent: str) -> tuple[Status, str | None]:
        view = self.distribution.core.agent(agent)
        return view.status, view.reason


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    made = Node(tmp_path)
    yield made
    await made.stop()


async def test_a_status_survives_with_reason_and_since_and_who_chose_it(node: Node) -> None:
    node.book.choose("ana", Status.NOT_READY, "lunch", "ana")
    node.book.choose("bot", Status.LOGGED_OUT, None, "marta")
    await node.killed_and_started(after=600)
    assert node.seen("ana") == (Status.NOT_READY, "lunch")
    assert node.seen("bot") == (Status.LOGGED_OUT, None)
    ana = node.book.attendance["ana"]
    assert (ana.since, ana.by, node.book.attendance.limit("ana")) == (NOON, "ana", NOON + 1800)
    assert node.book.attendance["bot"].by == "marta"


async def test_nobody_waits_for_what_others_do_meanwhile(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    loop, save = asyncio.get_running_loop(), node.file.save
    busy = True

    def save_while_others_work(standings: Iterable[Standing], gone: Iterable[str]) -> None:
        save(standings, gone)
        if busy:
            asyncio.run_coroutine_threadsafe(work(), loop).result()

    async def work() -> None:
        node.book.note("bot", calls=node.book.attendance["bot"].calls + 1)

    monkeypatch.setattr(node.file, "save", save_while_others_work)
    node.book.choose("ana", Status.AVAILABLE, None, "ana")
    await asyncio.wait_for(node.book.settled(), 2)
    busy = False
    assert node.file.load()["ana"].status is Status.AVAILABLE


async def test_an_agent_of_whom_nothing_is_kept_begins_as_the_file_says(node: Node) -> None:
    node.agents["eve"] = AgentSettings("eve", account="1002", queues=("q",), status=Status.NOT_READY)
    node.book.choose("ana", Status.AVAILABLE, None, "ana")
    await node.killed_and_started()
    assert node.seen("eve") == (Status.NOT_READY, None)
    assert node.seen("bot") == (Status.AVAILABLE, None)
    assert node.distribution.core.agent("ana").state is State.DEVICE_OFFLINE


async def test_who_is_gone_from_the_file_is_forgotten(node: Node) -> None:
    node.book.choose("ana", Status.AVAILABLE, None, "ana")
    await node.book.settled()
    ana = node.agents.pop("ana")
    await node.killed_and_started()
    await node.killed_and_started()
    node.agents["ana"] = ana
    await node.killed_and_started()
    assert node.seen("ana") == (Status.LOGGED_OUT, None)


async def test_a_reload_forgets_who_is_gone_and_knows_who_came(node: Node) -> None:
    node.book.choose("ana", Status.AVAILABLE, None, "ana")
    del node.agents["ana"]
    node.agents["eve"] = AgentSettings("eve", account="1002", queues=("q",))
    node.distribution.adopt(node.routing)
    node.book.adopt()
    await node.book.settled()
    assert set(node.file.load()) <= {"bot", "eve"}
    node.book.choose("eve", Status.AVAILABLE, None, "eve")
    await node.book.settled()
    assert node.file.load()["eve"].status is Status.AVAILABLE


async def test_who_is_taken_out_and_put_back_at_once_is_kept(node: Node) -> None:
    ana = node.agents.pop("ana")
    for agents in ({}, {"ana": ana}):
        node.agents |= agents
        node.distribution.adopt(node.routing)
        node.book.adopt()
    node.book.choose("ana", Status.NOT_READY, "lunch", "ana")
    await node.killed_and_started()
    assert node.seen("ana") == (Status.NOT_READY, "lunch")


async def test_who_is_overdue_is_told_in_the_ledger_once(node: Node) -> None:
    node.book.choose("ana", Status.NOT_READY, "lunch", "ana")
    await node.book.settled()
    node.book.attendance.handle_timeout(now=node.distribution.now() + 1801)
    node.wall += 1801
    node.book._tell_overdue()
    assert node.events[-1] == ("agent.overdue", {"agent": "ana", "reason": "lunch", "seconds": 1801})
    await node.killed_and_started()
    node.book.attendance.handle_timeout(now=node.distribution.now() + 10)
    assert node.book.attendance.take_overdue() == []
    assert node.book.attendance["ana"].is_overdue


async def test_wrap_up_goes_on_after_a_restart_and_a_call_does_not(node: Node) -> None:
    node.distribution.choose_status("bot", Status.AVAILABLE)
    node.distribution.carry_on_wrap_up("bot", 60)
    node.book.connected("bot", Won("c1", "bank", "q", owes=True))
    await node.killed_and_started(after=20)
    view = node.distribution.core.agent("bot")
    assert view.state is State.WRAP_UP
    assert view.wrap_up_until == pytest.approx(node.distribution.now() + 40, abs=2)
    assert node.book.attendance["bot"].owes
    await node.killed_and_started(after=41)
    assert node.distribution.core.agent("bot").state is State.IDLE
    assert not node.book.attendance["bot"].owes


async def test_wrap_up_of_an_agent_whose_phone_is_not_back_ends_offline(node: Node) -> None:
    node.book.choose("ana", Status.AVAILABLE, None, "ana")
    node.distribution.carry_on_wrap_up("ana", 60)
    assert node.distribution.core.agent("ana").state is State.WRAP_UP
    node.distribution.end_wrap_up("ana")
    assert node.distribution.core.agent("ana").state is State.DEVICE_OFFLINE


async def test_what_the_system_changes_is_the_systems(node: Node) -> None:
    node.book.choose("ana", Status.AVAILABLE, None, "ana")
    node.distribution.choose_status("ana", Status.NOT_READY, "ring_no_answer")
    assert node.book.attendance["ana"].by == SYSTEM
    with pytest.raises(UnknownAgent):
        node.book.choose("nobody", Status.AVAILABLE, None, "ana")


async def test_the_file_is_for_its_owner_alone(node: Node) -> None:
    node.book.choose("ana", Status.AVAILABLE, None, "ana")
    await node.book.settled()
    assert stat.S_IMODE(node.path.stat().st_mode) == 0o600


async def test_a_disk_that_refuses_stops_nobody_and_is_tried_again(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(standings: object, gone: object) -> None:
        raise sqlite3.OperationalError("disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(node.file, "save", refuse)
        node.book.choose("ana", Status.AVAILABLE, None, "ana")
        await node.book.settled()
    assert node.seen("ana") == (Status.AVAILABLE, None)
    node.book.connected("bot", Won("c1", "bank", "q"))
    await node.killed_and_started()
    assert node.seen("ana") == (Status.AVAILABLE, None)
    assert node.book.attendance["bot"].contact == "c1"


@pytest.mark.parametrize("kept", ["nonsense", '{"status": "asleep", "state": "idle"}', "[]"])
def test_a_broken_file_is_refused_by_name(tmp_path: Path, kept: str) -> None:
    path = tmp_path / "agents.sqlite"
    file = AttendanceFile(path)
    file.save([Standing("ana", Status.AVAILABLE)])
    file._database.execute("UPDATE agent SET kept = ?", (kept,))
    with pytest.raises(AttendanceBroken, match=r"agents\.sqlite cannot be read"):
        file.load()
    file.close()
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(AttendanceBroken, match=r"agents\.sqlite cannot be read"):
        AttendanceFile(path)


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    file = AttendanceFile(tmp_path / "agents.sqlite")
    file._database.execute("PRAGMA user_version=9")
    file.close()
    with pytest.raises(AttendanceBroken, match="newer version"):
        AttendanceFile(tmp_path / "agents.sqlite")
