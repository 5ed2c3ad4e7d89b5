"""Calls tried from the files: the stage they come to, and cases that `check` plays."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from centralita.commands import app
from centralita.configuration import load_configuration
from centralita.menus.trying import failing, play, stage_of
from ivr.authoring.verdict import untried

if TYPE_CHECKING:
    from typer.testing import Result

    from centralita.configuration import Configuration

ROOT = Path(__file__).resolve().parents[2]
CASES = "config/menus/cases/banco_sol.yaml"


def run(*words: object) -> Result:
    """One command."""
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def shipped() -> Configuration:
    return load_configuration(ROOT / "config")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the shipped files."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    shutil.copytree(ROOT / "sip_profiles", tmp_path / "sip_profiles")
    (tmp_path / "prompts").mkdir()
    for file in (ROOT / "prompts").glob("*.yaml"):
        shutil.copy(file, tmp_path / "prompts")
    return tmp_path / "config"


def test_the_shipped_menus_pass_their_cases_and_no_branch_is_left_out(shipped: Configuration) -> None:
    verdicts = play(shipped, ROOT / "config", [])
    assert failing(shipped, ROOT / "config") == []
    for name, menus in shipped.menus.items():
        assert untried(menus, [each for each in verdicts if each.menu_set == name]) == []


def test_a_tried_call_comes_by_the_companys_clock_hours_and_number(shipped: Configuration) -> None:
    stage = stage_of(shipped, "banco_sol")
    assert (stage.timezone, stage.client, stage.dialled) == (
        ZoneInfo("Europe/Madrid"),
        "banco_sol",
        "+34910000001",
    )
    evening = datetime(2026, 11, 23, 22, tzinfo=stage.timezone)
    assert (stage.hours("banco_sol", stage.moment), stage.hours("banco_sol", evening)) == ("open", "closed")


def test_a_case_that_fails_is_an_error_of_check_with_its_line(config: Path) -> None:
    cases = config.parent / CASES
    cases.write_text(cases.read_text().replace("said: [connecting]", "said: [goodbye]", 1))
    line = 1 + cases.read_text()[: cases.read_text().index("said: [goodbye]")].count("\n")
    checked = run("check", "--config", config)
    assert checked.exit_code == 1
    told = checked.output.replace("\n", "")
    assert f"{CASES}:{line}: case zero is a person: expected goodbye to be said; " in told
    assert "is well" not in told


def test_a_broken_file_of_cases_is_an_error_of_check_and_no_hindrance_to_a_node(config: Path) -> None:
    cases = config.parent / CASES
    cases.write_text(cases.read_text() + "nobody_knows_this: 1\n")
    checked = run("check", "--config", config)
    assert (checked.exit_code, "nobody_knows_this" in checked.output) == (1, True)
    assert load_configuration(config)
    (config / "menus/cases/nowhere.yaml").write_text("schema: cases/1\nmenu_set: nowhere\ncases: [1\n")
    assert "nowhere.yaml:4: not YAML" in run("check", "--config", config).output.replace("\n", "")


def test_menu_test_tells_how_many_passed(config: Path) -> None:
    passed = run("menu", "test", "--config", config, "--coverage")
    assert passed.exit_code == 0
    assert "banco_sol" in passed.output
    assert "no case comes to" not in passed.output
    one = run("menu", "test", "tienda_norte", "--config", config)
    assert "banco_sol" not in one.output
    unknown = run("menu", "test", "tienda_sur", "--config", config)
    assert (unknown.exit_code, "tienda_norte" in unknown.output) == (1, True)


def test_menu_test_shows_the_call_around_what_went_another_way(config: Path) -> None:
    cases = config.parent / CASES
    cases.write_text(cases.read_text().replace("priority: 80", "priority: 81", 1))
    failed = run("menu", "test", "--config", config)
    assert failed.exit_code == 1
    assert "expected queue banco_seguridad priority 81" in failed.output
    assert "but the call ended so: queue banco_seguridad priority 80" in failed.output
    assert "card.activate: no_match" in failed.output
    assert "4111111" not in failed.output


def test_menu_test_as_json_holds_no_secret(config: Path) -> None:
    printed = run("menu", "test", "--config", config, "--json")
    document = json.loads(printed.output)
    assert len(document["cases"]) >= 60
    assert all(each["passed"] for each in document["cases"])
    assert document["cases"][0]["transcript"][0] == {"kind": "step_entered", "at": 0.0, "step": "start"}
    for secret in ("4111111", "01021980", "5555555555", "1228", "37828"):
        assert secret not in printed.output


def test_what_no_case_comes_to_is_told(config: Path) -> None:
    (config.parent / "config/menus/cases/tienda_norte.yaml").write_text(
        "schema: cases/1\nmenu_set: tienda_norte\ncases:\n"
        "  - {name: zero, language: es, happens: [{keys: '0'}], expect: {outcome: {queue: tienda_atencion}}}\n"
    )
    shown = run("menu", "test", "tienda_norte", "--config", config, "--coverage")
    assert shown.exit_code == 0
    assert "tienda_norte: no case comes to step pay\n" in shown.output
    assert "tienda_norte: no case comes to step main: key 1\n" in shown.output
