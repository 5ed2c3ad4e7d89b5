from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.io.private_file import whole_file
from records import Ledger
from records.exports.cells import safe
from records.exports.choosing import rows_of
from records.exports.csv_writer import CsvWriter
from records.exports.datasets import DATASETS, Kind
from records.exports.export import Format, export
from records.exports.figure_rows import FigureRows
from records.figures.calendar import Calendar, Days
from records.figures.definition import Group
from records.figures.question import Question
from records.views import tables
from tests.kit.recorded_day import CANARY, MADRID, at, write_day
from tests.records.calls import BEGAN, whole_call

if TYPE_CHECKING:
    from pathlib import Path

    from records.database import Database

DAYS = Days(date(2026, 11, 23), date(2026, 11, 23))
CALENDAR = Calendar(MADRID, {"sol": MADRID, "norte": CANARY})
ASKED = Question(DAYS, CALENDAR, at("13:00:00"))


def taken(database: Database, name: str, asked: Question = ASKED) -> list[list[str]]:
    file = io.BytesIO()
    count = export(database, DATASETS[name], asked, file, format=Format.CSV)
    rows = list(csv.reader(io.StringIO(file.getvalue().decode("utf-8"), newline="")))
    assert count == len(rows) - 1
    return rows


def test_a_day_of_contacts_by_each_clients_own_clock(database: Database) -> None:
    write_day(database)
    head, *rows = taken(database, "contacts")
    assert "ongoing" not in head
    ids = [row[0] for row in rows]
    assert ids[:3] == ["c1", "c2", "c3"]
    assert "n1" in ids
    assert "n0" not in ids
    first = dict(zip(head, rows[0], strict=True))
    assert (first["client"], first["started_at"]) == ("sol", "2026-11-23T08:00:00.000000Z")
    assert (first["contained"], first["csat"], first["ani"]) == ("false", "5.0", "+34600000001")


@pytest.mark.parametrize("name", DATASETS)
def test_every_dataset_comes_out_in_both_forms_alike(database: Database, name: str) -> None:
    write_day(database)
    head, *rows = taken(database, name)
    file = io.BytesIO()
    count = export(database, DATASETS[name], ASKED, file, format=Format.PARQUET)
    table = pq.read_table(io.BytesIO(file.getvalue()))
    assert table.num_rows == count == len(rows)
    assert table.column_names == head
    types = {
        Kind.TEXT: pa.string(),
        Kind.WHOLE: pa.int64(),
        Kind.REAL: pa.float64(),
        Kind.TRUTH: pa.bool_(),
        Kind.MOMENT: pa.timestamp("us", tz="UTC"),
    }
    assert table.schema.types == [types[kind] for _, kind in DATASETS[name].columns]
    for place, (column, kind) in enumerate(DATASETS[name].columns):
        if kind is Kind.MOMENT and rows and rows[0][place]:
            shown = table[column][0].as_py().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            assert shown == rows[0][place]


def test_only_what_may_be_seen_is_taken_out(database: Database) -> None:
    write_day(database)
    scoped = Question(DAYS, CALENDAR, at("13:00:00"), clients=frozenset({"norte"}))
    assert [row[0] for row in taken(database, "contacts", scoped)[1:]] == ["n1"]
    assert len(taken(database, "reservations", scoped)) == 2
    only = Question(DAYS, CALENDAR, at("13:00:00"), only={Group.CLIENT: "norte"})
    assert len(taken(database, "queue_visits", only)) == 2


def test_figures_are_taken_out_with_their_types(database: Database) -> None:
    write_day(database)
    asked = Question(DAYS, CALENDAR, at("13:00:00"), (Group.QUEUE,))
    file = io.BytesIO()
    export(database, FigureRows(asked), asked, file, format=Format.PARQUET)
    table = pq.read_table(io.BytesIO(file.getvalue()))
    assert table["queue"].to_pylist() == ["cards", "loans", "shop"]
    assert table["offered"].to_pylist() == [8, 4, 1]
    assert table.schema.field("sl_offered").type == pa.float64()


async def test_call_detail_records_have_the_columns_of_asterisk(database: Database, tmp_path: Path) -> None:
    ledger = Ledger(database, gather=0.0, spill=tmp_path)
    ledger.start(now=BEGAN)
    for each in whole_call("c1"):
        ledger.append(each)
    await ledger.flush()
    ledger.close()
    day = Days(date(2026, 11, 21), date(2026, 11, 21))
    file = io.BytesIO()
    asked = Question(day, CALENDAR, at("13:00:00"))
    count = export(database, rows_of("cdr", asked), asked, file, format=Format.CSV)
    head, *rows = csv.reader(io.StringIO(file.getvalue().decode(), newline=""))
    assert head[:6] == ["accountcode", "src", "dst", "dcontext", "clid", "channel"]
    assert head[-3:] == ["linkedid", "peeraccount", "sequence"]
    assert count == len(rows) == 3
    assert {row[head.index("disposition")] for row in rows} == {"ANSWERED", "NO ANSWER"}
    scoped = Question(day, CALENDAR, at("13:00:00"), clients=frozenset({"shop"}))
    assert export(database, rows_of("cdr", scoped), scoped, io.BytesIO(), format=Format.CSV) == 0


def test_it_tells_how_far_it_is(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    write_day(database)
    monkeypatch.setattr("records.exports.datasets.AT_ONCE", 4)
    told: list[tuple[int, int]] = []

    def tell(done: int, whole: int) -> None:
        told.append((done, whole))

    export(database, DATASETS["contacts"], ASKED, io.BytesIO(), format=Format.CSV, tell=tell)
    assert told[0] == (0, 17)
    assert [done for done, _ in told[1:]] == [4, 8, 12, 16, 17]


# --- CSV ---


@pytest.mark.parametrize("value", ["=1+1", "+1+1", "+", "-5", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(value: str) -> None:
    assert safe(value) == f"'{value}"
    assert safe(f"a{value}") == f"a{value}"


def test_a_telephone_number_is_found_as_it_is_dialled() -> None:
    assert safe("+34600111222") == "+34600111222"


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_whatever_a_cell_holds_it_is_read_again(values: list[str]) -> None:
    file = io.BytesIO()
    writer = CsvWriter(file, [(f"column{n}", Kind.TEXT) for n in range(len(values))], mark=True)
    writer.write([tuple(values)])
    assert file.getvalue().startswith(b"\xef\xbb\xbfcolumn0")
    text = file.getvalue().decode("utf-8-sig")
    [_, row] = csv.reader(io.StringIO(text, newline=""))
    assert row == [safe(value).encode("utf-8", "replace").decode() for value in values]


def test_lines_end_as_the_rfc_says() -> None:
    file = io.BytesIO()
    CsvWriter(file, [("a", Kind.TEXT), ("b", Kind.REAL)]).write([('say "hi"', 1.5), ("x,y", None)])
    assert file.getvalue() == b'a,b\r\n"say ""hi""",1.5\r\n"x,y",\r\n'


# --- files ---


def test_a_file_appears_whole_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with whole_file(path) as file:
        file.write(b"half")
        assert not path.exists()
    assert path.read_bytes() == b"half"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["out.csv"]


def test_what_fails_leaves_nothing_and_spares_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("before", encoding="utf-8")
    with pytest.raises(RuntimeError), whole_file(path) as file:
        file.write(b"half")
        raise RuntimeError
    assert path.read_text(encoding="utf-8") == "before"
    assert [each.name for each in tmp_path.iterdir()] == ["out.csv"]


def test_microseconds_survive(database: Database) -> None:
    write_day(database)
    with database.write() as connection:
        late = at("09:00:00") + 123_457
        connection.execute(tables.contact.update().where(tables.contact.c.id == "c1").values(started_at=late))
    file = io.BytesIO()
    export(database, DATASETS["contacts"], ASKED, file, format=Format.PARQUET)
    found = pq.read_table(io.BytesIO(file.getvalue()))["started_at"].to_pylist()[0]
    assert found == datetime(2026, 11, 23, 8, 0, 0, 123_457, tzinfo=UTC)
