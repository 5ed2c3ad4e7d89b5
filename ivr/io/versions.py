"""The store of versions and publications: SQLite in the state folder. It blocks: never call it on the event loop.

Each question opens a connection of its own, so that a node and commands may use one store. A publication is one
transaction with its version: after kill -9 the old one is live or the new one, whole.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, cast

from ivr.content import SHOWN, name_of
from ivr.errors import PublicationRefused, UnknownVersion, VersionsBroken, VersionsOutOfReach
from ivr.publication import Publication

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ivr.publication import Kind, Wish

_PATIENCE = 5.0
"""Seconds that one who writes waits for another."""
_COLUMNS = "id, menu_set, hash, kind, who, at, effective_at, note, took_effect, turn, ended, reason"


class Versions:
    """All versions that ever were published, and the decisions to publish them."""

    def __init__(self, path: Path) -> None:
        """Keep them in this file, for this user only; it is made with the first write. Raises VersionsBroken."""
        self._path = path

    def live(self) -> dict[str, Publication]:
        """What new calls get, by menu set."""
        found = self._select("WHERE turn IS NOT NULL ORDER BY menu_set, turn")
        return {each.menu_set: each for each in found}  # the last of each set stays

    def pending(self) -> dict[str, Publication]:
        """What waits for its time, by menu set."""
        found = self._select("WHERE turn IS NULL AND ended IS NULL")
        return {each.menu_set: each for each in found}

    def history(self, menu_set: str) -> list[Publication]:
        """Every decision about a menu set, the newest first."""
        return self._select("WHERE menu_set = ? ORDER BY id DESC", menu_set)

    def before(self, menu_set: str) -> str | None:
        """The version that was live before the one that is."""
        found = self._select("WHERE menu_set = ? AND turn IS NOT NULL ORDER BY turn DESC", menu_set)
        return next((each.version for each in found if each.version != found[0].version), None)

    def find(self, menu_set: str, beginning: str) -> str:
        """The whole name of a version by its beginning. Raises UnknownVersion."""
        with self._open() as store:
            rows = store.execute("SELECT hash FROM version WHERE menu_set = ?", (menu_set,)).fetchall()
        names = [str(name) for (name,) in rows if beginning and str(name).startswith(beginning.lower())]
        if not names:
            raise UnknownVersion(
                f"{menu_set} has no version {beginning}; see: centralita menu history {menu_set}"
            )
        if len(names) > 1:
            shown = ", ".join(name[:SHOWN] for name in names)
            raise UnknownVersion(f"several versions of {menu_set} begin with {beginning}: {shown}")
        return names[0]

    def content(self, version: str) -> str:
        """What a version is made of. Raises UnknownVersion, and VersionsBroken for one that is not what it was."""
        with self._open() as store:
            row = store.execute("SELECT content FROM version WHERE hash = ?", (version,)).fetchone()
        if row is None:
            raise UnknownVersion(f"no version {version[:SHOWN]} is kept")
        content = str(row[0])
        if name_of(content) != version:
            raise VersionsBroken(
                f"version {version[:SHOWN]} in {self._path} was changed after it was published"
            )
        return content

    def is_whole(self, version: str) -> bool:
        """Whether a version is kept as it was published."""
        try:
            self.content(version)
        except (UnknownVersion, VersionsBroken):
            return False
        return True

    def sources(self, version: str) -> dict[str, str]:
        """The files that a version was written in, by name."""
        with self._open() as store:
            row = store.execute("SELECT sources FROM version WHERE hash = ?", (version,)).fetchone()
        return cast("dict[str, str]", json.loads(row[0])) if row is not None else {}

    def seen(self) -> dict[str, str]:
        """The version of each draft that was last looked at."""
        with self._open() as store:
            return dict(store.execute("SELECT menu_set, hash FROM seen").fetchall())

    def see(self, drafts: Mapping[str, str]) -> None:
        """These drafts have been looked at."""
        with self._writing() as store:
            store.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?)", list(drafts.items()))

    def publish(
        self, wish: Wish, content: str, sources: Mapping[str, str], *, now: float
    ) -> tuple[Publication, Publication | None]:
        """Keep a version and make it live, or have it wait; with the one that waited and now never will.

        `now` is Unix time. Raises PublicationRefused when another version went live since it was decided.
        """
        if name_of(content) != wish.version:
            raise VersionsBroken(f"version {wish.version[:SHOWN]} is named for another content")
        later = wish.effective_at if wish.effective_at is not None and wish.effective_at > now else None
        with self._writing() as store:
            self._refuse_stale(store, wish)
            kept = (wish.version, wish.menu_set, content, json.dumps(sources, ensure_ascii=False), now)
            # One that is kept already is the same, or was changed by another hand: then this mends it.
            mend = "ON CONFLICT (hash) DO UPDATE SET content = excluded.content"
            store.execute(f"INSERT INTO version VALUES (?, ?, ?, ?, ?) {mend}", kept)
            if wish.kind != "rollback":  # a draft that was published has been looked at
                store.execute("INSERT OR REPLACE INTO seen VALUES (?, ?)", (wish.menu_set, wish.version))
            waited = _one(store, "WHERE menu_set = ? AND turn IS NULL AND ended IS NULL", wish.menu_set)
            if later is not None and waited is not None:
                store.execute("UPDATE publication SET ended = 'replaced' WHERE id = ?", (waited.id,))
            # Without a turn only one of a set may wait, so that its turn comes with it.
            row = (wish.menu_set, wish.version, wish.kind, wish.who, now, later or now, wish.note)
            done = (now, _next_turn(store, wish.menu_set)) if later is None else (None, None)
            columns = "menu_set, hash, kind, who, at, effective_at, note, took_effect, turn"
            statement = f"INSERT INTO publication ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
            (number,) = store.execute(statement, (*row, *done)).fetchone()
            return _required(store, number), waited if later is not None else None

    def take_effect(self, pending: Publication, *, now: float) -> bool:
        """Its time has come; False when it does not wait any more."""
        with self._writing() as store:
            if not _required(store, pending.id).is_pending:
                return False
            turn = _next_turn(store, pending.menu_set)
            store.execute(
                "UPDATE publication SET took_effect = ?, turn = ? WHERE id = ?", (now, turn, pending.id)
            )
            return True

    def refuse(self, pending: Publication, reason: str) -> None:
        """It cannot become live when its time has come."""
        with self._writing() as store:
            statement = "UPDATE publication SET ended = 'refused', reason = ? WHERE id = ?"
            store.execute(f"{statement} AND turn IS NULL AND ended IS NULL", (reason, pending.id))

    def cancel(self, menu_set: str) -> Publication:
        """Do not publish what waits. Raises PublicationRefused when nothing does."""
        with self._writing() as store:
            waiting = _one(store, "WHERE menu_set = ? AND turn IS NULL AND ended IS NULL", menu_set)
            if waiting is None:
                raise PublicationRefused(f"nothing of {menu_set} waits to be published")
            store.execute("UPDATE publication SET ended = 'cancelled' WHERE id = ?", (waiting.id,))
            return waiting

    def _refuse_stale(self, store: sqlite3.Connection, wish: Wish) -> None:
        live = _one(
            store, "WHERE menu_set = ? AND turn IS NOT NULL ORDER BY turn DESC LIMIT 1", wish.menu_set
        )
        if (live.version if live is not None else None) == wish.instead_of:
            return
        if live is None:
            raise PublicationRefused(f"nothing of {wish.menu_set} is live any more")
        raise PublicationRefused(
            f"meanwhile {live.who} has put version {live.version[:SHOWN]} of {wish.menu_set} live; look again: "
            f"centralita menu diff {wish.menu_set}"
        )

    def _select(self, where: str, *values: str) -> list[Publication]:
        with self._open() as store:
            return _rows(store, where, *values)

    @contextmanager
    def _open(self, *, writing: bool = False) -> Iterator[sqlite3.Connection]:
        """A connection for one question; who only asks makes no file."""
        store: sqlite3.Connection | None = None
        there = writing or self._path.exists()
        try:
            if there:
                # The wording may tell of business that is not public yet; the log beside it takes over the mode.
                os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            store = sqlite3.connect(
                self._path if there else ":memory:", timeout=_PATIENCE, isolation_level=None
            )
            store.execute("PRAGMA journal_mode = WAL")
            store.execute("PRAGMA synchronous = FULL")
            store.executescript(files("ivr.io").joinpath("versions.sql").read_text(encoding="utf-8"))
            yield store
        except (sqlite3.Error, OSError) as error:
            raise VersionsOutOfReach(f"{self._path}: {error}") from error
        finally:
            if store is not None:
                store.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, one after the other."""
        with self._open(writing=True) as store:
            store.execute("BEGIN IMMEDIATE")
            try:
                yield store
            except BaseException:
                store.execute("ROLLBACK")
                raise
            store.execute("COMMIT")


def _next_turn(store: sqlite3.Connection, menu_set: str) -> int:
    statement = "SELECT coalesce(max(turn), 0) + 1 FROM publication WHERE menu_set = ?"
    return int(store.execute(statement, (menu_set,)).fetchone()[0])


def _rows(store: sqlite3.Connection, where: str, *values: object) -> list[Publication]:
    found = store.execute(f"SELECT {_COLUMNS} FROM publication {where}", values).fetchall()
    return [Publication(row[0], row[1], row[2], cast("Kind", row[3]), *row[4:]) for row in found]


def _one(store: sqlite3.Connection, where: str, *values: object) -> Publication | None:
    return next(iter(_rows(store, where, *values)), None)


def _required(store: sqlite3.Connection, number: int) -> Publication:
    (found,) = _rows(store, "WHERE id = ?", number)
    return found
