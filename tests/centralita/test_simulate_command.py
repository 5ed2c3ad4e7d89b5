"""`centralita simulate`: files and rates, plain agents and a configured centre, what-ifs, and wrong input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from centralita.commands import app

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data"
CALLS = str(DATA / "calls" / "two_days.csv")


def run(*words: str) -> tuple[int, str, str]:
    found = CliRunner().invoke(app, ["simulate", "--jobs", "1", *words])
    return found.exit_code, found.stdout, found.stderr


def data(*words: str) -> Any:
    code, out, err = run(*words, "--json")
    assert code == 0, err
    return json.loads(out)


def test_a_file_of_calls_with_plain_agents() -> None:
    found = data(CALLS, "--agents", "1", "--aht", "60", "--variation", "0")
    # The first is answered at once, the second hangs up after 30 s, the third after 5 s; on the next day the loan
    # comes first and the card waits half a minute for it.
    assert found["calls"]["offered"] == 5
    assert found["queues"]["cards"]["left"] == {"abandoned": 1}
    assert found["queues"]["loans"]["left"] == {"abandoned": 1}
    assert found["queues"]["cards"]["asa"] == pytest.approx(30.5 / 2)
    assert found["queues"]["cards"]["service_level"] == pytest.approx(1 / 3)
    assert found["clients"]["tienda"]["answered"] == 1
    assert found["agents"] == {"a1": {"calls": 3, "busy": 180.0, "staffed": 5400.0, "occupancy": 0.033333}}


def test_one_agent_more_is_seen() -> None:
    found = data(CALLS, "--agents", "3", "--aht", "60", "--variation", "0")
    assert found["calls"]["answered"] == 5
    assert found["calls"]["longest_wait"] == 0.0


def test_a_rate_agrees_with_the_formula() -> None:
    words = ("--calls", "100", "--aht", "3m", "--patience", "90s", "--agents", "12", "--days", "20")
    found = data(*words, "--seed", "3")
    assert found["calls"]["offered"] == pytest.approx(48_000, rel=0.02)
    assert found["calls"]["service_level"] == pytest.approx(0.846, abs=0.01)
    assert found["calls"]["abandoned"] == pytest.approx(0.064, abs=0.005)
    assert found["occupancy"] == pytest.approx(0.779, abs=0.01)


def test_the_same_seed_gives_the_same_whatever_the_processes() -> None:
    words = (
        "--calls",
        "20",
        "--aht",
        "3m",
        "--agents",
        "3",
        "--days",
        "3",
        "--open",
        "09:00-10:00",
        "--seed",
    )
    assert data(*words, "1") == data(*words, "1", "--jobs", "2")
    assert data(*words, "1") != data(*words, "2")


def test_another_strategy_meets_the_same_calls() -> None:
    words = ("--calls", "30", "--aht", "3m", "--agents", "6", "--open", "09:00-11:00", "--strategy")
    longest, lots, linear = (data(*words, each) for each in ("longest-idle", "random", "linear"))
    assert longest["calls"]["offered"] == lots["calls"]["offered"] == linear["calls"]["offered"]
    assert longest["agents"] != lots["agents"]
    assert linear["agents"]["a1"]["calls"] > 2 * linear["agents"]["a6"]["calls"]


def test_a_forecast_with_planned_agents() -> None:
    found = data(str(DATA / "forecasts" / "planned.csv"), "--days", "5")
    assert len(found["agents"]) == 12
    assert found["agents"]["a12"]["staffed"] < found["agents"]["a01"]["staffed"]


def test_the_agents_of_a_folder_with_their_skills_and_languages(tmp_path: Path) -> None:
    calls = tmp_path / "calls.csv"
    calls.write_text(
        "time,queue,language,handle\n08:00:00,banco_atencion,pl,60\n08:00:00,banco_atencion,pl,60\n"
    )
    found = data(str(calls), "--config", str(ROOT / "config"))
    busy = {name for name, each in found["agents"].items() if each["calls"]}
    assert busy == {"piotr", "marta"}
    busy_of = {name: found["agents"][name] for name in ("ana", "piotr", "marta")}
    share = sum(each["busy"] for each in busy_of.values()) / sum(each["staffed"] for each in busy_of.values())
    assert found["queues"]["banco_atencion"]["occupancy"] == pytest.approx(share, abs=1e-6)
    more = data(str(calls), "--config", str(ROOT / "config"), "--agents", "6")
    assert list(more["agents"]) == ["ana", "piotr", "john", "marta", "ana_2", "piotr_2"]


def test_the_table_for_people() -> None:
    code, out, _ = run(CALLS, "--agents", "2", "--aht", "60")
    assert code == 0
    lines = [line.split() for line in out.splitlines() if line]
    assert [line[0] for line in lines] == [
        *("queue", "cards", "loans", "all"),
        *("client", "banco", "tienda"),
        *("2", "agent", "a1", "a2"),
    ]
    assert lines[0][-2:] == ["agents", "busy"]
    assert lines[1][-1] == lines[2][-1] != "s"


def test_a_queue_that_nobody_calls_is_shown() -> None:
    words = ("--calls", "0", "--aht", "60", "--agents", "1")
    assert data(*words)["queues"]["calls"]["offered"] == 0
    code, out, _ = run(*words)
    assert code == 0
    assert out.splitlines()[1].split()[:2] == ["calls", "0"]


def test_of_many_agents_the_most_and_the_least_busy_are_listed() -> None:
    code, out, _ = run("--calls", "100", "--aht", "3m", "--agents", "60", "--open", "08:00-09:00")
    assert code == 0
    assert sum(line.startswith("a") and line[1].isdigit() for line in out.splitlines()) == 20


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "give a file, or --calls and --aht"),
        ((CALLS, "--calls", "3"), 2, "give a file, or --calls and --aht"),
        (
            (CALLS, "--aht", "60"),
            1,
            "say who is there: --agents, --config, or a column agents in the forecast",
        ),
        ((CALLS, "--agents", "2"), 1, "two_days.csv:6: handle is missing"),
        ((CALLS, "--config", str(ROOT / "config"), "--aht", "60"), 1, 'no queue is called "cards"'),
        (
            (str(DATA / "forecasts" / "good.csv"), "--config", str(ROOT / "config")),
            1,
            '08:00: no queue is called ""',
        ),
        (("--calls", "3", "--aht", "60", "--agents", "1", "--open", "20:00-08:00"), 2, "write 08:00-20:00"),
        (("--calls", "3", "--aht", "60", "--agents", "1", "--open", "soon"), 2, "write 08:00-20:00"),
        (
            ("--calls", "3", "--aht", "60", "--agents", "1", "--strategy", "magic"),
            2,
            'no strategy is called "magic"',
        ),
        (("--calls", "3", "--aht", "60", "--agents", "1", "--target", "80"), 2, "write it as 80/20"),
        (("--calls", "3", "--aht", "60", "--agents", "1", "--ring", "30s"), 1, "phones ring for 20 s"),
        (("none.csv", "--agents", "1"), 1, "none.csv:1: no such file"),
    ],
)
def test_wrong_input_is_said(words: tuple[str, ...], code: int, said: str) -> None:
    ended, _, err = run(*words)
    assert ended == code
    assert said in " ".join(err.replace("│", " ").split())
