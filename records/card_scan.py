"""One guard for every door by which texts come into what stays: what looks like a card number is masked and counted.

The records' database has it on its writing connections, small SQLite files of the state folder as their connections'
class, the log as a processor; the ledger's writer masks before it seals and hashes. Each find is a mistake elsewhere:
it is logged as an error with the name of the door, never with the text, and `finds` tells how many there were at each.
"""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, cast

import structlog
from sqlalchemy import event

from base.compact import compact_text
from records.card_numbers import is_doubtful, mask_text, masked

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from structlog.typing import EventDict, WrappedLogger

T = TypeVar("T")

log = structlog.get_logger()

LOG = "log"
FOUND = "card_number_found"
"""What the log calls a find."""

_WRITES = re.compile(r"\s*(?:insert|update|replace|delete|with|merge)\b", re.IGNORECASE)
_TABLE = re.compile(r"\b(?:into|update|from)\s+\"?(\w+)", re.IGNORECASE)


class CardFinds:
    """How many card numbers were masked at each door of this process."""

    __slots__ = ("_counts", "_lock")

    def __init__(self) -> None:
        """None yet."""
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    def count(self, door: str, found: int) -> None:
        """So many more."""
        with self._lock:
            self._counts[door] = self._counts.get(door, 0) + found

    def by_door(self) -> Mapping[str, int]:
        """The counts so far."""
        with self._lock:
            return MappingProxyType(dict(self._counts))

    @property
    def total(self) -> int:
        """At all doors together."""
        return sum(self.by_door().values())


finds = CardFinds()
"""Of this process."""


def clean(door: str, value: T) -> T:
    """A text, or texts in a list or mapping, as it may be written there. Other values are handed back as they are."""
    cleaned, found = _cleaned(value)
    if found:
        _tell(door, found)
    return cast("T", cleaned)


def clean_row(door: str, row: Sequence[Any] | Mapping[str, Any]) -> Any:
    """The values of one row of a table. Texts that hold JSON stay JSON: its numbers are not taken for texts."""
    total = 0
    if isinstance(row, Mapping):
        changed: Any = {}
        for name, value in row.items():
            changed[name], found = _cleaned_cell(value)
            total += found
    else:
        cells = [_cleaned_cell(value) for value in row]
        changed = tuple(value for value, _ in cells)
        total = sum(found for _, found in cells)
    if not total:
        return row
    _tell(door, total)
    return changed


def guard(engine: Engine) -> None:
    """From now on each row that is written by this engine is searched; the door is the table."""
    event.listen(engine, "before_cursor_execute", _guarded, retval=True)


def guarded(door: str) -> type[sqlite3.Connection]:
    """The class of connections to a small database: `sqlite3.connect(path, factory=guarded("callbacks.db"))`."""

    class Guarded(sqlite3.Connection):
        def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
            return super().execute(sql, clean_row(door, parameters) if parameters else parameters)

        def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
            return super().executemany(sql, (clean_row(door, each) for each in parameters))

    return Guarded


def mask_logged(logger: WrappedLogger, method: str, event_dict: EventDict) -> EventDict:
    """Processor of structlog: no card number in a log, whoever hands it over. Stands right before the renderer."""
    del logger, method
    total = 0
    for name, value in event_dict.items():
        event_dict[name], found = _cleaned(value)
        total += found
    if total:
        finds.count(LOG, total)
        event_dict["card_numbers_masked"] = total
    return event_dict


def mask_line(text: str) -> str:
    """A line of a log that does not come by structlog."""
    cleaned, found = _cleaned(text)
    if found:
        finds.count(LOG, found)
    return str(cleaned)


def _guarded(
    connection: object, cursor: object, statement: str, parameters: Any, context: object, executemany: object
) -> tuple[str, Any]:
    """The signature is SQLAlchemy's."""
    del connection, cursor, context
    if not parameters or _WRITES.match(statement) is None:
        return statement, parameters
    table = _TABLE.search(statement)
    door = table[1] if table is not None else "database"
    if executemany:
        return statement, [clean_row(door, row) for row in parameters]
    return statement, clean_row(door, parameters)


def _tell(door: str, found: int) -> None:
    finds.count(door, found)
    log.error(FOUND, door=door, count=found)


def _cleaned(value: Any) -> tuple[Any, int]:
    if type(value) is str:
        return mask_text(value)
    if isinstance(value, Mapping | list | tuple):
        cleaned, found = masked(value)
        return (cleaned, found) if found else (value, 0)
    return value, 0


def _cleaned_cell(value: Any) -> tuple[Any, int]:
    if not isinstance(value, str):
        return value, 0
    if value[:1] in ("{", "[") and (not value.isascii() or is_doubtful(value)):
        try:
            held = json.loads(value)
        except (ValueError, RecursionError):
            return mask_text(value)
        cleaned, found = masked(held)
        return (compact_text(cleaned), found) if found else (value, 0)
    return mask_text(value)
