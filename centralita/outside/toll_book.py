"""What was called today, on disk: a small database of the state folder, so that a restart forgives nobody's count."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from records.card_scan import guarded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_SCHEMA = """
create table if not exists spent (
    day text not null, payer text not null, calls integer not null, seconds real not null,
    primary key (day, payer)
) without rowid
"""


class TollBook:
    """The counts of a day by payer. All of it blocks: for threads."""

    def __init__(self, path: Path) -> None:
        """Opens nothing yet."""
        self.path = path

    def load(self, day: str) -> Mapping[str, tuple[int, float]]:
        """Calls and seconds of a day; earlier days are forgotten. Raises sqlite3.Error."""
        with closing(self._open()) as database, database:
            database.execute("delete from spent where day < ?", (day,))
            rows = database.execute("select payer, calls, seconds from spent where day = ?", (day,))
            return {payer: (calls, seconds) for payer, calls, seconds in rows}

    def save(self, rows: Iterable[tuple[str, str, int, float]]) -> None:
        """Day, payer, calls, seconds: each replaces what stood there. Raises sqlite3.Error."""
        with closing(self._open()) as database, database:
            database.executemany("insert or replace into spent values (?, ?, ?, ?)", rows)

    def begin_anew(self) -> None:
        """Put what cannot be read aside, as `tolls.db.broken`, and go on without it. Raises OSError."""
        for end in ("-wal", "-shm"):
            self.path.with_name(self.path.name + end).unlink(missing_ok=True)
        if self.path.exists():
            self.path.replace(self.path.with_name(self.path.name + ".broken"))

    def _open(self) -> sqlite3.Connection:
        # For its owner only, and so for the journal that SQLite puts beside it.
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        database = sqlite3.connect(self.path, timeout=5.0, factory=guarded("tolls.db"))
        database.execute("pragma journal_mode = wal")
        database.execute(_SCHEMA)
        return database
