"""The file of our passwords at carriers: private, whole or not at all, and never quoted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from base.errors import DocumentError
from base.secret import Secret
from sip.io.trunk_passwords import load_trunk_passwords, save_trunk_passwords

if TYPE_CHECKING:
    from pathlib import Path

TRICKY = ["lemon-Kettle-9", "12345", "yes", "a: b # c", "'\"\\", " "]


def test_what_is_kept_comes_back_and_only_we_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "state" / "trunk-passwords.yaml"
    assert load_trunk_passwords(path) == {}
    save_trunk_passwords(path, {f"t{place}": Secret(each) for place, each in enumerate(TRICKY)})
    assert path.stat().st_mode & 0o777 == 0o600
    found = load_trunk_passwords(path)
    assert [found[f"t{place}"].reveal() for place in range(len(TRICKY))] == TRICKY
    save_trunk_passwords(path, {})
    assert load_trunk_passwords(path) == {}


@pytest.mark.parametrize(
    "text", ["carrier: 4711\n", "- lemon\n", "carrier: {a: lemon}\n", "carrier: [lemon\n", "lemón: x\n"]
)
def test_a_damaged_file_is_a_fault_that_quotes_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "trunk-passwords.yaml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(DocumentError) as fault:
        load_trunk_passwords(path)
    assert "lem" not in str(fault.value)
    assert "4711" not in str(fault.value)


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "trunk-passwords.yaml"
    save_trunk_passwords(path, {})
    path.chmod(0o640)
    with pytest.raises(DocumentError, match="chmod 600"):
        load_trunk_passwords(path)
