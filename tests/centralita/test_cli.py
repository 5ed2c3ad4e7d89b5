from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from centralita import cli

if TYPE_CHECKING:
    from pathlib import Path


def test_a_fault_is_one_line_on_standard_error_and_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "callbacks.db"
    broken.write_bytes(b"this is no database")
    monkeypatch.setattr("sys.argv", ["centralita", "callbacks", "--state", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    told = capsys.readouterr()
    assert told.err.startswith("centralita: ")
    assert told.err.count("\n") == 1
    assert told.out == ""
