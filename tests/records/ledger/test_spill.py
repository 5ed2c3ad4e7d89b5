"""The journal of an outage on disk: sealed, damaged, torn, and what could not be taken back from it."""

from __future__ import annotations

import asyncio
import errno
import os
from typing import TYPE_CHECKING, Any

import pytest

from records import Ledger
from records.database import Database
from records.errors import MasterKeyWrong, StoreUnavailable
from records.ledger.entry import ready
from records.ledger.spill import DAMAGED, Doubt, Spill
from records.ledger.verify import verify
from records.personal.master_key import MasterKey
from records.reader import Reader
from tests.records.calls import BEGAN, event

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from records.ledger.entry import Entry

MASTER, OTHER = MasterKey(b"m" * 32), MasterKey(b"n" * 32)
NUMBER = "+34600111222"


def entries(*numbers: int) -> list[Entry]:
    return [ready(event(i, "c1", None, "test.event", i=i, number=NUMBER), "main")[0] for i in numbers]


def numbers(spill: Spill) -> list[object]:
    return [each.entry.data["i"] for each in spill.entries(None)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spill"


@pytest.fixture
def spill(folder: Path) -> Spill:
    return Spill(folder, "main", MASTER)


def only(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def test_nothing_personal_stands_in_the_file(spill: Spill, folder: Path) -> None:
    spill.append(entries(0, 1), Doubt("ab", 2))
    spill.append(entries(2))
    held = only(folder).read_bytes()
    assert NUMBER.encode() not in held
    assert b"test.event" not in held
    later = Spill(folder, "main", MASTER)
    later.find(None)
    assert (later.waiting, later.doubt(None), numbers(later)) == (3, Doubt("ab", 2), [0, 1, 2])


def test_wherever_the_last_line_is_torn_all_before_it_is_read(spill: Spill, folder: Path) -> None:
    spill.append(entries(0))
    acknowledged = only(folder).stat().st_size
    spill.append(entries(1))
    whole = only(folder).read_bytes()
    for end in range(acknowledged, len(whole)):
        only(folder).write_bytes(whole[:end])
        later = Spill(folder, "main", MASTER)
        later.find(None)
        assert (later.waiting, later.damaged, numbers(later)) == (1, 0, [0])


@pytest.mark.parametrize("master", [OTHER, None])
def test_without_the_right_key_it_is_left_as_it_is(
    spill: Spill, folder: Path, master: MasterKey | None
) -> None:
    spill.append(entries(0, 1))
    held = only(folder).read_bytes()
    with pytest.raises(MasterKeyWrong, match=f"key {MASTER.number}.*start again"):
        Spill(folder, "main", master).find(None)
    assert only(folder).read_bytes() == held


def test_a_node_with_another_key_does_not_start_and_loses_nothing(tmp_path: Path, folder: Path) -> None:
    Spill(folder, "main", MASTER).append(entries(0, 1))
    path = tmp_path / "ledger.db"
    with pytest.raises(MasterKeyWrong):
        Ledger(path, spill=folder, master=OTHER).start(now=BEGAN)
    ledger = Ledger(path, spill=folder, master=MASTER)
    ledger.start(now=BEGAN)
    assert ledger.close() == 0
    assert [each.data.get("i") for each in Reader(path, MASTER).events("c1")][:2] == [0, 1]


def test_what_was_put_aside_before_there_was_a_key_is_read_with_one(folder: Path) -> None:
    Spill(folder, "main").append(entries(0, 1))
    later = Spill(folder, "main", MASTER)
    later.find(None)
    later.append(entries(2))
    assert numbers(later) == [0, 1, 2]


def test_lines_that_changed_places_are_not_read(spill: Spill, folder: Path) -> None:
    spill.append(entries(0, 1, 2))
    first, a, b, c = only(folder).read_bytes().splitlines(keepends=True)
    only(folder).write_bytes(first + b + a + c)
    later = Spill(folder, "main", MASTER)
    later.find(None)
    assert (numbers(later), later.damaged) == ([2], 2)


def damage(file: Path, line: int) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    lines[line] = lines[line][:20] + b"?" + lines[line][21:]
    file.write_bytes(b"".join(lines))


def test_a_file_with_damaged_lines_is_counted_told_and_kept_aside(spill: Spill, folder: Path) -> None:
    spill.append(entries(0, 1, 2))
    damage(only(folder), 2)
    damaged = only(folder).read_bytes()
    told: list[tuple[Path, int]] = []
    later = Spill(folder, "main", MASTER, damaged=lambda file, lines: told.append((file, lines)))
    later.find(None)
    assert (numbers(later), later.damaged, told) == ([0, 2], 1, [])
    later.done(2)
    aside = only(folder)
    assert aside.name.endswith(DAMAGED)
    assert (told, aside.read_bytes()) == ([(aside, 1)], damaged)
    newest = Spill(folder, "main", MASTER)
    newest.find(None)
    assert newest.is_empty
    newest.append(entries(3))
    assert numbers(newest) == [3]
    assert only_new(folder).name.split(".")[0] > aside.name.split(".")[0], (
        "nothing is kept aside over another"
    )


def only_new(folder: Path) -> Path:
    (file,) = folder.glob("*.jsonl")
    return file


@pytest.mark.parametrize("files", [1, 2])
def test_damage_that_an_earlier_life_read_past_is_kept_aside_too(
    spill: Spill, folder: Path, files: int
) -> None:
    spill.append(entries(0, 1, 2))
    damage(only(folder), 1)
    if files == 2:
        Spill(folder, "main", MASTER).append(entries(3))
    places = [each.place for each in spill.entries(None)]
    told: list[int] = []
    later = Spill(folder, "main", MASTER, damaged=lambda file, lines: told.append(lines))
    later.find(places[-1])
    assert (later.is_empty, told) == (True, [1])
    assert only(folder).name.endswith(DAMAGED)


class BrokenDisk:
    """What is written stands there, but nobody can be sure of it, and nothing can be taken back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_broken = False
        self._sync, self._cut = os.fdatasync, os.ftruncate
        monkeypatch.setattr(os, "fdatasync", self._checked(os.fdatasync))
        monkeypatch.setattr(os, "ftruncate", self._checked(os.ftruncate))

    def _checked(self, whole: Callable[..., None]) -> Callable[..., None]:
        def call(*args: Any) -> None:
            if self.is_broken:
                raise OSError(errno.EIO, "Input/output error")
            whole(*args)

        return call


@pytest.mark.parametrize("put_aside", [0, 3])
@pytest.mark.parametrize("unlinks", [True, False])
@pytest.mark.parametrize("outages", [1, 2])
async def test_what_was_not_acknowledged_and_could_not_be_taken_back_is_not_brought_in_twice(
    tmp_path: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    put_aside: int,
    outages: int,
    *,
    unlinks: bool,
) -> None:
    path, disk = tmp_path / "ledger.db", BrokenDisk(monkeypatch)
    ledger = Ledger(path, gather=0.0, grace=0.0, spill=folder, master=MASTER)
    ledger.start(now=BEGAN)
    store, is_away = ledger._store, True
    for name in ("was_kept", "read_place", "skip"):
        whole = getattr(store, name)

        def checked(*args: Any, whole: Callable[..., Any] = whole) -> Any:
            if is_away:
                raise StoreUnavailable("away")
            return whole(*args)

        monkeypatch.setattr(store, name, checked)
    for i in range(put_aside):
        ledger.append(event(i, "c1", None, "test.event", i=i))
        await ledger.flush()
    disk.is_broken = True
    if not unlinks:
        monkeypatch.setattr("records.ledger.spill.Spill._remove", refuse)
    for i in range(put_aside, 10):
        ledger.append(event(i, "c1", None, "test.event", i=i))
    waiting = asyncio.create_task(ledger.flush())
    while ledger.health().journal_problem is None:  # noqa: ASYNC110 - the writer rings no bell
        await asyncio.sleep(0.01)
    is_away = False
    await asyncio.wait_for(waiting, 10)
    written = 10
    if outages == 2:
        disk.is_broken, is_away = False, True
        ledger.append(event(10, "c1", None, "test.event", i=10))
        await ledger.flush()  # it goes to the journal, after what nobody may read
        is_away, written = False, 12
        ledger.append(event(11, "c1", None, "test.event", i=11))
        await ledger.flush()
    assert await asyncio.to_thread(ledger.close) == 0
    monkeypatch.undo()
    again = Ledger(path, spill=folder, master=MASTER)
    again.start(now=BEGAN)
    assert again.close() == 0
    assert [each.data["i"] for each in Reader(path, MASTER).events("c1") if "i" in each.data] == [
        *range(written)
    ]
    assert all(each.is_whole for each in verify(Database.of(path)))


def refuse(spill: Spill, file: Path) -> None:
    raise OSError(errno.EROFS, "Read-only file system")
