"""`centralita staff`: the table, the data, the picture, and what is said of wrong input."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from typer.testing import CliRunner

from centralita.commands import app

DATA = Path(__file__).resolve().parents[1] / "data" / "forecasts"


def run(*words: str) -> tuple[int, str, str]:
    found = CliRunner().invoke(app, ["staff", "--jobs", "1", *words])
    return found.exit_code, found.stdout, found.stderr


def test_a_half_hour_from_options_by_all_three_methods() -> None:
    code, out, _ = run(
        "--calls", "100", "--aht", "3m", "--patience", "90s", "--shrinkage", "30%", "--days", "40", "--json"
    )
    assert code == 0
    [found] = json.loads(out)["half_hours"]
    assert found["erlangs"] == 10.0
    assert found["erlang_c"]["agents"] == 14
    assert found["erlang_c"]["service_level"] == pytest.approx(0.888350)
    assert found["erlang_a"]["agents"] == found["simulation"]["agents"] == 12
    assert found["simulation"]["service_level"] == pytest.approx(found["erlang_a"]["service_level"], abs=0.03)
    assert found["simulation"]["occupancy"] == pytest.approx(found["erlang_a"]["occupancy"], abs=0.03)
    assert found["simulation"]["abandoned"] == pytest.approx(found["erlang_a"]["abandoned"], abs=0.02)
    assert found["roster"] == 18


def test_the_same_seed_gives_the_same_figures() -> None:
    words = ("--calls", "30", "--aht", "3m", "--days", "5", "--json", "--seed")
    assert run(*words, "7") == run(*words, "7")
    assert run(*words, "7") != run(*words, "8")


def test_a_table_of_a_forecast(tmp_path: Path) -> None:
    picture = tmp_path / "plan.svg"
    code, out, _ = run(str(DATA / "good.csv"), "--days", "10", "--plot", str(picture))
    assert code == 0
    lines = [line.split() for line in out.splitlines()]
    assert lines[0] == ["C"] * 4 + ["A"] * 5 + ["sim."] * 5
    assert [line[:4] for line in lines[2:]] == [
        ["08:00", "60", "8.0", "11"],
        ["08:30", "100", "13.3", "17"],
        ["09:00", "140", "18.7", "23"],
    ]
    drawn = ET.fromstring(picture.read_text(encoding="utf-8"))
    assert len(drawn.findall(".//{*}polyline")) == 3
    assert drawn.findtext(".//{*}title") == f"08:00: 60 calls, roster by {lines[2][-1]} agents"


def test_formulas_alone_with_queues_and_days() -> None:
    code, out, _ = run(str(DATA / "good.yaml"), "--no-simulation")
    assert code == 0
    assert "sim." not in out
    assert [line.split()[:3] for line in out.splitlines()[2:]] == [
        ["cards", "2026-11-23", "08:00"],
        ["cards", "2026-11-23", "08:30"],
    ]


def test_faults_of_a_file_are_said_with_their_lines() -> None:
    code, _, err = run(str(DATA / "faults.csv"))
    assert code == 1
    assert f"{DATA / 'faults.csv'}:3: half_hours.1.calls: 'many' is not a number" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "give a file, or --calls and --aht"),
        (("--calls", "10"), "give a file, or --calls and --aht"),
        (("x.csv", "--calls", "10"), "not both"),
        (("--calls", "10", "--aht", "0"), "--aht must be more than 0s"),
        (("--calls", "10", "--aht", "long"), "'long' is not a duration"),
        (("--calls", "10", "--aht", "3m", "--target", "80"), "write it as 80/20"),
        (("--calls", "10", "--aht", "3m", "--target", "100/20"), "between 0 and 100"),
        (("--calls", "10", "--aht", "3m", "--target", "80/soon"), "'soon' is not a duration"),
        (("--calls", "10", "--aht", "3m", "--shrinkage", "100%"), "less than 100%"),
        (("--calls", "10", "--aht", "3m", "--shrinkage", "30"), "is not a share"),
        (("--calls", "10", "--aht", "3m", "--max-occupancy", "0%"), "more than 0%"),
        (("--calls", "10", "--aht", "3m", "--ring", "20s"), "--ring must be less than 20s"),
        (("--calls", "10", "--aht", "3m", "--patience", "0"), "--patience must be more than 0s"),
    ],
)
def test_wrong_options_are_refused_with_what_would_be_right(words: tuple[str, ...], said: str) -> None:
    code, _, err = run(*words)
    assert code == 2
    assert said in " ".join(err.replace("│", " ").split())


def test_a_target_that_nobody_can_meet_is_said() -> None:
    code, _, err = run("--calls", "9000000", "--aht", "1h", "--no-simulation")
    assert code == 1
    assert "no number of agents up to 1000000 meets this target" in err


def test_a_picture_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    code, _, err = run(
        "--calls", "10", "--aht", "3m", "--no-simulation", "--plot", str(tmp_path / "a" / "b.svg")
    )
    assert code == 1
    assert "cannot be written" in err
