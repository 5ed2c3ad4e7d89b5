from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from centralita import cli
from centralita.commands import app


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


@pytest.mark.parametrize("words", [("agent", "show", "\udcff"), ("records", "hold", "release", "\udcff")])
def test_what_is_no_text_is_wrong_use(tmp_path: Path, words: tuple[str, ...]) -> None:
    found = CliRunner().invoke(app, [*words, "--state", str(tmp_path)])
    assert found.exit_code == 2
    assert "'\\udcff' is no text in UTF-8" in found.output


def test_an_empty_id_is_wrong_use(tmp_path: Path) -> None:
    for words in (("agent", "show", ""), ("webhook", "pause", ""), ("call", "transfer", "", "ana")):
        found = CliRunner().invoke(app, [*words, "--state", str(tmp_path)])
        assert (found.exit_code, "names nothing" in found.output) == (2, True), words


def test_a_disk_that_is_full_is_said_in_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        words = [sys.executable, "-m", "centralita", "figures", "explain"]
        found = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, check=False, text=True)
    assert found.returncode == 1
    assert found.stderr == "centralita: what is printed cannot be written: No space left on device\n"


def test_help_and_what_only_asks_the_node_do_not_wait_for_the_database_library() -> None:
    heavy = {"sqlalchemy", "media", "calls"}
    loaded = f"import sys, centralita.cli; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
