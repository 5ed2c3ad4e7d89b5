"""What reading costs once many events are stored: a contact's timeline, its record, a page of contacts; and a rebuild.

Fills a fresh SQLite file, or the empty PostgreSQL database whose URL is given, with calls of fifteen events (see
bench_records), past the writer: their chain holds nothing. Prints one JSON line: milliseconds by the clock, those of
processor time, and for the rebuild events a second and the most memory that it took.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from bench_records import call

from records import schema
from records.database import Database
from records.ledger.entry import ready
from records.migrate import upgrade
from records.reader import Reader
from records.timeline.timeline import rows
from records.views import tables
from records.views.contact_record import contact_record
from records.views.fold import Fold
from records.views.rebuild import rebuild
from records.views.search import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import Table

    from records.views.fields import Row

EVENTS = 150_000
BEGAN = 1_795_294_000
AT_ONCE = 20_000
"""Contacts in one transaction."""
_SAMPLES = 200


def fill(database: Database, contacts: int) -> None:
    """So many calls, one after the other, a second apart."""
    entries = [ready(event, "main")[0] for event in call(0, float(BEGAN))]
    leg = next(each.leg for each in entries if each.leg is not None)
    derived = _derived()
    columns = list(schema.event.columns.keys())
    with _filling(database) as add:
        for first in range(0, contacts, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, contacts))
            add(
                schema.event,
                columns,
                (
                    (
                        number * len(entries) + n, "main", 1, number * len(entries) + n, _contact(number), n, None,
                        _leg(number) if each.leg == leg else None, each.ts + number * 1_000_000, None, each.type,
                        each.encoded, None, b"",
                    )
                    for number in numbers
                    for n, each in enumerate(entries, 1)
                ),
            )  # fmt: skip
            for table, row in derived:
                add(table, list(row), (_of(number, table, row) for number in numbers))


@contextmanager
def _filling(database: Database) -> Iterator[Callable[[Table, list[str], Iterable[Sequence[object]]], None]]:
    """What adds rows of a table, each time in a transaction of its own."""
    if database.path is not None:
        with closing(sqlite3.connect(database.path)) as store:
            store.execute("PRAGMA journal_mode = WAL")
            store.execute("PRAGMA synchronous = OFF")

            def insert(table: Table, columns: list[str], rows: Iterable[Sequence[object]]) -> None:
                places = ",".join("?" * len(columns))
                store.executemany(f"INSERT INTO {table.name} ({','.join(columns)}) VALUES ({places})", rows)
                store.commit()

            yield insert
        return
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as server:

        def copy(table: Table, columns: list[str], rows: Iterable[Sequence[object]]) -> None:
            statement = f"COPY {table.name} ({','.join(columns)}) FROM STDIN"
            with server.cursor() as cursor, cursor.copy(statement.encode()) as into:
                for row in rows:
                    into.write_row(row)

        yield copy
        server.execute("ANALYZE")


def _derived() -> list[tuple[Table, Row]]:
    fold = Fold(lambda table, where: [])
    for event in call(0, float(BEGAN)):
        fold.take(ready(event, "main")[0])
    return [(table, row) for table, found in fold.changed() for row in found]


def _of(number: int, table: Table, row: Row) -> list[object]:
    """The row of another call: later by as many seconds."""
    own: dict[str, object] = dict(row)
    own["contact" if table is not tables.contact else "id"] = _contact(number)
    if table is tables.leg:
        own["id"] = _leg(number)
    moved = (name for name, value in row.items() if isinstance(value, int) and value > 1 << 40)
    return list((own | {name: int(row[name] or 0) + number * 1_000_000 for name in moved}).values())


def _contact(number: int) -> str:
    return f"01BENCH{number:019d}"


def _leg(number: int) -> str:
    return f"01LEG{number:021d}"


def measure(database: Database, contacts: int) -> dict[str, float]:
    """Reading, in milliseconds; each time another contact."""
    reader = Reader(database)
    dice = random.Random(7)
    chosen = [_contact(dice.randrange(contacts)) for _ in range(_SAMPLES)]
    found: dict[str, float] = {}
    for name, ask in (
        ("timeline", lambda each: rows(reader.contact(each))),
        ("record", lambda each: contact_record(reader.whole(each))),
        ("page", lambda _: reader.search(Wanted(clients=("bank",)), limit=50)),
        ("page_by_number", lambda _: reader.search(Wanted(number="34600111222"), limit=50)),
    ):
        took, spent = zip(*_times(ask, chosen), strict=True)
        found[f"{name}_ms_min"] = round(min(took), 2)
        found[f"{name}_ms_median"] = round(statistics.median(took), 2)
        found[f"{name}_ms_p95"] = round(sorted(took)[int(len(took) * 0.95)], 2)
        found[f"{name}_ms_max"] = round(max(took), 2)
        found[f"{name}_cpu_ms_median"] = round(statistics.median(spent), 2)
    return found


def _times(ask: Callable[[str], object], chosen: list[str]) -> Iterator[tuple[float, float]]:
    """By the clock, and of this thread's processor time: what others on the machine take is in the first alone."""
    for each in chosen:
        began, at = time.perf_counter(), time.thread_time()
        ask(each)
        yield (time.perf_counter() - began) * 1000, (time.thread_time() - at) * 1000


def rebuilt(database: Database) -> dict[str, float]:
    """All that is derived, made anew."""
    began = time.perf_counter()
    count = rebuild(database, "main")
    took = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rebuild_events_per_s": round(count / took), "rebuild_peak_mb": round(peak)}


def main() -> None:
    """Fill, read, and print the figures with the machine they are of."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=EVENTS)
    options.add_argument("--rebuild", action="store_true")
    options.add_argument("--folder", help="where the file is made", default=None)
    options.add_argument("--database", help="URL of an empty PostgreSQL database", default=None)
    chosen = options.parse_args()
    contacts = chosen.events // 15
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        database = Database.of(chosen.database or Path(folder) / "ledger.sqlite")
        upgrade(database)
        began = time.perf_counter()
        fill(database, contacts)
        figures: dict[str, float] = {"events": contacts * 15, "fill_s": round(time.perf_counter() - began, 1)}
        figures |= measure(database, contacts)
        if chosen.rebuild:
            figures |= rebuilt(database)
        if database.path is not None:
            figures["file_gb"] = round(database.path.stat().st_size / 1e9, 2)
        database.close()
    machine = f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}"
    print(json.dumps({"bench": "timeline", **figures, "machine": machine}))


if __name__ == "__main__":
    main()
