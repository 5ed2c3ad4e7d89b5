"""base.io.private_file: secrets on disk."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from base.io.private_file import make_private, write_private

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_its_owners_even_where_an_open_one_stood(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"old")
    file.chmod(0o644)
    write_private(file, b"new")
    assert file.read_bytes() == b"new"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["key"]


def test_what_stood_there_stays_when_writing_fails(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.mkdir()
    with pytest.raises(OSError, match="key"):
        write_private(file, b"new")
    assert file.is_dir()


def test_of_many_who_make_a_file_at_once_the_first_has_its_way_and_all_read_the_same(tmp_path: Path) -> None:
    file, start = tmp_path / "key", Barrier(8)

    def make(number: int) -> bytes:
        start.wait()
        return make_private(file, bytes([number]) * 32)

    with ThreadPoolExecutor(8) as makers:
        found = set(makers.map(make, range(8)))
    assert found == {file.read_bytes()}
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["key"]
