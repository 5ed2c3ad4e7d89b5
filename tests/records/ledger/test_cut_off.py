"""Whoever takes away the end of the chain, its seals or its order leaves traces elsewhere, and is found by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from records import Ledger
from records.ledger.heads import FOLDER, Noted, all_notes
from records.ledger.verify import verify
from records.personal.master_key import MasterKey
from tests.records.calls import BEGAN, whole_call

if TYPE_CHECKING:
    from pathlib import Path

    from records.database import Database

pytestmark = pytest.mark.usefixtures("days_later")

MASTER = MasterKey(b"k" * 32)
DAY = 86_400.0
LAST = "(SELECT day FROM (SELECT MAX(day) AS day FROM chain_day) AS last)"
FORGOTTEN = "there is no such day any more"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "node"


@pytest.fixture
def ledger(database: Database, state: Path) -> Database:
    """Three days, of which two are over."""
    for day in range(3):
        write(database, state, day)
    return database


def write(database: Database, state: Path, day: int, *, call: str = "call") -> None:
    """One life of the node, and a call in it."""
    written = Ledger(database, gather=0.0, spill=state / "spill", master=MASTER)
    written.start(now=BEGAN + day * DAY)
    for each in whole_call(f"{call}{day}"):
        written.append(each._replace(ts=each.ts + day * DAY))
    assert written.close() == 0


def problems(database: Database, state: Path | None = None) -> list[str]:
    noted = [] if state is None else all_notes(state / FOLDER)
    days = verify(database, public_key=MASTER.public_key, noted=noted)
    return [problem for each in days for problem in each.problems]


def change(database: Database, *statements: str) -> None:
    with database.write() as connection:
        for each in statements:
            assert connection.execute(text(each)).rowcount


def forget_day(database: Database, day: str = LAST) -> None:
    """As somebody would who knows the tables, and the chain."""
    change(database, f"DELETE FROM event WHERE day = {day}", f"DELETE FROM chain_day WHERE day = {day}")


def test_what_was_noted_is_in_the_chain(ledger: Database, state: Path) -> None:
    noted = all_notes(state / FOLDER)
    assert [each.day for each in noted] == [each.day for each in verify(ledger)]
    assert problems(ledger, state) == []


def test_a_newest_day_that_was_taken_away_is_missed_by_the_note(ledger: Database, state: Path) -> None:
    forget_day(ledger)
    assert problems(ledger) == [], "the chain alone does not tell"
    assert [each for each in problems(ledger, state) if FORGOTTEN in each]


def test_the_note_stays_when_the_node_goes_on_after_its_end_was_cut_off(
    ledger: Database, state: Path
) -> None:
    forget_day(ledger)
    write(ledger, state, 3, call="later")
    write(ledger, state, 4, call="later")
    assert [each for each in problems(ledger, state) if FORGOTTEN in each]


def test_a_day_whose_end_was_cut_off_with_right_links_is_found(ledger: Database, state: Path) -> None:
    kept = f"SELECT seq, hash FROM event WHERE day = {LAST} AND seq = 20"
    change(
        ledger,
        f"DELETE FROM event WHERE day = {LAST} AND seq > 20",
        f"UPDATE chain_day SET count = 20, head = (SELECT hash FROM ({kept}) AS kept) WHERE day = {LAST}",
    )
    assert problems(ledger) == []
    assert ["its end was cut off" in each for each in problems(ledger, state)] == [True]
    write(ledger, state, 2, call="other")
    assert ["it was written anew" in each for each in problems(ledger, state)] == [True]


def test_a_webhook_that_was_told_more_than_there_is_shows_that_the_end_was_cut_off(ledger: Database) -> None:
    values = "'w', 'https://crm.example', '', '[]', TRUE, 1, 0, 'ana', (SELECT MAX(id) FROM event), 0, 0"
    columns = "id, url, about, types, personal, batch, made_at, made_by, cursor, tries, dead_in_a_row"
    change(ledger, f"INSERT INTO webhook ({columns}) VALUES ({values})")
    assert problems(ledger) == []
    forget_day(ledger)
    assert ["webhooks were told events up to" in each for each in problems(ledger)] == [True]


def test_all_seals_taken_away_are_missed_since_the_next_day_tells_them(ledger: Database) -> None:
    change(ledger, "UPDATE chain_day SET signature = NULL, sealed_at = NULL")
    assert problems(ledger) == ["its seal is missing: the next day tells of it"] * 2


def test_a_day_that_was_chained_anew_is_not_what_the_next_day_tells(ledger: Database) -> None:
    """And a day with sealed parts has a seal, whatever the next day tells."""
    first = "(SELECT day FROM (SELECT MIN(day) AS day FROM chain_day) AS first)"
    change(ledger, f"UPDATE chain_day SET signature = NULL, count = count + 1 WHERE day = {first}")
    found = problems(ledger)
    assert "it is not what was sealed: the next day tells a seal of other events" in found


def test_ids_that_changed_places_are_found(ledger: Database) -> None:
    change(
        ledger,
        "UPDATE event SET id = 100000 WHERE id = (SELECT MIN(id) + 3 FROM event)",
        "UPDATE event SET id = (SELECT MIN(id) + 3 FROM event) WHERE id = (SELECT MIN(id) + 4 FROM event)",
        "UPDATE event SET id = (SELECT MIN(id) + 4 FROM event) WHERE id = 100000",
    )
    assert ["ids" in each for each in problems(ledger)] == [True]


def test_ids_of_one_day_moved_before_those_of_another_are_found(ledger: Database) -> None:
    change(ledger, f"UPDATE event SET id = id - 100000 WHERE day = {LAST}")
    assert len(problems(ledger)) == 1


def test_what_is_no_event_at_all_is_told_and_no_fault_of_ours(ledger: Database) -> None:
    if ledger.path is None:
        pytest.skip("PostgreSQL takes no such values")
    for column in ("data", "type", "sealed", "ts", "contact"):
        change(ledger, f"UPDATE event SET {column} = x'00ff' WHERE id = (SELECT MIN(id) + 5 FROM event)")
        assert "is not as it was written" in problems(ledger)[0] or column == "sealed"


def test_half_a_line_of_a_note_is_left_out(state: Path) -> None:
    folder = state / FOLDER
    folder.mkdir(parents=True)
    noted = Noted("main", 20_000, 5, b"h" * 32)
    (folder / "main.days.jsonl").write_bytes(noted.line + noted.line[:20])
    assert all_notes(folder) == [noted]


def test_a_disk_without_room_for_notes_stops_nothing(database: Database, state: Path) -> None:
    state.mkdir()
    (state / FOLDER).write_text("in the way")
    write(database, state, 0)
    assert problems(database) == []
