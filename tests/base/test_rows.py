"""Spreadsheets saved as CSV: read with the lines of their rows, as spreadsheets of several countries save them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from base.rows import read_rows

if TYPE_CHECKING:
    from pathlib import Path


def table(folder: Path, text: str | bytes) -> Path:
    path = folder / "table.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_rows_are_read_with_their_lines(tmp_path: Path) -> None:
    found = read_rows(table(tmp_path, 'a,b\n1,"x\ny"\n\n , \n2,\n'), "rows")
    assert found.data == {"rows": [{"a": "1", "b": "x\ny"}, {"a": "2"}]}
    assert found.line(("rows", 1)) == 6
    assert found.faults == []


def test_a_table_with_semicolons_may_write_a_decimal_comma(tmp_path: Path) -> None:
    found = read_rows(table(tmp_path, "\ufeffa;b\r\n1,5;x,y\r\n"), "rows")
    assert found.data == {"rows": [{"a": "1.5", "b": "x,y"}]}


@pytest.mark.parametrize(
    ("text", "line", "what", "mend"),
    [
        ("", 1, "the file is empty", "write the names of the columns into the first line"),
        ("a,,c\n1,2,3\n", 1, "column 2 has no name", "write the names of the columns into the first line"),
        ("a,b,a\n", 1, 'the column "a" stands twice', "keep one"),
        ("a,b\n1,2\n1,2,3\n", 3, "3 cells under 2 columns", "quote a text that holds a comma"),
        ('a,b\n1,"2\n', 2, "not CSV: unexpected end of data", "save it as CSV in UTF-8"),
        (b"a,b\n\xff,2\n", 1, "not UTF-8 text", "save it as CSV in UTF-8"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, text: str | bytes, line: int, what: str, mend: str
) -> None:
    found = read_rows(table(tmp_path, text), "rows")
    assert [(each.line, each.what, each.mend) for each in found.faults] == [(line, what, mend)]
    assert found.data == {}


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    assert [each.what for each in read_rows(tmp_path / "none.csv", "rows").faults] == ["no such file"]
    (tmp_path / "folder.csv").mkdir()
    assert "cannot be read" in read_rows(tmp_path / "folder.csv", "rows").faults[0].what


def test_other_files_are_yaml(tmp_path: Path) -> None:
    (tmp_path / "table.yaml").write_text("rows:\n- {a: 1}\n")
    assert read_rows(tmp_path / "table.yaml", "rows").data == {"rows": [{"a": 1}]}
