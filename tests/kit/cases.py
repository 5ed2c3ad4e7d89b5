"""A desk of cases over a ledger, with terms of calendar days and a clock that stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.io.ids import SystemIds
from centralita.cases.teller import Teller
from console.cases.desk import CaseDesk
from records.cases.terms import Term
from routing.numbers.outbound import in_e164
from tests.kit.terms import NoTerms

if TYPE_CHECKING:
    from collections.abc import Callable

    from calls.events import Record
    from records.cases.terms import Terms
    from records.database import Database
    from records.ledger.ledger import Ledger


class FortnightTerms(NoTerms):
    """The client company `banco` answers complaints within 14 days; nobody else has any."""

    def term(self, client: str, reason: str | None) -> Term | None:  # type: ignore[override]
        return Term(14, is_working=False) if client == "banco" else None


def case_desk(
    database: Database, ledger: Ledger, record: Record, clock: Callable[[], float]
) -> tuple[CaseDesk, Teller]:
    """The desk, and what tells the ledger; it notes nothing as told before `start`."""
    teller = Teller(database, record, ledger.flush, clock=clock, grace=-1.0)
    terms: Callable[[], Terms] = FortnightTerms
    desk = CaseDesk(
        database,
        SystemIds(),
        clock,
        terms,
        teller,
        flush=ledger.flush,
        in_e164=lambda number: in_e164(number, "34") if len(number) > 6 else None,
        requiring=lambda: ["banco"],
    )
    return desk, teller
