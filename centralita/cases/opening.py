"""Cases of a node, put together: the desk, the ear for what callers leave, the look at what becomes due."""

from __future__ import annotations

import asyncio
from time import time
from typing import TYPE_CHECKING

import structlog

from base.errors import CentralitaError
from base.io.background import Background
from centralita.cases.intake import Intake
from centralita.cases.teller import Teller
from centralita.cases.terms import ClientTerms
from console.cases.desk import CaseDesk
from records.cases.watch import look
from routing.numbers.outbound import SHORT, in_e164

if TYPE_CHECKING:
    from collections.abc import Collection
    from contextlib import AsyncExitStack

    from base.ids import Ids
    from centralita.journal import Journal
    from centralita.present import Present
    from records.database import Database
    from records.ledger.ledger import Ledger
    from records.reader import Reader

log = structlog.get_logger()

EVERY = 30.0
"""Seconds between two looks at what has become due."""


class PresentTerms:
    """The terms by the configuration in force; calendars are kept until it changes."""

    __slots__ = ("_present", "_terms")

    def __init__(self, present: Present) -> None:
        """Ask it anew each time."""
        self._present = present
        self._terms = ClientTerms(present.now())

    def __call__(self) -> ClientTerms:
        """Those in force."""
        configuration = self._present.now()
        if self._terms.configuration is not configuration:
            self._terms = ClientTerms(configuration)
        return self._terms


async def open_cases(
    database: Database,
    present: Present,
    ledger: Ledger,
    journal: Journal,
    reader: Reader,
    ids: Ids,
    resources: AsyncExitStack,
) -> CaseDesk:
    """Begin: from now on what callers leave becomes cases. The ledger has to be open."""

    def number(dialled: str) -> str | None:
        """In E.164; short and withheld ones are nobody's."""
        found = in_e164(dialled, present.now().routing.country)
        return found if found is not None and len(found) > SHORT else None

    def requiring() -> Collection[str]:
        clients = present.now().clients
        return [name for name, client in clients.items() if client.dispositions.required]

    terms = PresentTerms(present)
    teller = Teller(database, journal, ledger.flush)
    desk = CaseDesk(
        database, ids, time, terms, teller, flush=ledger.flush, in_e164=number, requiring=requiring
    )
    intake = Intake(desk, teller, reader, ledger.flush)
    watch = Background(lambda: _watch(database, terms, teller), "cases due")
    watch.begin()
    teller.start()
    intake.start()
    journal.watch(intake.hear)
    resources.push_async_callback(teller.close)
    resources.push_async_callback(intake.close)
    resources.push_async_callback(watch.close)
    return desk


async def _watch(database: Database, terms: PresentTerms, teller: Teller) -> None:
    while True:
        try:
            teller(await asyncio.to_thread(look, database, terms(), time()))
        except CentralitaError as error:
            log.warning("cases_not_looked_at", code=error.code)
        await asyncio.sleep(EVERY)
