"""base.io.private_file: secrets on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from base.io.private_file import write_private

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
