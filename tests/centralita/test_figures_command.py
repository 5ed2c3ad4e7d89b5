from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from base.errors import DocumentError
from centralita.commands import app
from centralita.figure_terms import read_agreed
from records.database import Database
from records.figures.catalogue import DEFINITIONS
from records.migrate import upgrade
from tests.kit.recorded_day import write_day

ROOT = Path(__file__).resolve().parents[2]
DAY = ("--day", "2026-11-23")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    database = Database.of(tmp_path / "ledger.sqlite")
    upgrade(database)
    write_day(database)
    return tmp_path


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["figures", *words], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


def ask(state: Path, *words: str, code: int = 0) -> str:
    return run(*words, "--state", str(state), "--config", str(ROOT / "config"), code=code)


def test_a_days_figures_are_listed_with_their_formulas(state: Path) -> None:
    text = ask(state, *DAY)
    assert [line.split()[0] for line in text.splitlines()[1:]] == list(DEFINITIONS)
    assert "answered within T / offered" in text


def test_as_json_each_has_what_it_was_made_of(state: Path) -> None:
    document = json.loads(ask(state, *DAY, "--by", "queue", "--json"))
    assert document["by"] == ["queue"]
    cards = next(row for row in document["rows"] if row["key"] == {"queue": "cards"})
    assert cards["figures"]["sl_offered"] == {
        "value": 0.5,
        "counted": 4.0,
        "of": 8.0,
        "target": None,
        "missed": None,
    }


def test_as_csv_by_two_things(state: Path) -> None:
    text = ask(state, *DAY, "--by", "client,hour", "--show", "offered", "--csv")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["client", "hour", "offered"]
    assert ["sol", "2026-11-23T09:00+01:00", "3"] in rows


def test_one_form_at_a_time_and_either_name_of_the_days(state: Path) -> None:
    assert "--json or --csv" in ask(state, *DAY, "--json", "--csv", code=2)
    told = ask(state, "--first", "2026-11-23", "--last", "2026-11-23", "--json")
    assert told == ask(state, "--from", "2026-11-23", "--to", "2026-11-23", "--json")
    assert "is before" in ask(state, "--from", "2026-11-23", "--to", "2026-11-22", code=2)


def test_the_contacts_behind_a_figure_go_on_where_they_ended(state: Path) -> None:
    words = ("contacts", "sl_offered", *DAY, "--client", "sol", "--part", "rest", "--limit", "4")
    page = json.loads(ask(state, *words, "--json"))
    assert [each["contact"] for each in page["items"]] == ["c2", "c3", "c6", "c7"]
    rest = json.loads(ask(state, *words, "--json", "--after", page["next"]))
    assert [each["contact"] for each in rest["items"]] == ["c16", "c10"]
    assert rest["next"] is None
    shown = ask(state, *words)
    assert "more: --after" in shown
    assert "when (Europe/Madrid)" in shown


def test_each_figure_is_explained() -> None:
    for name, definition in DEFINITIONS.items():
        assert definition.formula in run("explain", name)
    assert len(json.loads(run("explain", "--json"))) == len(DEFINITIONS)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--by", "agnt"), 'did you mean "agent"?'),
        (("--by", "queue,queue"), "each once"),
        (("--day", "yesterday"), "is not a day"),
        (("--day", "2026-11-23", "--to", "2026-11-24"), "give --day, or"),
        (("--from", "2026-11-24", "--to", "2026-11-23"), "is before"),
        (("--show", "sl_offerd"), 'did you mean "sl_offered"?'),
        (("--by", "agent", "--show", "sl_offered"), "not told by agent"),
        (("contacts", "occupancy", "--client", "sol"), "is told by agent"),
        (("contacts", "asa", "--part", "some"), "write all, counted or rest"),
    ],
)
def test_what_cannot_be_asked_is_said_to_be_so(state: Path, words: tuple[str, ...], said: str) -> None:
    result = CliRunner().invoke(app, ["figures", *words, "--state", str(state)], env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert said in " ".join(result.output.replace("│", "").split())


def test_a_cursor_that_is_none_and_a_ledger_that_is_not_there(state: Path, tmp_path: Path) -> None:
    assert "no cursor" in ask(state, "contacts", "asa", *DAY, "--after", "[1]", code=1)
    assert "there is no ledger" in ask(tmp_path / "elsewhere", *DAY, code=1)


def test_what_was_agreed_with_a_client_company_counts(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    shutil.copytree(ROOT / "config", folder)
    file = folder / "clients" / "banco_sol.yaml"
    terms = "figures: {service_level: asterisk, short_abandon: 8s, repeat_days: 14, targets: {asa: 30, csat: 0.8}}\n"
    file.write_text(file.read_text(encoding="utf-8") + terms, encoding="utf-8")
    queues = folder / "queues.yaml"
    name = "  tienda_atencion:\n"
    text = queues.read_text(encoding="utf-8").replace(name, f"{name}    short_abandon: 3s\n")
    queues.write_text(text, encoding="utf-8")
    found = read_agreed(folder).terms
    bank = found.client("banco_sol")
    assert (bank.service_level, bank.short_abandon, bank.repeat_days) == ("sl_asterisk", 8.0, 14)
    assert found.target("asa", client="banco_sol") == 30
    assert found.target("sl_asterisk", client="banco_sol", queue="banco_atencion") == 0.8
    assert found.queues["tienda_atencion"].short_abandon == 3.0
    assert "lunch" not in found.paid
    assert "training" in found.paid


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ("{targets: {assa: 30}}", 'did you mean "asa"'),
        ("{targets: {offered: 30}}", "no figure with a better and a worse"),
        ("{targets: {csat: 80}}", "write 80 % as 0.8"),
        ("{repeat_days: 0}", "repeat_days"),
        ("{service_level: best}", "service_level"),
    ],
)
def test_terms_that_cannot_be_are_told_with_their_line(tmp_path: Path, terms: str, said: str) -> None:
    folder = tmp_path / "config"
    shutil.copytree(ROOT / "config", folder)
    file = folder / "clients" / "banco_sol.yaml"
    file.write_text(file.read_text(encoding="utf-8") + f"figures: {terms}\n", encoding="utf-8")
    with pytest.raises(DocumentError, match=said):
        read_agreed(folder)
