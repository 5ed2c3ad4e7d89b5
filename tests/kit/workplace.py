"""A centre's work without telephones: agents, queues and what supervisors change, over the real parts."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from base.ids import SequenceIds
from centralita.agents.after_call import AfterCall
from centralita.agents.assignments import Assignments
from centralita.configuration import Configuration
from centralita.present import Present
from console.work.desk import WorkDesk
from records.event import LedgerEvent
from routing.centre import Centre
from routing.clients import Client
from routing.config import CentreConfig
from routing.io.attendance_book import AttendanceBook
from routing.io.distribution import Distribution
from routing.queues.tally import QueueTally

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calls.contact import Contact
    from calls.events import Record
    from routing.settings import RoutingConfig

BANK = Client.model_validate(
    {"schema": "client/1", "name": "Bank", "dispositions": {"codes": {"1": {"name": {"en": "solved"}}}}}
)


class SmallWorkplace:
    """Everything that a WorkDesk needs; each contact in progress is the bank's."""

    def __init__(self, routing: RoutingConfig, record: Record) -> None:
        """Bind to the running loop."""
        configuration = Configuration(
            CentreConfig(Centre(), routing, Path()),
            {},
            None,  # type: ignore[arg-type]
            None,  # type: ignore[arg-type]
            {"bank": BANK},
            {},
        )
        self.present = Present(configuration, None)  # type: ignore[arg-type]
        self.contacts: dict[str, Contact] = {}
        self.distribution = Distribution(routing, SequenceIds(), record)
        self.book = AttendanceBook(self.distribution, lambda: self.routing.reasons, record)
        self.after_call = AfterCall(
            self.distribution, self.book, self.present.now, record, lambda contact: "bank"
        )
        self.assignments = Assignments(self.present, self.book, asyncio.Lock(), self._take_over)
        self.tally = QueueTally()
        self.desk = WorkDesk(
            self.distribution,
            self.book,
            self.after_call,
            self.assignments,
            self.tally,
            lambda: self.routing,
            self.contacts.get,
            lambda: ("main",),
            record,
            lambda: "2026-03-10",
        )

    @property
    def routing(self) -> RoutingConfig:
        """As it is now."""
        return self.present.now().routing

    def _take_over(self, routing: RoutingConfig) -> None:
        self.distribution.adopt(routing)
        self.book.adopt()

    def talks(self, agent: str, contact: str, queue: str, data: Mapping[str, object] | None = None) -> None:
        """An agent has won a contact, as the ledger tells it."""
        told = {"agent": agent, "queue": queue, "result": "answered", **(data or {})}
        self.after_call.hear(LedgerEvent(0.0, contact, None, "reservation.ended", told))

    def close(self) -> None:
        """Disarm."""
        self.after_call.close()
        self.distribution.close()
