"""Search everything that is stored for card numbers: each text of each table, sealed parts opened; logs and captures.

Counts and places are told, never what was found. Blocks: for threads, or a command of its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import LargeBinary, Text, func, inspect, select

from records import schema
from records.card_numbers import mask_text, masked
from records.personal.reading import SEALED, Unsealed
from sip.capture import pcap
from sip.capture.redaction import without_cards

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection, RowMapping, Table

    from records.database import Database
    from records.personal.master_key import MasterKey

_AT_ONCE = 1_000
_MOST_PLACES = 1_000
_LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Place:
    """Where something that looks like a card number stands."""

    where: str
    """`table.column`, or a file."""
    row: str
    """The row's key, or the line."""
    count: int


@dataclass(slots=True)
class Scanned:
    """What was searched, and what was found."""

    tables: int = 0
    rows: int = 0
    texts: int = 0
    sealed: int = 0
    """Sealed parts that were opened and searched."""
    shut: int = 0
    """Sealed parts that were not: erased, or the master key is not at hand."""
    files: int = 0
    lines: int = 0
    unreadable: list[str] = field(default_factory=list)
    """Files that could not be read."""
    found: int = 0
    places: list[Place] = field(default_factory=list)
    """The first thousand."""

    def tell(self, where: str, row: str, count: int) -> None:
        """Something was found."""
        self.found += count
        if len(self.places) < _MOST_PLACES:
            self.places.append(Place(where, mask_text(row)[0], count))


def rows_in(database: Database) -> int:
    """How many rows a scan will read, for a progress bar."""
    with database.read() as connection:
        return sum(
            int(connection.execute(select(func.count()).select_from(table)).scalar() or 0)
            for table in _tables(connection)
        )


def scan(
    database: Database, master: MasterKey | None, logs: Iterable[Path] = (), *, done: Callable[[int], None]
) -> Scanned:
    """Search it all; `done` hears of each portion of rows. Raises StoreUnavailable."""
    scanned = Scanned()
    unsealed = Unsealed(master)
    with database.read() as connection:
        for table in _tables(connection):
            scanned.tables += 1
            for rows in _portions(connection, table):
                _scan_rows(connection, table, rows, unsealed, scanned)
                done(len(rows))
    for path in logs:
        _scan_file(path, scanned)
    return scanned


def _tables(connection: Connection) -> list[Table]:
    there = set(inspect(connection).get_table_names())
    return [table for name, table in sorted(schema.metadata.tables.items()) if name in there]


def _portions(connection: Connection, table: Table) -> Iterator[list[RowMapping]]:
    query = select(table)
    if table is schema.event:
        query = query.add_columns(*(each for each in SEALED if each.name not in table.c))
    found = connection.execution_options(yield_per=_AT_ONCE).execute(query).mappings()
    for rows in found.partitions():
        yield list(rows)


def _scan_rows(
    connection: Connection, table: Table, rows: list[RowMapping], unsealed: Unsealed, scanned: Scanned
) -> None:
    columns = [column.name for column in table.columns if isinstance(column.type, Text)]
    keys = [column.name for column in table.primary_key if not isinstance(column.type, LargeBinary)]
    scanned.rows += len(rows)
    for row in rows:
        for name in columns:
            value = row[name]
            if value is None:
                continue
            scanned.texts += 1
            if count := found_in(value):
                scanned.tell(f"{table.name}.{name}", " ".join(str(row[key]) for key in keys), count)
    if table is schema.event:
        _scan_sealed(connection, [row for row in rows if row["sealed"] is not None], unsealed, scanned)


def _scan_sealed(
    connection: Connection, rows: list[RowMapping], unsealed: Unsealed, scanned: Scanned
) -> None:
    for row in unsealed.rows(connection, rows):
        data = row["data"]
        if data.get("erased") is True or data.get("sealed") is True:
            scanned.shut += 1
            continue
        scanned.sealed += 1
        if count := masked(data)[1]:
            scanned.tell("event.sealed", str(row["id"]), count)


def _scan_file(path: Path, scanned: Scanned) -> None:
    try:
        if _is_capture(path):
            _scan_capture(path, scanned)
            return
        with path.open("r", encoding="utf-8", errors="replace") as file:
            scanned.files += 1
            number = 0
            while line := file.readline(_LONGEST_LINE):
                number += 1
                if count := found_in(line):
                    scanned.tell(str(path), f"line {number}", count)
            scanned.lines += number
    except OSError as error:
        scanned.unreadable.append(f"{path}: {error.strerror}")


def _is_capture(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(pcap.HEADER)) == pcap.HEADER


def _scan_capture(path: Path, scanned: Scanned) -> None:
    """SIP messages, without the numbers that machines make for themselves."""
    number = count = 0

    def look(text: str) -> str:
        nonlocal count
        count += found_in(text)
        return text

    with path.open("rb") as file:
        scanned.files += 1
        for number, message in enumerate(pcap.messages(file), 1):
            count = 0
            without_cards(message, look)
            if count:
                scanned.tell(str(path), f"message {number}", count)
        scanned.lines += number


def found_in(text: str) -> int:
    """How many card numbers stand in a text; numbers within JSON are not taken for texts."""
    if text[:1] in ("{", "["):
        held: Any
        try:
            held = json.loads(text)
        except (ValueError, RecursionError):
            pass
        else:
            return masked(held)[1]
    return mask_text(text)[1]
