"""The key that wraps all others."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from records.errors import MasterKeyMissing, MasterKeyWrong
from records.personal.master_key import MasterKey, open_master_key

if TYPE_CHECKING:
    from pathlib import Path

KEY = bytes(range(32))


def test_a_new_key_is_for_its_owner_only_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "records.key"
    first = open_master_key(path, may_make=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = open_master_key(path, may_make=False)
    assert again.number == first.number
    assert again.unwrap("c1", first.wrap("c1", KEY)) == KEY


def test_nodes_that_start_at_once_have_one_key(tmp_path: Path) -> None:
    path, start = tmp_path / "records.key", Barrier(8)

    def opened(_: int) -> str:
        start.wait()
        return open_master_key(path, may_make=True).number

    with ThreadPoolExecutor(8) as nodes:
        assert len(set(nodes.map(opened, range(8)))) == 1


def test_where_something_is_sealed_no_new_key_is_made(tmp_path: Path) -> None:
    with pytest.raises(MasterKeyMissing, match="another node"):
        open_master_key(tmp_path / "records.key", may_make=False)
    assert not (tmp_path / "records.key").exists()


def test_a_file_cut_short_is_no_key(tmp_path: Path) -> None:
    path = tmp_path / "records.key"
    path.write_bytes(b"short")
    with pytest.raises(MasterKeyMissing, match="32 bytes"):
        open_master_key(path, may_make=True)
    assert path.read_bytes() == b"short"


def test_a_wrapped_key_opens_with_its_own_master_and_for_its_own_contact_only() -> None:
    master = MasterKey(b"m" * 32)
    wrapped = master.wrap("c1", KEY)
    assert KEY not in wrapped
    with pytest.raises(MasterKeyWrong):
        master.unwrap("c2", wrapped)
    with pytest.raises(MasterKeyWrong):
        MasterKey(b"n" * 32).unwrap("c1", wrapped)
    with pytest.raises(MasterKeyWrong):
        master.unwrap("c1", b"")


def test_nothing_of_the_key_is_printed() -> None:
    assert "6d6d" not in repr(MasterKey(b"m" * 32))
    assert MasterKey(b"m" * 32).number != MasterKey(b"n" * 32).number


def test_hashes_are_keyed_and_of_one_kind() -> None:
    one, other = MasterKey(b"m" * 32), MasterKey(b"n" * 32)
    assert one.hash("person", "34600") == one.hash("person", "34600")
    assert len({one.hash("person", "34600"), one.hash("dnc", "34600"), other.hash("person", "34600")}) == 3
