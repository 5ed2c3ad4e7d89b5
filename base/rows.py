"""Tables that administrators keep in spreadsheets, saved as CSV, read like YAML files: a list of rows with their lines.

A table whose first line holds a semicolon is divided by semicolons and may write 3,5 for 3.5, as spreadsheets in Spain
and Poland save it.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import yaml

from base.document import Document, Fault, read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TEXT = "tag:yaml.org,2002:str"
_DECIMAL = re.compile(r"[-+]?\d+,\d+")


def read_rows(path: Path, key: str) -> Document:
    """A CSV file as {key: [{column: value}, ...]}, empty cells left out; any other file is read as YAML.

    Faults of form are in `document.faults`.
    """
    if path.suffix.lower() != ".csv":
        return read(path)
    faults: list[Fault] = []
    rows = [_mapping(cells, line) for line, cells in lines(path, faults)]
    start = _mark(1)
    node = yaml.MappingNode(
        "tag:yaml.org,2002:map",
        [(_scalar(key, 1), yaml.SequenceNode("tag:yaml.org,2002:seq", rows, start, start))],
        start,
        start,
    )
    return Document(path, None if faults else node, faults)


def lines(path: Path, faults: list[Fault]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row of a CSV file with its line: column to cell, empty cells left out. Faults are appended."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            has_semicolons = ";" in first
            reader = csv.reader(file, delimiter=";" if has_semicolons else ",", strict=True)
            header = [each.strip() for each in next(reader, [])]
            _look(path, header, faults)
            for cells in [] if faults else reader:
                row = dict(zip(header, map(str.strip, cells), strict=False))
                if len(cells) > len(header) and any(map(str.strip, cells[len(header) :])):
                    what = f"{len(cells)} cells under {len(header)} columns"
                    faults.append(Fault(str(path), reader.line_num, what, "quote a text that holds a comma"))
                elif any(row.values()):
                    yield (
                        reader.line_num,
                        {
                            name: cell.replace(",", ".")
                            if has_semicolons and _DECIMAL.fullmatch(cell)
                            else cell
                            for name, cell in row.items()
                            if cell
                        },
                    )
    except FileNotFoundError:
        faults.append(Fault(str(path), 1, "no such file", "create it or mend the name"))
    except OSError as error:
        faults.append(Fault(str(path), 1, f"cannot be read: {error.strerror}"))
    except UnicodeDecodeError:
        faults.append(Fault(str(path), 1, "not UTF-8 text", "save it as CSV in UTF-8"))
    except csv.Error as error:
        faults.append(Fault(str(path), reader.line_num, f"not CSV: {error}", "save it as CSV in UTF-8"))


def _look(path: Path, header: list[str], faults: list[Fault]) -> None:
    mend = "write the names of the columns into the first line"
    if not any(header):
        faults.append(Fault(str(path), 1, "the file is empty", mend))
    for place, name in enumerate(header):
        if not name:
            faults.append(Fault(str(path), 1, f"column {place + 1} has no name", mend))
        elif name in header[:place]:
            faults.append(Fault(str(path), 1, f'the column "{name}" stands twice', "keep one"))


def _mapping(cells: dict[str, str], line: int) -> yaml.MappingNode:
    pairs = [(_scalar(name, line), _scalar(cell, line)) for name, cell in cells.items()]
    return yaml.MappingNode("tag:yaml.org,2002:map", pairs, _mark(line), _mark(line))


def _scalar(text: str, line: int) -> yaml.ScalarNode:
    return yaml.ScalarNode(_TEXT, text, _mark(line), _mark(line))


def _mark(line: int) -> yaml.Mark:
    return yaml.Mark("", 0, line - 1, 0, None, 0)
