"""A name that nothing has is refused by every command that is asked by it, in place of zeros and empty lists."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from centralita.commands import app
from records.database import Database
from records.migrate import upgrade
from tests.kit.recorded_day import write_day

CONFIG = str(Path(__file__).resolve().parents[2] / "config")
ASKED = [
    ("figures", "--client"),
    ("figures", "--queue"),
    ("figures", "--agent"),
    ("figures", "--language"),
    ("figures", "--reason"),
    ("figures contacts offered", "--queue"),
    ("contacts", "--client"),
    ("contacts", "--queue"),
    ("contacts", "--agent"),
    ("records export contacts", "--client"),
    ("records export --format queue_log", "--client"),
    ("complaints", "--client"),
    ("messages", "--client"),
    ("promises", "--client"),
    ("promises", "--queue"),
    ("surveys", "--client"),
    ("surveys", "--queue"),
    ("surveys", "--agent"),
    ("cases", "--client"),
    ("cases", "--team"),
    ("customer find 1", "--client"),
    ("compliance es-10-2025", "--client"),
    ("callbacks", "--client"),
    ("recordings list", "--client"),
]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    database = Database.of(tmp_path / "ledger.sqlite")
    upgrade(database)
    write_day(database)
    return tmp_path


def ask(state: Path, command: str, *words: str, config: str = CONFIG, code: int = 0) -> str:
    # Options of a group of commands stand before the name of the command.
    line = [*command.split(), *words, "--state", str(state), "--config", config]
    result = CliRunner().invoke(app, line, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


@pytest.mark.parametrize(("command", "option"), ASKED)
def test_what_is_called_so_nowhere_is_wrong_use(state: Path, command: str, option: str) -> None:
    assert "'nosuch'" in ask(state, command, option, "nosuch", code=2)


def test_those_there_are_stand_in_the_error_and_a_near_miss_is_named(state: Path) -> None:
    assert "known: banco_sol" in ask(state, "contacts", "--client", "nosuch", code=2)
    assert 'did you mean "banco_sol"?' in ask(state, "contacts", "--client", "banco_so", code=2)
    assert 'did you mean "cards"?' in ask(
        state, "figures", "--queue", "card", code=2
    )  # seen in the records alone


def test_an_agent_without_history_and_without_a_place_in_the_configuration_is_none(state: Path) -> None:
    assert "no agent is called 'nosuch'" in ask(state, "agent history nosuch", code=2)


def test_who_stands_in_the_records_alone_is_still_found(state: Path) -> None:
    ask(state, "figures", "--client", "sol")
    ask(state, "figures", "--queue", "cards")
    ask(state, "figures", "--reason", "")  # those without one


def test_who_stands_in_the_configuration_alone_is_found_nothing_of(state: Path) -> None:
    ask(state, "contacts", "--client", "tienda_norte", "--queue", "tienda_atencion", "--agent", "piotr")
    ask(state, "figures", "--language", "pl")


def test_without_a_configuration_the_records_alone_know(state: Path, tmp_path: Path) -> None:
    ask(state, "contacts", "--client", "sol", config=str(tmp_path / "none"))
    assert "known: " in ask(state, "contacts", "--client", "banco_sol", config=str(tmp_path / "none"), code=2)
