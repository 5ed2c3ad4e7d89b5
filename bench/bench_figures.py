"""What a day's figures cost: 100,000 contacts with their waits, reservations, segments and agents' spans.

Fills a fresh SQLite file (or the empty PostgreSQL database whose URL is given), asks for all figures of the day as a
whole, by queue, by agent and by half-hour, and for a page of the contacts behind one. Prints one JSON line: seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from records.database import Database
from records.figures.behind import Part, behind
from records.figures.calendar import Calendar, Days
from records.figures.definition import Group
from records.figures.figures import figures
from records.figures.question import Question
from records.migrate import upgrade
from records.views import tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Table

DAY = date(2026, 11, 23)
ZONE = ZoneInfo("Europe/Madrid")
SECOND = 1_000_000
QUEUES = [f"queue{number:02d}" for number in range(20)]
AGENTS = [f"agent{number:04d}" for number in range(1000)]
AT_ONCE = 5_000
_Made = tuple["Table", dict[str, Any]]


def fill(database: Database, contacts: int) -> None:
    """A day as it could have been: the same for the same number."""
    dice = random.Random(7)
    began = Days(DAY, DAY).span(ZONE)[0]
    waiting: dict[Table, list[dict[str, Any]]] = {}
    spans = dict.fromkeys(AGENTS, 1)
    with database.write() as connection:
        # Stored as they come, one after the other.
        for number, second in enumerate(sorted(dice.randrange(86_000) for _ in range(contacts))):
            for table, row in _contact(dice, number, began + second * SECOND, spans):
                rows = waiting.setdefault(table, [])
                rows.append(row)
                if len(rows) >= AT_ONCE:
                    connection.execute(table.insert(), rows)
                    rows.clear()
        for table, rows in waiting.items():
            if rows:
                connection.execute(table.insert(), rows)
    with database.write() as connection:
        connection.exec_driver_sql("ANALYZE")


def _contact(
    dice: random.Random, number: int, at: int, spans: dict[str, int]
) -> Iterator[tuple[Table, dict[str, Any]]]:
    name, client = f"01BENCH{number:019d}", f"client{number % 5}"
    common = {
        "client": client,
        "language": dice.choice(["es", "en", "pl"]),
        "reason": dice.choice(["card", "loan", "bill"]),
    }
    is_contained, is_abandoned = dice.random() < 0.25, dice.random() < 0.06
    queue, agent, waited = dice.choice(QUEUES), dice.choice(AGENTS), dice.expovariate(1 / 25)
    is_answered = not is_contained and not is_abandoned
    yield tables.contact, common | {
        "id": name, "ani": f"+346{dice.randrange(80_000):08d}", "initiation": "inbound", "started_at": at,
        "ended_at": at + 300 * SECOND, "menu": "main", "contained": is_contained,
        "transfers": int(dice.random() < 0.05),
        "agents": agent if is_answered else "", "csat": dice.choice([None, None, 3.0, 5.0]), "waited": waited,
        "talked": 200.0, "last_n": 30, "last_ts": at,
    }  # fmt: skip
    if is_contained:
        return
    joined, left = at + 30 * SECOND, at + 30 * SECOND + round(waited * SECOND)
    yield tables.queue_visit, common | {
        "contact": name, "visit": 1, "queue": queue, "joined_at": joined, "left_at": left, "waited": waited,
        "result": "abandoned" if is_abandoned else "answered", "agent": agent, "place_kept": False,
        "is_callback": False,
    }  # fmt: skip
    yield _segment(name, 1, "customer", "menu", at, joined)
    yield _segment(name, 2, "customer", "queue", joined, left)
    if is_abandoned:
        return
    talked = left + round(dice.expovariate(1 / 200) * SECOND)
    yield tables.reservation, {
        "id": f"r{number}", "contact": name, "visit": 1, "client": client, "queue": queue, "agent": agent,
        "created_at": left - 5 * SECOND, "ringing_at": left - 4 * SECOND, "ended_at": left,
        "result": "answered", "rang": 4.0,
        "through_at": talked, "talked": (talked - left) / SECOND, "held": 0.0, "wrapped": 20.0,
    }  # fmt: skip
    yield _segment(name, 3, "customer", "talking", left, talked)
    for n, kind, since, until in ((4, "ringing", left - 4 * SECOND, left), (5, "talking", left, talked),
                                  (6, "wrap_up", talked, talked + 20 * SECOND)):  # fmt: skip
        table, row = _segment(name, n, "agent", kind, since, until)
        yield table, row | {"agent": agent, "queue": queue, "leg": f"leg{number}"}
    over = talked + 20 * SECOND
    states = (("ringing", left - 4 * SECOND, left), ("talking", left, talked), ("wrap_up", talked, over),
              ("idle", over, over + 40 * SECOND))  # fmt: skip
    for state, since, until in states:
        yield tables.agent_span, {
            "agent": agent, "n": spans[agent], "began_at": since, "ended_at": until, "status": "available",
            "state": state, "contact": name if state != "idle" else None,
        }  # fmt: skip
        spans[agent] += 1


def _segment(name: str, n: int, party: str, kind: str, began: int, ended: int) -> _Made:
    return tables.segment, {
        "contact": name, "n": n, "party": party, "kind": kind, "began_at": began, "ended_at": ended,
        "seconds": (ended - began) / SECOND, "agent": None, "queue": None, "leg": None,
    }  # fmt: skip


def _timed(work: Callable[[], object], times: int) -> dict[str, float]:
    """Seconds by the clock, and the least of processor time: SQLite reckons in this process, PostgreSQL does not."""
    took, spent = [], []
    for _ in range(times):
        began, at = time.perf_counter(), time.process_time()
        work()
        took.append(time.perf_counter() - began)
        spent.append(time.process_time() - at)
    found = {"min": min(took), "median": statistics.median(took), "max": max(took), "cpu": min(spent)}
    return {name: round(seconds, 3) for name, seconds in found.items()}


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--database", help="URL of an empty PostgreSQL database")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database.of(options.database or Path(folder) / "records.sqlite")
        upgrade(database)
        fill(database, options.contacts)
        days = Days(DAY, DAY)

        def question(*by: Group) -> Question:
            return Question(days, Calendar(ZONE, {}), days.span(ZONE)[1], by)

        result = {
            "contacts": options.contacts,
            "database": "postgresql" if options.database else "sqlite",
            "whole_day": _timed(lambda: figures(database, question()), options.times),
            **{
                f"by_{group.value}": _timed(
                    lambda group=group: figures(database, question(group)), options.times
                )  # type: ignore[misc]
                for group in (Group.QUEUE, Group.AGENT, Group.HALF_HOUR)
            },
            "contacts_behind": _timed(
                lambda: behind(database, question(), "sl_offered", part=Part.REST), options.times
            ),
            "python": platform.python_version(),
            "cpus": os.cpu_count(),
        }
        database.close()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
