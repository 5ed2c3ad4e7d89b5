"""The stores of customers and cases over one database, with a clock that tests set and terms of 24-hour days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from base.ids import SequenceIds
from records.cases import tables
from records.cases.cases import Cases
from records.cases.customers import Customers
from records.cases.finding import CaseFinder
from records.cases.notes import Notes
from records.cases.terms import Term
from records.cases.watch import look
from tests.kit.terms import NoTerms

if TYPE_CHECKING:
    from records.cases.history import Entry
    from records.database import Database

BEGAN = 1_795_000_000.0
DAY = 86_400.0
NUMBER = "+34600111222"


class DayTerms(NoTerms):
    """So many days of 24 hours."""

    def __init__(self, term: Term | None) -> None:
        self.is_for = term

    def term(self, client: str, reason: str | None) -> Term | None:  # type: ignore[override]
        return self.is_for if client == "bank" else None


class Desk:
    """All stores."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = BEGAN
        self.terms = DayTerms(Term(15, is_working=False))
        ids = SequenceIds("T")
        self.customers = Customers(database, ids, lambda: self.now)
        self.cases = Cases(database, ids, lambda: self.now, lambda: self.terms, self.customers)
        self.notes = Notes(database, ids, lambda: self.now)
        self.finder = CaseFinder(database)

    def look(self) -> list[str]:
        """What has become due."""
        return [each.type for each in look(self.database, self.terms, self.now)]

    def count(self, name: str) -> int:
        """Rows of a table."""
        table = getattr(tables, name)
        with self.database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def kinds(entries: list[Entry]) -> list[str]:
    """Their types."""
    return [each.type for each in entries]
