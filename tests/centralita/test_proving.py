"""`centralita records verify`, `seals` and `rebuild` as an administrator runs them."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

from centralita.commands import app
from centralita.state import LEDGER_FILE, SPILL_FOLDER, master_key_of
from records import Ledger
from records.database import Database
from tests.records.calls import BEGAN, whole_call

DAY = 86_400.0


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two days of calls."""
    monkeypatch.setattr("records.ledger.days.time", SimpleNamespace(time=lambda: BEGAN + 2 * DAY))
    database = Database.of(tmp_path / LEDGER_FILE)
    master = master_key_of(tmp_path, database, may_make=True)
    ledger = Ledger(database, gather=0.0, spill=tmp_path / SPILL_FOLDER, master=master)
    ledger.start(now=BEGAN)
    for day in range(2):
        for each in whole_call(f"day{day}"):
            ledger.append(each._replace(ts=each.ts + day * DAY))
    assert ledger.close() == 0
    return tmp_path


def run(state: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["records", *words, "--state", str(state)])


def change(state: Path) -> None:
    with sqlite3.connect(state / LEDGER_FILE) as connection:
        connection.execute("UPDATE event SET data = '{}' WHERE seq = 7")
    connection.close()


def test_a_whole_ledger_is_said_to_be_whole(state: Path) -> None:
    done = run(state, "verify")
    assert done.exit_code == 0
    assert "events of 2 days are as they were written" in done.output
    told = json.loads(run(state, "verify", "--json").output)
    assert (told["whole"], [each["sealed"] for each in told["days"]]) == (True, [True, False])


def test_a_changed_event_is_named_and_the_exit_code_tells(state: Path) -> None:
    change(state)
    done = run(state, "verify", "--json")
    told = json.loads(done.output)
    assert (done.exit_code, told["whole"]) == (1, False)
    assert "event 7 of contact day0" in told["days"][0]["problems"][0]
    assert run(state, "verify").exit_code == 1


def test_days_that_are_not_asked_for_are_left_out(state: Path) -> None:
    change(state)
    second = json.loads(run(state, "verify", "--json").output)["days"][1]["date"]
    assert run(state, "verify", "--since", second).exit_code in (0, 1)
    assert [
        each["date"] for each in json.loads(run(state, "verify", "--since", second, "--json").output)["days"]
    ] == [second]


def test_seals_that_were_kept_elsewhere_are_compared(state: Path) -> None:
    kept = state / "seals.jsonl"
    kept.write_text(CliRunner().invoke(app, ["records", "seals", "--state", str(state)]).stdout)
    assert run(state, "verify", "--seals", str(kept)).exit_code == 0
    told = json.loads(kept.read_text())
    kept.write_text(json.dumps(told | {"head": "00" * 32}))
    done = run(state, "verify", "--seals", str(kept), "--json")
    assert done.exit_code == 1
    assert "it is not what was sealed" in json.loads(done.output)["days"][0]["problems"][0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--key", "zz"), "'zz' is no public key: write the 64 hexadecimal digits that"),
        (("--key", "00" * 5), "is no public key"),
        (("--seals", "none.jsonl"), "No such file or directory"),
        (("--seals", "{folder}"), "Is a directory"),
        (
            ("--seals", "{folder}/garbage"),
            "line 2 is no seal; give what `centralita records seals > FILE` wrote",
        ),
        (("--seals", "{folder}/binary"), "is no text"),
        (("--seals", "{folder}/list"), "line 1 is no seal"),
        (("--seals", "{folder}/empty"), "holds no seal"),
        (("--since", "yesterday"), "'yesterday' is not a day; write it as 2026-11-23"),
        (("--until", "2026-13-01"), "is not a day"),
        (("--since", "2026-11-23", "--until", "2026-11-22"), "is before"),
    ],
)
def test_what_is_wrong_with_keys_files_and_days_is_said(
    state: Path, words: tuple[str, ...], said: str
) -> None:
    folder = Path(__file__).parents[1] / "data" / "seals"
    done = run(state, "verify", *(each.format(folder=folder) for each in words))
    assert done.exit_code == 2
    assert "Traceback" not in done.output
    shown = " ".join(done.output.replace("\u2502", " ").split())
    assert said in shown


def test_a_changed_row_of_a_derived_table_is_named_unless_the_quick_form_is_asked_for(state: Path) -> None:
    with sqlite3.connect(state / LEDGER_FILE) as connection:
        connection.execute("UPDATE contact SET outcome = 'lost' WHERE id = 'day1'")
    connection.close()
    assert run(state, "verify", "--quick").exit_code == 0
    assert "was not looked at" in run(state, "verify", "--quick").output
    done = run(state, "verify", "--json")
    told = json.loads(done.output)
    assert (done.exit_code, told["whole"], told["difference_count"]) == (1, False, 1)
    assert told["differences"][0] == {
        "table": "contact",
        "row": "id day1",
        "column": "outcome",
        "problem": "it is 'lost', the events say 'answered'",
        "mend": "`centralita records rebuild` makes it anew",
    }
    assert "1 differences" in run(state, "verify").output
    assert run(state, "rebuild").exit_code == 0
    assert run(state, "verify").exit_code == 0


def test_an_end_that_was_cut_off_is_found_by_what_the_node_noted_in_its_folder(state: Path) -> None:
    with sqlite3.connect(state / LEDGER_FILE) as connection:
        day = connection.execute("SELECT MAX(day) FROM chain_day").fetchone()
        for table in ("event", "chain_day"):
            connection.execute(f"DELETE FROM {table} WHERE day = ?", day)
    connection.close()
    done = run(state, "verify", "--quick", "--json")
    assert done.exit_code == 1
    assert "outside the database" in json.loads(done.output)["days"][-1]["problems"][0]


def test_recordings_are_looked_at_where_that_is_asked_for(state: Path) -> None:
    strange = state / "recordings" / "bank" / "2026-11-22" / "strange.opus"
    strange.parent.mkdir(parents=True)
    strange.write_bytes(b"")
    os.utime(strange, (0, 0))
    assert run(state, "verify").exit_code == 0
    done = run(state, "verify", "--recordings", "--json")
    told = json.loads(done.output)
    assert (done.exit_code, told["recording_count"]) == (1, 1)
    assert told["recordings"][0]["problem"] == "no event tells of this file"
    assert "1 recordings are not as the ledger says" in run(state, "verify", "--recordings").output
    strange.unlink()
    assert "the recordings are as the ledger says" in run(state, "verify", "--recordings").output


def test_seals_are_one_document_where_json_is_asked_for(state: Path) -> None:
    told = json.loads(run(state, "seals", "--json").output)
    assert len(told["seals"]) == 1
    assert run(state, "verify", "--key", told["public_key"]).exit_code == 0


def test_all_that_is_derived_is_made_anew(state: Path) -> None:
    with sqlite3.connect(state / LEDGER_FILE) as connection:
        before = connection.execute("SELECT * FROM contact").fetchall()
        connection.execute("DELETE FROM contact")
    done = run(state, "rebuild")
    assert done.exit_code == 0
    assert connection.execute("SELECT * FROM contact").fetchall() == before
    (noted,) = connection.execute("SELECT data FROM event WHERE type = 'audit.act'").fetchall()
    assert '"act":"records rebuild"' in noted[0]
    connection.close()


def test_beside_a_node_it_says_how(state: Path) -> None:
    ledger = Ledger(state / LEDGER_FILE, gather=0.0)
    ledger.start()
    try:
        done = run(state, "rebuild")
    finally:
        ledger.close()
    assert done.exit_code == 1
    assert "a node writes to" in done.output
    assert "SIGTERM" in done.output
