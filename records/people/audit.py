"""The audit log: who did what from where, and what came of it. Its entries are events of the ledger, in its chain.

Nothing that was sent stands in it, only what the act was and whom or what it was about: no secret can.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import literal_column, select

from records.moments import unix
from records.narrowing import in_period
from records.people.tables import AUDITED
from records.personal.reading import SEALED, Unsealed
from records.schema import event
from records.texts import one_line

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from records.database import Database
    from records.people.principal import Principal
    from records.personal.master_key import MasterKey

ACT, LOGIN, LOGOUT, READ = "audit.act", "audit.login", "audit.logout", "audit.read"
TYPES = (ACT, LOGIN, LOGOUT, READ)

DONE, REFUSED, FAILED = "done", "refused", "failed"

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did, or was refused."""

    by: str
    """A person's id, `key:ID`, `node` with the login of whoever holds its key, or empty of a stranger."""
    role: str
    act: str
    """What, such as `PUT /api/v1/agents/{agent}/status` or `people add`."""
    result: str = DONE
    on: Mapping[str, str] = field(default_factory=dict)
    """What or whom it was about, by kind."""
    source: str = ""
    """The address it came from; empty at the command line of the node itself."""
    code: str | None = None
    """Why it was refused or failed: the code of the problem."""

    @classmethod
    def of(cls, who: Principal, act: str, **parts: str) -> Deed:
        """What somebody did at the command line."""
        return cls(who.id, who.role.value, act, on=parts)

    def data(self) -> dict[str, object]:
        """As it goes into the ledger."""
        data: dict[str, object] = {
            "by": one_line(self.by),
            "role": self.role,
            "act": self.act,
            "result": self.result,
        }
        if self.on:
            data["on"] = {name: one_line(value) for name, value in self.on.items()}
        if self.source:
            data["source"] = self.source
        if self.code is not None:
            data["code"] = self.code
        return data


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An entry as it was written; `id` is that of the event."""

    id: int
    ts: float
    type: str
    by: str
    role: str
    act: str
    result: str
    on: Mapping[str, str]
    source: str
    code: str | None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are asked for. Times are Unix seconds."""

    by: str | None = None
    act: str | None = None
    """Part of what was done."""
    result: str | None = None
    on: str | None = None
    """Whom or what it was about."""
    since: float | None = None
    until: float | None = None

    def takes(self, entry: AuditEntry) -> bool:
        """Whether an entry is among them, by what the database does not look at."""
        return (
            (self.by is None or entry.by == self.by)
            and (self.act is None or self.act.casefold() in entry.act.casefold())
            and (self.result is None or entry.result == self.result)
            and (self.on is None or self.on in entry.on.values())
        )


def end_of(number: str) -> str:
    """What the log may tell of a number, however it is written: it is kept longer than what is known of callers."""
    return f"*{''.join(filter(str.isdigit, number))[-3:]}"


class AuditLog:
    """Read from the ledger. Call in threads."""

    __slots__ = ("_database", "_unsealed")

    def __init__(self, database: Database, master: MasterKey | None = None) -> None:
        """In this database. Acts on a customer's number tell it with the master key alone."""
        self._database = database
        self._unsealed = Unsealed(master)

    def entries(
        self, wanted: AuditFilter | None = None, *, before: int | None = None, limit: int = 100
    ) -> list[AuditEntry]:
        """The newest that fit, newest first; `before` goes on behind the last one of the page before."""
        wanted = wanted or AuditFilter()
        found: list[AuditEntry] = []
        with closing(self._read(wanted, before)) as read:
            for entry in read:
                if wanted.takes(entry):
                    found.append(entry)
                    if len(found) >= limit:
                        break
        return found

    def _read(self, wanted: AuditFilter, before: int | None) -> Generator[AuditEntry, None, None]:
        query = select(event.c.id, event.c.ts, event.c.type, event.c.data, *SEALED)
        query = query.where(literal_column(AUDITED)).order_by(event.c.id.desc())
        if before is not None:
            query = query.where(event.c.id < before)
        query = query.where(*in_period(event.c.ts, wanted.since, wanted.until))
        with (
            self._database.read() as connection,
            connection.execution_options(yield_per=_AT_ONCE).execute(query) as rows,
        ):
            for some in rows.mappings().partitions():
                for row in self._unsealed.rows(connection, some):
                    yield _entry(row["id"], row["ts"], row["type"], row["data"])


def _entry(number: int, ts: int, kind: str, data: Mapping[str, object]) -> AuditEntry:
    on, code = data.get("on"), data.get("code")
    return AuditEntry(
        number,
        unix(ts),
        kind,
        str(data.get("by", "")),
        str(data.get("role", "")),
        str(data.get("act", "")),
        str(data.get("result", "")),
        {str(name): str(value) for name, value in on.items()} if isinstance(on, dict) else {},
        str(data.get("source", "")),
        None if code is None else str(code),
    )
