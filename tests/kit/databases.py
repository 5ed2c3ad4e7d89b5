"""Real databases for tests: SQLite files, and a PostgreSQL server of the test run's own."""

from __future__ import annotations

import functools
import itertools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from records.database import Database
from records.migrate import upgrade
from tests.kit.ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

SQLITE, POSTGRESQL = "sqlite", "postgresql"
BOTH = (SQLITE, POSTGRESQL)
_USER = "postgres"


class Cluster:
    """One PostgreSQL server with a folder of its own. It refuses to run as root, so that root hands it on."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="centralita-postgresql-"))
        self.port = free_ports(1)[0]
        self._numbers = itertools.count(1)
        self._template: str | None = None
        if os.geteuid() == 0:
            shutil.chown(self.folder, _USER)
        self._run(
            "initdb", "-D", str(self.folder / "data"), "-U", _USER, "-A", "trust", "--no-sync", "-E", "UTF8"
        )
        self.start()

    def start(self) -> None:
        # What the tests prove is ours, not that of its disks: without fsync it is several times faster.
        settings = f"-p {self.port} -h 127.0.0.1 -k {self.folder} -c fsync=off -c max_connections=200"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-l", log, "-o", settings, "-w", "start")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def url(self, name: str) -> str:
        return f"postgresql://{_USER}@127.0.0.1:{self.port}/{name}"

    def make(self, *, migrated: bool = True) -> str:
        """The URL of a new database."""
        name = f"t{next(self._numbers)}"
        if migrated and self._template is None:
            self._template = f"template_{name}"
            self._create(self._template)
            database = Database.of(self.url(self._template))
            upgrade(database)
            database.close()
        self._create(name, f" TEMPLATE {self._template}" if migrated else "")
        return self.url(name)

    def _create(self, name: str, how: str = "") -> None:
        with psycopg.connect(self.url(_USER), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}{how}".encode())

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(_binaries() / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", _USER, "--", *command]
        with (self.folder.parent / f"{self.folder.name}.out").open("ab") as out:
            done = subprocess.run(
                command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd="/", check=False
            )
        said = Path(out.name).read_text(encoding="utf-8", errors="replace")
        Path(out.name).unlink()
        if done.returncode:
            raise RuntimeError(f"{program} failed: {said[-2000:]}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@functools.cache
def _binaries() -> Path:
    """Debian keeps the server's programs out of the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path or "initdb").parent


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The test run's PostgreSQL server."""
    with Cluster() as running:
        yield running


@pytest.fixture(params=BOTH)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where records may be kept, empty: a path that is not there yet, or the URL of a new database."""
    if request.param == SQLITE:
        return tmp_path / "records" / "ledger.sqlite"
    running: Cluster = request.getfixturevalue("cluster")
    return running.make(migrated=False)


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with all tables, empty: each test runs on SQLite and on PostgreSQL."""
    if request.param == SQLITE:
        made = Database.of(tmp_path / "records.sqlite")
        upgrade(made)
    else:
        running: Cluster = request.getfixturevalue("cluster")
        made = Database.of(running.make())
    yield made
    made.close()
