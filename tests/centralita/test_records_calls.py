"""`centralita records calls`: what the ledger tells is what `simulate` and `staff` read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from centralita.commands import app
from centralita.state import LEDGER_FILE
from records import Ledger
from tests.records.calls import BEGAN
from tests.records.views.test_stays import answered, joined, left, opened, state

if TYPE_CHECKING:
    from pathlib import Path

DAY = "2026-11-22"


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    ledger = Ledger(tmp_path / LEDGER_FILE, gather=0.0)
    ledger.start(now=BEGAN)
    for each in (
        *opened(0, "c1"), joined(1, "c1"), answered(3, "c1"), state(3, "talking"), left(3, "c1", "answered", 2.0),
        state(63, "wrap_up"), state(73, "idle"), *opened(80, "c2"), joined(81, "c2"),
        left(101, "c2", "abandoned", 20.0),
    ):  # fmt: skip
        ledger.append(each)
    await ledger.flush()
    ledger.close()
    return tmp_path


def run(*words: str) -> tuple[int, str, str]:
    found = CliRunner().invoke(app, list(words))
    return found.exit_code, found.stdout, found.stderr


def test_calls_are_printed_by_the_clock_asked_for(folder: Path) -> None:
    words = ("records", "calls", "--state", str(folder), "--since", DAY)
    code, out, _ = run(*words, "--timezone", "Asia/Tokyo")
    assert code == 0
    assert out.splitlines() == [
        "time,queue,client,language,handle,patience,priority,waited,result",
        f"{DAY} 05:46:41.000,cards,bank,es,70.0,,0,2.0,answered",
        f"{DAY} 05:48:01.000,cards,bank,es,,20.0,0,20.0,abandoned",
    ]
    assert run(*words, "--timezone", "UTC")[1].count("\n") == 1
    assert run(*words[:-1], "2026-11-21", "--until", DAY)[1].count("\n") == 3


async def test_what_is_printed_can_be_played_and_planned(folder: Path, tmp_path: Path) -> None:
    _, out, _ = run("records", "calls", "--state", str(folder), "--since", "2026-11-21")
    path = tmp_path / "calls.csv"
    path.write_text(out)
    code, out, err = run("simulate", str(path), "--agents", "1", "--aht", "60", "--jobs", "1", "--json")
    assert code == 0, err
    assert json.loads(out)["clients"]["bank"]["answered"] == 2
    code, out, err = run("staff", str(path), "--no-simulation", "--json")
    assert code == 0, err
    [found] = json.loads(out)["half_hours"]
    assert (found["calls"], found["handle"], found["patience"], found["queue"]) == (2.0, 70.0, 22.0, "cards")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--since", "yesterday"), "'yesterday' is not a day; write it as 2026-11-23"),
        (("--timezone", "Madrid"), "'Madrid' is not a time zone"),
    ],
)
def test_wrong_words_are_refused(folder: Path, words: tuple[str, ...], said: str) -> None:
    code, _, err = run("records", "calls", "--state", str(folder), *words)
    assert code == 2
    assert said in " ".join(err.replace("│", " ").split())
