"""The report on card data: what was secured, what was masked, what the search of all that is stored found, who heard.

It shows what the records hold. It is no assessment and no certificate: those are the operator's to get.
"""

from __future__ import annotations

import json
import platform
import ssl
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from sqlalchemy import select, text

from records.migrate import versions as migrations
from records.moments import unix
from records.narrowing import in_period
from records.pci.scan import Scanned  # noqa: TC001 - read by pydantic
from records.pci.spans import KINDS, Happened, Spans, spans
from records.people import audit
from records.schema import event
from records.views.tables import contact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from records.database import Database

CAUTION = (
    "This report shows what the records of this installation hold. Centralita is designed to keep card data out of "
    "logs, recordings, agents' sound and storage; whether an installation meets a standard is for your own assessment "
    "to say."
)
_TRANSACTIONS = ("transaction.result", "transaction.settled")
_AT_ONCE = 1_000
_PACKAGES = ("cryptography", "SQLAlchemy", "aiohttp", "pydantic", "argon2-cffi")


@dataclass(frozen=True, slots=True)
class Listened:
    """Somebody heard, or took away, a recording. `at` is Unix seconds."""

    at: float
    by: str
    role: str
    act: str
    on: str
    result: str


@dataclass(slots=True)
class PciReport:
    """All of it. Times are Unix seconds."""

    made_at: float
    since: float
    until: float
    spans: Spans
    transactions: dict[str, dict[str, int]]
    """Action -> result -> how many."""
    listened: list[Listened]
    versions: dict[str, str]
    scanned: Scanned | None = None
    masked_since_start: dict[str, int] = field(default_factory=dict)
    """Card numbers masked on their way in since this process began, by door; of a running node only."""
    caution: str = CAUTION

    @property
    def is_clean(self) -> bool:
        """Whether nothing in it needs to be looked into."""
        return not self.spans.mismatches and (
            self.scanned is None or not (self.scanned.found or self.scanned.unreadable)
        )


def make_report(database: Database, *, since: float, until: float, now: float) -> PciReport:
    """Without the scan, which takes its time: see records.pci.scan. Blocks. Raises StoreUnavailable."""
    return PciReport(
        now,
        since,
        until,
        spans(_happened(database, since, until)),
        _transactions(database, since, until),
        _listened(database, since, until),
        _versions(database),
    )


def _happened(database: Database, since: float, until: float) -> Iterator[Happened]:
    """The events of the contacts that began then, one contact after the other."""
    query = (
        select(event.c.ts, event.c.contact, event.c.leg, event.c.type, event.c.data)
        .select_from(contact.join(event, event.c.contact == contact.c.id))
        .where(*in_period(contact.c.started_at, since, until), event.c.type.in_(KINDS))
        .order_by(contact.c.started_at, contact.c.id, event.c.n)
    )
    with database.read() as connection:
        for row in connection.execution_options(yield_per=_AT_ONCE).execute(query):
            yield Happened(unix(row.ts), row.contact, row.leg, row.type, json.loads(row.data))


def _transactions(database: Database, since: float, until: float) -> dict[str, dict[str, int]]:
    query = (
        select(event.c.data)
        .select_from(contact.join(event, event.c.contact == contact.c.id))
        .where(*in_period(contact.c.started_at, since, until), event.c.type.in_(_TRANSACTIONS))
    )
    found: dict[str, dict[str, int]] = {}
    with database.read() as connection:
        for (data,) in connection.execution_options(yield_per=_AT_ONCE).execute(query):
            told = json.loads(data)
            results = found.setdefault(str(told.get("action", "?")), {})
            result = str(told.get("result", "?"))
            results[result] = results.get(result, 0) + 1
    return found


def _listened(database: Database, since: float, until: float) -> list[Listened]:
    query = (
        select(event.c.ts, event.c.data)
        .where(
            event.c.type == audit.READ,
            *in_period(event.c.ts, since, until),
            event.c.data.like("%recording%"),
        )
        .order_by(event.c.id)
    )
    found = []
    with database.read() as connection:
        for ts, data in connection.execute(query):
            told = json.loads(data)
            on = told.get("on")
            words = " ".join(map(str, on.values())) if isinstance(on, dict) else ""
            by, role, act, result = (str(told.get(name, "")) for name in ("by", "role", "act", "result"))
            found.append(Listened(unix(ts), by, role, act, words, result))
    return found


def _versions(database: Database) -> dict[str, str]:
    with database.read() as connection:
        name = connection.dialect.name
        ask = "SELECT sqlite_version()" if name == "sqlite" else "SHOW server_version"
        server = str(connection.execute(text(ask)).scalar())
    found = {
        "Python": platform.python_version(),
        "OpenSSL": ssl.OPENSSL_VERSION,
        {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(name, name): server,
        "tables": migrations()[-1],
    }
    for package in ("centralita", *_PACKAGES):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
