"""The file of callbacks: what is put there is found again, whole, by a node and by commands."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.callbacks.callback import Callback, Missed, Order, Try, Wish
from routing.callbacks.do_not_call import Listed
from routing.callbacks.states import CallbackState
from routing.callbacks.written import read, written
from routing.io.callback_store import CallbackNotKept, CallbackStore, erase_kept, read_kept

if TYPE_CHECKING:
    from pathlib import Path

TEXT = st.text(max_size=20)
MOMENT = st.floats(0, 4e9)
WISHES = st.builds(
    Wish,
    client=TEXT,
    queue=TEXT,
    number=TEXT,
    by=TEXT,
    language=st.none() | TEXT,
    requires=st.lists(st.tuples(TEXT, st.integers(0, 5)), max_size=3).map(tuple),
    attributes=st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple),
    contact=TEXT,
    earliest=st.none() | MOMENT,
    agent=st.none() | TEXT,
    note=TEXT,
)
CALLBACKS = st.builds(
    Callback,
    id=TEXT,
    wish=WISHES,
    number=TEXT,
    order=st.sampled_from(Order),
    promised=MOMENT,
    joined=MOMENT,
    earliest=MOMENT,
    latest=MOMENT,
    not_before=MOMENT,
    state=st.sampled_from(list(CallbackState)),
    tries=st.lists(st.builds(Try, MOMENT, TEXT, st.none() | st.sampled_from(Missed)), max_size=3).map(tuple),
    contact=TEXT,
    kept_at=st.none() | MOMENT,
    why=TEXT,
)


@given(CALLBACKS)
def test_what_is_written_is_read_again(callback: Callback) -> None:
    assert read(written(callback)) == callback
    # A later version may know more.
    assert read(written(callback)[:-1] + ',"later":1}') == callback


def one(reference: str = "1", state: CallbackState = CallbackState.DUE) -> Callback:
    wish = Wish("bank", "people", "911222333", by="+34600111222", contact="c1")
    return Callback(reference, wish, "+34911222333", Order.AGENT_FIRST, 5.0, 4.0, 5.0, 9.0, 5.0, state)


async def test_what_is_put_there_outlives_the_node_and_is_nobody_elses(tmp_path: Path) -> None:
    path = tmp_path / "state" / "callbacks.db"
    store = CallbackStore(path)
    assert await store.open() == ((), ())
    await store.put(one("2"))
    store.put_soon(one("1"))
    store.put_soon(one("2", CallbackState.KEPT))
    store.put_soon(one("3"))
    store.forget_soon("3")
    listed = Listed("+34600111222", "", "joe", 7.0, "asked")
    await store.list_number(listed)
    await store.list_number(Listed("+34600111222", "bank", "joe", 8.0))
    await store.unlist_number("+34600111222", "bank")
    expected = ((one("1"), one("2", CallbackState.KEPT)), (listed,))
    assert read_kept(path) == expected, "while the node runs"
    await store.close()
    assert path.stat().st_mode & 0o077 == 0
    assert read_kept(path) == expected
    again = CallbackStore(path)
    assert await again.open() == expected
    await again.close()


def test_where_there_is_no_file_there_is_nothing(tmp_path: Path) -> None:
    assert read_kept(tmp_path / "callbacks.db") == ((), ())
    (tmp_path / "callbacks.db").write_bytes(b"no database" * 100)
    with pytest.raises(CallbackNotKept):
        read_kept(tmp_path / "callbacks.db")


async def test_one_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    store = CallbackStore(tmp_path / "callbacks.db")
    await store.open()
    await store.put(one("1"))
    await store.put(one("2"))
    await store.close()
    with sqlite3.connect(tmp_path / "callbacks.db") as file:
        file.execute("UPDATE callback SET body = '{}' WHERE id = '1'")
    assert [each.id for each in read_kept(tmp_path / "callbacks.db").callbacks] == ["2"]


async def test_a_file_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "callbacks.db").mkdir()
    store = CallbackStore(tmp_path / "callbacks.db")
    with pytest.raises(CallbackNotKept):
        await store.open()
    with pytest.raises(CallbackNotKept):
        await store.put(one())
    await store.close()


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (b"no database at all " * 500, "move it away to begin without the promises"),
        (None, "was written by a newer version"),
    ],
)
async def test_a_file_that_is_damaged_or_newer_is_left_as_it_is(
    tmp_path: Path, damage: bytes | None, says: str
) -> None:
    path = tmp_path / "callbacks.db"
    if damage is not None:
        path.write_bytes(damage)
    else:
        newer = sqlite3.connect(path)
        newer.execute("PRAGMA user_version = 2")
        newer.close()
    before = path.read_bytes()
    store = CallbackStore(path)
    with pytest.raises(CallbackNotKept, match=says) as refused:
        await store.open()
    await store.close()
    assert str(path) in str(refused.value)
    assert damage is None or path.read_bytes() == before


async def test_a_person_is_erased_from_a_file_that_no_node_writes(tmp_path: Path) -> None:
    path = tmp_path / "callbacks.db"
    store = CallbackStore(path)
    await store.open()
    await store.put(one("1"))
    await store.put(replace(one("2"), number="+34911999999"))
    await store.list_number(Listed("+34911222333", "bank", "joe", 8.0))
    await store.close()
    numbers = {"+34911222333", "911222333"}
    counted = erase_kept(path, numbers, None, hash_of, dry_run=True)
    assert (counted, len(read_kept(path).callbacks)) == (2, 2)
    assert erase_kept(path, numbers, "shop", hash_of, dry_run=False) == 0
    assert erase_kept(path, numbers, None, hash_of, dry_run=False) == 2
    kept = read_kept(path)
    assert [each.id for each in kept.callbacks] == ["2"]
    assert [each.number for each in kept.listed] == ["person:33322211"]
    assert b"34911222333" not in path.read_bytes()
    assert erase_kept(tmp_path / "none.db", numbers, None, hash_of, dry_run=False) == 0
    path.write_bytes(b"no database" * 100)
    with pytest.raises(CallbackNotKept):
        erase_kept(path, numbers, None, hash_of, dry_run=False)


def hash_of(number: str) -> str:
    return f"person:{number[:3:-1]}"


async def test_no_card_number_is_kept_in_a_promise(tmp_path: Path) -> None:
    path = tmp_path / "callbacks.db"
    store = CallbackStore(path)
    await store.open()
    await store.put(replace(one("1"), why="paid with 4111111111111111"))
    await store.list_number(Listed("+34911222333", "bank", "joe", 8.0, "card 4111 1111 1111 1111"))
    await store.close()
    assert b"4111111111111111" not in path.read_bytes()
    assert b"4111 1111 1111 1111" not in path.read_bytes()
    assert read_kept(path).callbacks[0].why == "paid with ************1111"
