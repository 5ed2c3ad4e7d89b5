"""What is kept of agents in the state folder (SQLite): status, reason, since, last contact. Blocks: for a thread."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from typing import TYPE_CHECKING, Any

from base.errors import CentralitaError
from records.card_scan import guarded
from routing.agents.attendance import Standing
from routing.agents.tables import State, Status

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_EDITION = 1
_FIELDS = {each.name for each in dataclasses.fields(Standing)}


class AttendanceBroken(CentralitaError):
    """The file holds something else than what was kept."""

    code = "attendance_broken"
    status = 503


class AttendanceFile:
    """One file; a commit survives kill -9."""

    def __init__(self, path: Path) -> None:
        """Open it, or begin it. Raises AttendanceBroken."""
        self._path = path
        path.touch(mode=0o600)
        self._database = sqlite3.connect(
            path, check_same_thread=False, isolation_level=None, factory=guarded("agents.sqlite")
        )
        try:
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=NORMAL")
            self._database.execute("PRAGMA secure_delete=ON")
            (edition,) = self._database.execute("PRAGMA user_version").fetchone()
            if edition not in (0, _EDITION):
                raise AttendanceBroken(f"{path} was written by a newer version; start that one")
            self._database.execute(
                "CREATE TABLE IF NOT EXISTS agent (id TEXT PRIMARY KEY, kept TEXT NOT NULL) WITHOUT ROWID"
            )
            self._database.execute(f"PRAGMA user_version={_EDITION}")
        except sqlite3.DatabaseError as error:
            self._database.close()
            raise AttendanceBroken(_damaged(path, error)) from None
        except AttendanceBroken:
            self._database.close()
            raise

    def load(self) -> dict[str, Standing]:
        """What is kept, by agent. Raises AttendanceBroken."""
        try:
            rows = self._database.execute("SELECT id, kept FROM agent").fetchall()
            return {agent: _standing(agent, json.loads(kept)) for agent, kept in rows}
        except (sqlite3.DatabaseError, ValueError, TypeError, LookupError) as error:
            raise AttendanceBroken(_damaged(self._path, error)) from None

    def save(self, standings: Iterable[Standing], gone: Iterable[str] = ()) -> None:
        """Keep these, forget those. Raises sqlite3.Error."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            self._database.executemany(
                "INSERT OR REPLACE INTO agent VALUES (?, ?)",
                [(each.agent, json.dumps(_entry(each))) for each in standings],
            )
            self._database.executemany("DELETE FROM agent WHERE id = ?", [(each,) for each in gone])
            self._database.execute("COMMIT")
        except BaseException:
            self._database.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Let go of it."""
        self._database.close()


def _entry(standing: Standing) -> dict[str, Any]:
    # asdict() would copy each value deeply, which costs more than all the rest of a change.
    kept = {name: getattr(standing, name) for name in _FIELDS}
    skills = None if standing.skills is None else dict(standing.skills)
    return {**kept, "status": standing.status.value, "state": standing.state.value, "skills": skills}


def _standing(agent: str, kept: dict[str, Any]) -> Standing:
    """What another version may have kept besides is passed over."""
    known = {name: value for name, value in dict(kept).items() if name in _FIELDS}
    if known.get("queues") is not None:
        known["queues"] = tuple(known["queues"])
    return Standing(
        **{**known, "agent": agent, "status": Status(known["status"]), "state": State(known["state"])}
    )


def _damaged(path: Path, error: Exception) -> str:
    return f"{path} cannot be read ({type(error).__name__}); move it away to begin with the statuses of agents.yaml"
