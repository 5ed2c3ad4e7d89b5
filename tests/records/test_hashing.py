"""A sound file's SHA-256 is in the chain once it is closed; one that changed, is gone or is nobody's is found."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from records import Ledger, LedgerEvent
from records.hashing import Hashing
from records.sound_check import check_sounds
from records.views.compare import compare
from records.views.tables import recording
from tests.records.calls import BEGAN, event, whole_call

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from records.database import Database

DAY = "2026-11-22"
SOUND = b"sound" * 50_000


class Node:
    """One life of a node, as far as its recordings go."""

    def __init__(self, database: Database, state: Path, began: float) -> None:
        self.folder = state / "recordings"
        self.ledger = Ledger(database, gather=0.0, spill=state / "spill")
        self.ledger.start(now=began)
        self.hashing = Hashing(database, self.folder, "main", self.record, began=began)
        self.hashing.begin()
        self.at = began
        self.hashes: list[LedgerEvent] = []

    def record(self, contact: str, leg: str | None, kind: str, data: Mapping[str, object]) -> None:
        self.hashes.append(LedgerEvent(self.at + 500, contact, leg, kind, data))
        self.tell(self.hashes[-1])

    def tell(self, told: LedgerEvent) -> None:
        self.ledger.append(told)
        self.hashing.hear(told)

    def call(self, contact: str, *, is_told_over: bool = True) -> Path:
        """A whole call with a recording; of one that is cut off by the node's end nothing more is told."""
        path = self.folder / "bank" / DAY / f"{contact}-caller.opus"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(SOUND)
        name = {"recording": path.name}
        first, *rest = whole_call(contact)
        for each in (
            first,
            event(1, contact, None, "recording.started", **name, file=str(path), sealed=False),
        ):
            self.tell(each)
        for each in rest if is_told_over else ():
            self.tell(each)
        if is_told_over:
            self.tell(event(97, contact, None, "recording.finished", **name, bytes=len(SOUND), seconds=96.0))
        return path

    async def stop(self) -> None:
        await self.hashing.close()
        assert self.ledger.close() == 0

    async def kill(self) -> None:
        """Without a last word: what was to be hashed is not."""
        await self.hashing._background.close()
        assert self.ledger.close() == 0


@pytest.fixture
async def node(database: Database, tmp_path: Path) -> AsyncIterator[Node]:
    yield Node(database, tmp_path, BEGAN)


def hashes(database: Database) -> list[str | None]:
    with database.read() as connection:
        return list(connection.execute(select(recording.c.sha256).order_by(recording.c.contact)).scalars())


def faults(database: Database, node: Node) -> list[tuple[str, str]]:
    return [(Path(each.file).name, each.problem) for each in check_sounds(database, node.folder)]


def old(path: Path) -> None:
    """As if it had been there for long."""
    os.utime(path, (0, 0))


async def test_a_recording_that_is_closed_has_its_hash_in_the_ledger(database: Database, node: Node) -> None:
    node.call("c1")
    await node.stop()
    assert hashes(database) == [hashlib.sha256(SOUND).hexdigest()]
    assert faults(database, node) == []
    assert list(compare(database, None)) == []


async def test_what_was_not_hashed_at_an_end_is_hashed_at_the_next_start_and_told_to_be_late(
    database: Database, tmp_path: Path, node: Node
) -> None:
    """Recordings that were closed, and one that was cut off in the middle of its call."""
    node.call("c1")
    node.call("c2", is_told_over=False)
    await node.kill()
    assert hashes(database) == [None, None]
    second = Node(database, tmp_path, BEGAN + 1000)
    while len(second.hashes) < 2:
        await second.ledger.flush()
    await second.stop()
    assert hashes(database) == [hashlib.sha256(SOUND).hexdigest()] * 2
    assert [(each.contact, each.data["late"]) for each in second.hashes] == [("c1", True), ("c2", True)]


async def test_another_nodes_recordings_are_left_to_it(
    database: Database, tmp_path: Path, node: Node
) -> None:
    node.call("c1")
    await node.kill()
    other = Hashing(database, node.folder, "other", node.record, began=BEGAN + 1000)
    assert other._unhashed(("", 0)) == ([], [])


async def test_a_file_that_was_changed_is_found(database: Database, node: Node) -> None:
    path = node.call("c1")
    await node.stop()
    path.write_bytes(SOUND[:-1] + b"!")
    ((name, problem),) = faults(database, node)
    assert (name, "it was changed" in problem) == ("c1-caller.opus", True)


async def test_a_file_that_is_missing_is_found_unless_the_ledger_tells_that_it_was_deleted(
    database: Database, tmp_path: Path, node: Node
) -> None:
    kept, deleted = node.call("c1"), node.call("c2")
    node.tell(event(600, "c2", None, "recording.deleted", recording=deleted.name, by="retention"))
    await node.stop()
    for path in (kept, deleted):
        path.unlink()
    assert faults(database, node) == [
        ("c1-caller.opus", "it is missing, and no event tells that it was deleted")
    ]


async def test_a_file_that_nobody_told_of_is_found(database: Database, node: Node) -> None:
    path = node.call("c1")
    await node.stop()
    strange = [path.with_name("other.opus"), node.folder / "bank" / "elsewhere" / path.name]
    for each in strange:
        each.parent.mkdir(exist_ok=True)
        each.write_bytes(b"")
        old(each)
    path.with_name("begins-now.opus").write_bytes(b"")
    assert faults(database, node) == [
        ("other.opus", "no event tells of this file"),
        ("c1-caller.opus", "no event tells of this file"),
    ]


async def test_a_file_that_lies_where_no_recording_does_is_found(database: Database, node: Node) -> None:
    path = node.call("c1")
    await node.stop()
    outside = ["x.wav", "bank/x.wav", f"bank/{DAY}/deep/{path.name}", f"bank/{DAY}/deep/er/x.wav", path.name]
    for each in outside:
        file = node.folder / each
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"")
        old(file)
    (node.folder / "link.wav").symlink_to(path)
    os.utime(node.folder / "link.wav", (0, 0), follow_symlinks=False)
    found = list(check_sounds(database, node.folder))
    assert {each.file for each in found} == {*outside, "link.wav"}
    assert {each.problem for each in found} == {"no event tells of this file"}


async def test_a_file_of_a_known_name_in_another_company_s_folder_is_found(
    database: Database, node: Node
) -> None:
    path = node.call("c1")
    await node.stop()
    copy = node.folder / "other" / DAY / path.name
    copy.parent.mkdir(parents=True)
    copy.write_bytes(b"")
    old(copy)
    assert faults(database, node) == [(path.name, "no event tells of this file")]


async def test_days_that_are_not_asked_for_are_left_out(database: Database, node: Node) -> None:
    path = node.call("c1")
    await node.stop()
    path.unlink()
    day = int(BEGAN // 86_400)
    assert len(list(check_sounds(database, node.folder, since=day, until=day))) == 1
    assert list(check_sounds(database, node.folder, since=day + 1)) == []
    assert list(check_sounds(database, node.folder, until=day - 1)) == []
    assert list(check_sounds(database, node.folder, nodes={"other"})) == []


async def test_a_file_that_went_before_it_was_hashed_is_no_fault_of_the_node(
    database: Database, node: Node
) -> None:
    node.call("c1").unlink()
    await node.stop()
    assert hashes(database) == [None]
