"""No card number gets into anything that stays, by whatever door it is tried."""

from __future__ import annotations

import importlib
import json
import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from sqlalchemy import LargeBinary, Text, insert, select, update

import records
from records import card_scan, schema
from records.card_scan import clean, clean_row, finds, guarded, mask_line, mask_logged
from records.views import tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Table

    from records.database import Database

CARD = "4111111111111111"
SPACED = "4111 1111 1111 1111"
HIDDEN = "************1111"
for file in sorted(Path(records.__file__).parent.glob("*/tables.py")):
    importlib.import_module(f"records.{file.parent.name}.tables")
ALL_TABLES = sorted(schema.metadata.tables)
"""All that there is, whoever adds another."""


@pytest.fixture(autouse=True)
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[card_scan.CardFinds]:
    fresh = card_scan.CardFinds()
    monkeypatch.setattr(card_scan, "finds", fresh)
    yield fresh


def row_of(table: Table, text: str) -> dict[str, Any]:
    """A row with this text wherever a text may stand."""
    row: dict[str, Any] = {}
    for column in table.columns:
        if isinstance(column.type, Text):
            row[column.name] = text
        elif not column.nullable and column.server_default is None:
            kind = column.type.python_type
            row[column.name] = b"x" if isinstance(column.type, LargeBinary) else kind(1)
    return row


@pytest.mark.parametrize("name", ALL_TABLES)
def test_no_text_column_of_any_table_takes_a_card_number(database: Database, name: str) -> None:
    table = schema.metadata.tables[name]
    for text in (CARD, f"paid with {SPACED} today", json.dumps({"note": CARD, "at": 1763817600123456})):
        with database.write() as connection:
            connection.execute(table.delete())
            connection.execute(insert(table), [row_of(table, text)])
        with database.read() as connection:
            written = connection.execute(select(table)).mappings().one()
        assert CARD not in str(dict(written))
        assert SPACED not in str(dict(written))
    if any(isinstance(column.type, Text) for column in table.columns):
        assert card_scan.finds.by_door()[name] >= 3


def test_many_rows_at_once_and_changes_are_searched_too(database: Database) -> None:
    table = tables.menu_step
    rows = [row_of(table, "fine") | {"contact": f"c{number}", "n": 1} for number in range(5)]
    rows[3]["step"] = SPACED
    with database.write() as connection:
        connection.execute(insert(table), rows)
        connection.execute(update(table).where(table.c.contact == "c1").values(menu=CARD))
    with database.read() as connection:
        found = str(connection.execute(select(table)).all())
    assert CARD not in found
    assert SPACED not in found
    assert found.count("fine") > 10


def test_what_was_masked_is_an_alarm_that_tells_the_door_and_not_the_number() -> None:
    with structlog.testing.capture_logs() as logged:
        assert clean("notes", {"text": [f"card {CARD}"]}) == {"text": [f"card {HIDDEN}"]}
    assert logged == [{"event": "card_number_found", "door": "notes", "count": 1, "log_level": "error"}]
    assert card_scan.finds.total == 1


def test_texts_without_card_numbers_are_handed_back_as_they_are() -> None:
    for value in ("", "4111", "+34600112233", "ąęł" * 9, {"a": ["b", 1]}, None, 3, b"4111111111111111"):
        assert clean("door", value) is value
    row = (1, None, "4111", b"x")
    assert clean_row("door", row) is row
    assert card_scan.finds.total == 0


def test_numbers_inside_stored_json_are_not_taken_for_texts() -> None:
    # 1763817600123458 passes the check of card numbers, and is a moment in microseconds.
    held = json.dumps({"at": 1763817600123458, "note": CARD})
    (cleaned,) = clean_row("door", (held,))
    assert json.loads(cleaned) == {"at": 1763817600123458, "note": HIDDEN}


@pytest.mark.parametrize("text", ["{4111111111111111", '["4111111111111111"', "[" * 20_000 + CARD])
def test_what_only_begins_like_json_is_searched_as_text(text: str) -> None:
    (cleaned,) = clean_row("door", (text,))
    assert CARD not in cleaned


def test_digits_of_another_script_are_digits() -> None:
    written = "".join(chr(0x0660 + int(digit)) for digit in CARD)
    assert clean("door", written) != written
    (cleaned,) = clean_row("door", (json.dumps({"note": written}),))
    assert json.dumps(written)[1:-1] not in cleaned


def test_a_small_database_masks_at_its_own_connection(tmp_path: Path) -> None:
    path = tmp_path / "small.db"
    with closing(sqlite3.connect(path, factory=guarded("small.db"))) as store, store:
        store.execute("CREATE TABLE note (id INTEGER, text TEXT)")
        store.execute("INSERT INTO note VALUES (?, ?)", (1, CARD))
        store.executemany("INSERT INTO note VALUES (?, ?)", [(2, "fine"), (3, SPACED)])
        store.execute("INSERT INTO note VALUES (4, :text)", {"text": CARD})
        texts = [text for (text,) in store.execute("SELECT text FROM note ORDER BY id")]
    assert texts == [HIDDEN, "fine", "**** **** **** 1111", HIDDEN]
    assert CARD.encode() not in path.read_bytes()
    assert card_scan.finds.by_door() == {"small.db": 3}


def test_the_log_masks_what_is_handed_to_it() -> None:
    row = mask_logged(None, "info", {"event": f"got {CARD}", "rows": [{"x": SPACED}], "n": 3})
    assert row == {
        "event": f"got {HIDDEN}",
        "rows": [{"x": "**** **** **** 1111"}],
        "n": 3,
        "card_numbers_masked": 2,
    }
    assert mask_line(f"lib: {CARD}") == f"lib: {HIDDEN}"
    assert mask_line("fine") == "fine"
    assert card_scan.finds.by_door() == {"log": 3}


def test_what_libraries_log_and_what_exceptions_say_is_masked(capsys: pytest.CaptureFixture[str]) -> None:
    from centralita.logs import set_up

    root = logging.getLogger()
    before = root.handlers[:]
    root.handlers.clear()
    try:
        set_up()
        logging.getLogger("some.library").warning("pan=%s", CARD)
        try:
            raise ValueError(f"cannot use {CARD}")
        except ValueError:
            structlog.get_logger().exception("failed")
    finally:
        root.handlers[:] = before
        structlog.reset_defaults()
    told = capsys.readouterr().err
    assert CARD not in told
    assert told.count(HIDDEN) >= 2


def test_the_counts_of_the_process_start_empty() -> None:
    assert set(finds.by_door()) <= {"log", *ALL_TABLES}
