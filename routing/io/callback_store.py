"""The book of callbacks on disk: a small SQLite file for its owner only, written on a thread of its own.

What is written survives kill -9 and the loss of power; what was only given to be written soon may be a moment behind.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, ParamSpec, TypeVar
from urllib.parse import quote

import structlog

from base.errors import CentralitaError
from records.card_scan import guarded
from routing.callbacks.do_not_call import Listed
from routing.callbacks.written import read, written

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from routing.callbacks.callback import Callback

log = structlog.get_logger()

P = ParamSpec("P")
T = TypeVar("T")

VERSION = 1
_DAMAGED = frozenset(("SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_ERROR"))
"""What SQLite calls a file that holds something else than it should."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS callback (
    id TEXT PRIMARY KEY, state TEXT NOT NULL, number TEXT NOT NULL, queue TEXT NOT NULL, client TEXT NOT NULL,
    promised REAL NOT NULL, body TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS do_not_call (
    number TEXT NOT NULL, client TEXT NOT NULL, added_by TEXT NOT NULL, since REAL NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (number, client)
) WITHOUT ROWID;
"""


class CallbackNotKept(CentralitaError):
    """The state folder could not be written: nothing was promised, or changed."""

    code = "not_kept"
    status = 503


class Kept(NamedTuple):
    """What the file holds."""

    callbacks: tuple[Callback, ...]
    listed: tuple[Listed, ...]


class CallbackStore:
    """One file. Work is done in the order in which it is given."""

    def __init__(self, path: Path) -> None:
        """`open` makes it where it is not there."""
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="callbacks")
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> Kept:
        """Open it and read all. Raises CallbackNotKept, which tells what to do with a file that is damaged."""
        return await self._run(self._open)

    async def put(self, callback: Callback) -> None:
        """It is on disk when this returns, for good. Raises CallbackNotKept."""
        await self._run(self._put, callback)

    def put_soon(self, callback: Callback) -> None:
        """Write it after what was given before; a disk that refuses is logged."""
        self._soon(self._put, callback)

    def forget_soon(self, reference: str) -> None:
        """Delete one."""
        self._soon(self._forget, reference)

    async def settled(self) -> None:
        """All that was given before is written. Raises CallbackNotKept where the disk refuses."""
        await self._run(lambda: None)

    async def list_number(self, listed: Listed) -> None:
        """Put a number on the do-not-call list. Raises CallbackNotKept."""
        await self._run(self._list, listed)

    async def unlist_number(self, number: str, client: str) -> None:
        """Take it off. Raises CallbackNotKept."""
        await self._run(self._unlist, number, client)

    async def wipe_leftovers(self) -> None:
        """After an erasure: empty the log beside the file, which holds what the pages held before."""
        await self._run(self._checkpoint)

    async def close(self) -> None:
        """Write what was given, then close."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=True)

    # --- on the thread ---

    def _open(self) -> Kept:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # For its owner only, and so for the journal that SQLite puts beside it.
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        self._connection = store = sqlite3.connect(
            self._path, isolation_level="IMMEDIATE", factory=guarded("callbacks.db")
        )
        try:
            return self._opened(store)
        except sqlite3.Error as error:
            if _name_of(error) not in _DAMAGED:
                raise
            raise CallbackNotKept(
                f"{self._path} cannot be read ({_name_of(error)}): put back a copy,"
                " or move it away to begin without the promises in it"
            ) from None

    def _opened(self, store: sqlite3.Connection) -> Kept:
        store.execute("PRAGMA journal_mode = WAL")
        store.execute("PRAGMA synchronous = FULL")
        store.execute("PRAGMA secure_delete = ON")  # what was erased of a person must not stay in free pages
        (version,) = store.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise CallbackNotKept(f"{self._path} was written by a newer version; start that one")
        store.executescript(SCHEMA)
        store.execute(f"PRAGMA user_version = {VERSION}")
        return kept_in(store)

    def _put(self, callback: Callback) -> None:
        wish = callback.wish
        row = (callback.id, callback.state.value, callback.number, wish.queue, wish.client, callback.promised)
        self._store().execute(
            "INSERT OR REPLACE INTO callback VALUES (?, ?, ?, ?, ?, ?, ?)", (*row, written(callback))
        )

    def _forget(self, reference: str) -> None:
        self._store().execute("DELETE FROM callback WHERE id = ?", (reference,))

    def _list(self, listed: Listed) -> None:
        row = (listed.number, listed.client, listed.by, listed.since, listed.reason)
        self._store().execute("INSERT OR REPLACE INTO do_not_call VALUES (?, ?, ?, ?, ?)", row)

    def _unlist(self, number: str, client: str) -> None:
        self._store().execute("DELETE FROM do_not_call WHERE number = ? AND client = ?", (number, client))

    def _checkpoint(self) -> None:
        self._store().commit()
        self._store().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _store(self) -> sqlite3.Connection:
        if self._connection is None:
            raise sqlite3.ProgrammingError("not open")
        return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # --- handing over ---

    async def _run(self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, partial(self._carry_out, work, *arguments, **named))

    def _soon(self, work: Callable[P, None], *arguments: P.args, **named: P.kwargs) -> None:
        def carry_out() -> None:
            try:
                self._carry_out(work, *arguments, **named)
            except CallbackNotKept as error:
                log.error("callback_not_kept", why=str(error))

        self._thread.submit(carry_out)

    def _carry_out(self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        try:
            with self._connection or nullcontext():
                return work(*arguments, **named)
        except (sqlite3.Error, OSError) as error:
            # Its text could quote a value; its name is enough.
            raise CallbackNotKept(f"{self._path} cannot be written: {_name_of(error)}") from None


def _name_of(error: Exception) -> str:
    """What went wrong, without a value in it."""
    return str(getattr(error, "sqlite_errorname", type(error).__name__))


def read_kept(path: Path) -> Kept:
    """What a file holds, while a node writes it or none does; nothing where there is none. Raises CallbackNotKept."""
    if not path.exists():
        return Kept((), ())
    try:
        with closing(
            sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True, timeout=5.0)
        ) as store:
            return kept_in(store)
    except sqlite3.Error as error:
        raise CallbackNotKept(f"{path} cannot be read: {error}") from None


def erase_kept(
    path: Path, numbers: Collection[str], client: str | None, hashed: Callable[[str], str], *, dry_run: bool
) -> int:
    """Keep nothing of whoever has these numbers in a file that no node writes: how much there was.

    As CallbackDesk.erase does on a running node. Raises CallbackNotKept.
    """
    if not path.exists():
        return 0
    marks = ", ".join("?" * len(numbers))
    values = (*sorted(numbers), client, client)
    where = f"number IN ({marks}) AND (? IS NULL OR client = ?)"
    try:
        with closing(sqlite3.connect(path, timeout=5.0, isolation_level="IMMEDIATE")) as store:
            store.execute("PRAGMA secure_delete = ON")
            listed = store.execute(
                f"SELECT number, client, added_by, since, reason FROM do_not_call WHERE {where}", values
            ).fetchall()
            (count,) = store.execute(f"SELECT COUNT(*) FROM callback WHERE {where}", values).fetchone()
            if not dry_run:
                with store:
                    store.execute(f"DELETE FROM callback WHERE {where}", values)
                    store.execute(f"DELETE FROM do_not_call WHERE {where}", values)
                    rows = [(hashed(number), *rest) for number, *rest in listed]
                    store.executemany("INSERT OR REPLACE INTO do_not_call VALUES (?, ?, ?, ?, ?)", rows)
                store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise CallbackNotKept(f"{path} cannot be written: {_name_of(error)}") from None
    return int(count) + len(listed)


def kept_in(store: sqlite3.Connection) -> Kept:
    """What a file holds; what cannot be read is logged and passed over, and stays where it is."""
    found = []
    for reference, body in store.execute("SELECT id, body FROM callback ORDER BY promised, id"):
        try:
            found.append(read(body))
        except (ValueError, KeyError, TypeError) as error:
            log.error("callback_unreadable", callback=reference, error=type(error).__name__)
    listed = store.execute("SELECT number, client, added_by, since, reason FROM do_not_call")
    return Kept(tuple(found), tuple(Listed(*row) for row in listed))
