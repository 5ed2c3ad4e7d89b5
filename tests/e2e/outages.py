"""Ways in which a node's database goes away under it and comes back, and what must be there of the calls meanwhile."""

from __future__ import annotations

import sqlite3
import subprocess
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from centralita.state import (
    DATABASE,
    LEDGER_FILE,
    RECORDS_KEY_FILE,
    SPILL_FOLDER,
    database_of,
    master_key_of,
)
from records.database import Database
from records.ledger.ledger import NODE_NAME
from records.ledger.spill import Spill
from records.personal.master_key import open_master_key
from records.reader import Reader
from tests.e2e.centre import make_centre
from tests.kit.chain import chain_faults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from records.reader import ContactTimeline
    from tests.kit.databases import Cluster
    from tests.kit.server import Server

SMALL_DISK = 64
"""MiB: a node's folder with an hour of calls."""


class Outage(ABC):
    """One node, and how its database goes away."""

    def __init__(self, server: Server) -> None:
        """The server is not started yet."""
        self.server = server

    @abstractmethod
    def begin(self) -> None:
        """From now on nothing is written."""

    @abstractmethod
    def end(self) -> None:
        """All is well again."""


class PostgresqlStopped(Outage):
    """The database server is gone as by a power cut."""

    def __init__(self, folder: Path, cluster: Cluster) -> None:
        super().__init__(make_centre(folder / "node"))
        self._cluster = cluster
        self.server.environment[DATABASE] = cluster.make(migrated=False)

    def begin(self) -> None:
        self._cluster.stop("immediate")

    def end(self) -> None:
        self._cluster.start()


class SqliteLocked(Outage):
    """Another program has begun to write and does not end."""

    def __init__(self, folder: Path) -> None:
        super().__init__(make_centre(folder / "node"))

    def begin(self) -> None:
        self._other = sqlite3.connect(self.server.state / LEDGER_FILE, isolation_level=None)
        self._other.execute("BEGIN EXCLUSIVE")

    def end(self) -> None:
        self._other.execute("ROLLBACK")
        self._other.close()


class DiskFull(Outage):
    """A small disk on which somebody else takes the last byte: that of the database, or of all that is written."""

    def __init__(self, folder: Path, *, is_whole: bool) -> None:
        self._disk = folder / "disk"
        mount(self._disk)
        super().__init__(make_centre((self._disk if is_whole else folder) / "node"))
        if not is_whole:
            self.server.environment[DATABASE] = f"sqlite:///{self._disk / LEDGER_FILE}"

    @property
    def _ballast(self) -> Path:
        return self._disk / "ballast"

    def begin(self) -> None:
        with self._ballast.open("wb", buffering=0) as ballast:
            size = 1 << 20
            while size:
                try:
                    ballast.write(bytes(size))
                except OSError:
                    size //= 2

    def end(self) -> None:
        self._ballast.unlink()


def mount(folder: Path) -> None:
    """Have a small disk of its own there; where that is not allowed the test is skipped."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}m", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a disk that is full needs the right to mount one: {done.stderr.strip()}")


@contextmanager
def outage(name: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Outage]:
    """One by its name."""
    made: Outage
    match name:
        case "postgresql stopped":
            made = PostgresqlStopped(folder, request.getfixturevalue("cluster"))
        case "sqlite locked":
            made = SqliteLocked(folder)
        case _:
            made = DiskFull(folder, is_whole=name == "whole disk full")
    try:
        yield made
    finally:
        made.server.close()
        if isinstance(made, DiskFull):
            subprocess.run(["umount", "--lazy", str(folder / "disk")], check=True)


def trouble(server: Server) -> list[str]:
    """Why it is not ready."""
    host, port = server.http
    try:
        with urllib.request.urlopen(f"http://{host}:{port}/api/v1/ready", timeout=15) as answer:
            return [] if answer.status == 200 else [str(answer.status)]
    except urllib.error.HTTPError as refusal:
        with refusal:
            return [refusal.read().decode(errors="replace")]


def put_aside(server: Server) -> int:
    """How many contacts have ended while the database was away, as far as the journal of the outage has them."""
    key = open_master_key(server.state / RECORDS_KEY_FILE, may_make=False)
    journal = Spill(server.state / SPILL_FOLDER, NODE_NAME, key)
    return sum(each.entry.type == "contact.closed" for each in journal.entries(None))


def timelines(server: Server) -> list[ContactTimeline]:
    """All contacts with their events, read past the node; the chain is held against the rows on the way."""
    told = server.environment.get(DATABASE)
    database = Database.of(told) if told else database_of(server.state)
    try:
        assert chain_faults(database) == []
        reader = Reader(database, master_key_of(server.state, database))
        return [reader.contact(row.id) for row in reader.contacts(limit=100_000)]
    finally:
        database.close()


def hold_whole(found: list[ContactTimeline], *, calls: int) -> None:
    """Each call is there once, with all its events, numbered as they happened; all went the same way."""
    assert len(found) == calls
    stories = Counter(tuple(sorted(event.type for event in each.events)) for each in found)
    assert len(stories) == 1, stories
    for each in found:
        assert each.contact.outcome == "completed"
        assert [event.n for event in each.events] == list(range(1, len(each.events) + 1))
        moments = [event.ts for event in each.events]
        assert moments == sorted(moments)
        assert [event.type for event in each.events].count("contact.closed") == 1
