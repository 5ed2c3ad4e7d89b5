from __future__ import annotations

import csv
import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from centralita.commands import app
from records import Ledger
from records.database import Database
from records.migrate import upgrade
from tests.kit.recorded_day import write_day
from tests.records.calls import BEGAN, whole_call

ROOT = Path(__file__).resolve().parents[2]
DAY = ("--day", "2026-11-23")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    database = Database.of(tmp_path / "ledger.sqlite")
    upgrade(database)
    write_day(database)
    return tmp_path


def run(state: Path, *words: str, code: int = 0) -> str:
    given = ["records", "export", *words, "--state", str(state), "--config", str(ROOT / "config")]
    result = CliRunner().invoke(app, given, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


def test_contacts_are_printed_as_csv(state: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(state, "contacts", *DAY, "--client", "norte"))))
    assert [row["id"] for row in rows] == ["n0"]  # the shipped centre knows no shop on the Canaries


def test_a_file_of_parquet_is_for_its_owner_only(state: Path) -> None:
    out = state / "contacts.parquet"
    assert "17 rows written" in run(state, "contacts", *DAY, "--format", "parquet", "--out", str(out))
    assert pq.read_table(out).num_rows == 17
    assert out.stat().st_mode & 0o777 == 0o600


def test_figures_go_into_a_file_for_spreadsheets(state: Path) -> None:
    out = state / "figures.csv"
    run(state, "figures", *DAY, "--by", "queue", "--bom", "--out", str(out))
    assert out.read_bytes().startswith(b"\xef\xbb\xbfqueue,contacts,offered,")


async def test_the_log_of_a_day_in_the_words_of_asterisk(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite", gather=0.0)
    ledger.start(now=BEGAN)
    for each in whole_call("c1"):
        ledger.append(each)
    await ledger.flush()
    ledger.close()
    text = run(tmp_path, "--format", "queue_log", "--day", "2026-11-21")
    assert [line.split("|")[4] for line in text.splitlines()] == [
        "ENTERQUEUE", "RINGNOANSWER", "CONNECT", "COMPLETECALLER",
    ]  # fmt: skip
    assert "CC-Action: member-queue-end" in run(tmp_path, "--format", "callcenter", "--day", "2026-11-21")


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        ((), "say what: contacts", 2),
        (("contcts",), 'did you mean "contacts"?', 2),
        (("contacts", "--format", "xml"), "no format 'xml'", 2),
        (("contacts", "--format", "parquet"), "Parquet needs a file", 2),
        (("contacts", "--follow"), "only a log grows", 2),
        (("contacts", "--format", "queue_log"), "leave contacts out", 2),
        (("--format", "queue_log", "--follow"), "--follow needs a file", 2),
        (("contacts", "--out", "/nowhere/out.csv"), "/nowhere/out.csv: No such file", 1),
    ],
)
def test_what_cannot_be_done_is_said(state: Path, words: tuple[str, ...], said: str, code: int) -> None:
    assert said in run(state, *words, code=code)
