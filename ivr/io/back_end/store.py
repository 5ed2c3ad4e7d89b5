"""A SQLite file on a thread of its own, for its owner only.

What is reported as done survives the end of the process, however it comes; where it says so, of the machine too.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from ivr.errors import BackEndClosed, StoreBroken

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

P = ParamSpec("P")
T = TypeVar("T")


class Store:
    """One file."""

    def __init__(self, path: Path, schema: str, version: int) -> None:
        """`schema` is a file of this package; `version` its number."""
        self._path = path
        self._schema = schema
        self._version = version
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=path.stem)
        self._connection: sqlite3.Connection | None = None
        self._is_closed = False

    async def open(self) -> None:
        """Open it, or make it. Raises OSError and sqlite3.Error."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._open)

    async def close(self) -> None:
        """Finish what was asked, then close."""
        if self._is_closed:
            return
        self._is_closed = True
        await asyncio.get_running_loop().run_in_executor(self._thread, self._shut)
        self._thread.shutdown(wait=True)

    async def run(
        self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do a piece of work in one transaction. Raises StoreBroken, and BackEndClosed after `close`."""
        return await self._run("NORMAL", work, *args, **kwargs)

    async def run_durably(
        self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same, and nothing of it is lost when the machine loses its power: dear, so for money only."""
        return await self._run("FULL", work, *args, **kwargs)

    async def _run(
        self,
        synchronous: str,
        work: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        def carry_out() -> T:
            store = self._connection
            if store is None:
                raise BackEndClosed(f"{self._path.name} was never opened")
            try:
                store.execute(f"PRAGMA synchronous = {synchronous}")
                with store:
                    return work(store, *args, **kwargs)
            except sqlite3.Error as error:
                # Its text could quote a value; its name is enough.
                raise StoreBroken(f"{self._path.name}: {error.sqlite_errorname}") from None

        if self._is_closed:
            raise BackEndClosed(f"{self._path.name} is closed")
        return await asyncio.get_running_loop().run_in_executor(self._thread, carry_out)

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # For its owner only, and so for the journal that SQLite puts beside it.
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        self._connection = store = sqlite3.connect(self._path, isolation_level="IMMEDIATE")
        store.execute("PRAGMA journal_mode = WAL")
        (found,) = store.execute("PRAGMA user_version").fetchone()
        if found != self._version:
            store.executescript(files("ivr.io.back_end").joinpath(self._schema).read_text(encoding="utf-8"))
            store.execute(f"PRAGMA user_version = {self._version}")

    def _shut(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
