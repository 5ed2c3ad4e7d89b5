"""What agents' work stands on, put together: who is there, the work after calls, changed queues and skills, the day."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from centralita.agents.after_call import AfterCall
from centralita.agents.assignments import Assignments
from console.work.desk import WorkDesk
from routing.io.attendance_book import AttendanceBook
from routing.queues.tally import QueueTally
from routing.settings import ServiceLevel

if TYPE_CHECKING:
    from asyncio import Lock
    from collections.abc import Callable

    from calls.contact import Contact
    from centralita.journal import Journal
    from centralita.present import Present
    from centralita.wiring.opening import Kept
    from records.event import LedgerEvent
    from routing.io.distribution import Distribution
    from routing.settings import RoutingConfig


class Workplace:
    """The parts that know agents beyond routing."""

    def __init__(
        self,
        present: Present,
        distribution: Distribution,
        journal: Journal,
        kept: Kept,
        changing: Lock,
        contact_of: Callable[[str], Contact | None],
        adopt: Callable[[RoutingConfig], None],
    ) -> None:
        """`contact_of` finds a contact in progress; `adopt` lets the running parts take changed agents over."""
        self._present = present
        self._journal = journal
        self._contact_of = contact_of
        self._distribution = distribution
        self._adopt = adopt
        self.book = AttendanceBook(
            distribution,
            lambda: present.now().routing.reasons,
            journal,
            kept.attendance,
            kept.standings,
            today=self.today,
        )
        self.after_call = AfterCall(distribution, self.book, present.now, journal, self._client_of)
        files = present.now().routing
        self.assignments = Assignments(present, self.book, changing, adopt)
        self.tally = QueueTally()
        if present.now().routing is not files:
            distribution.adopt(present.now().routing)
        journal.watch(self._hear)

    def _client_of(self, contact: str) -> str | None:
        found = self._contact_of(contact)
        return found.client if found is not None else None

    def number_of(self, contact: Contact) -> str | None:
        """What is shown of whom an agent calls for.

        That is whose contact it is, or else whose call the agent is in or has just ended, or the only one whose
        queues he or she serves.
        """
        clients = self._present.now().clients
        if contact.account is None:
            return None
        name = contact.client if contact.client in clients else self._client_of_account(contact.account)
        found = clients.get(name or "")
        return found.caller_id if found is not None else None

    def _client_of_account(self, account: str) -> str | None:
        routing = self._present.now().routing
        agent = next((each for each in routing.agents.values() if each.account == account), None)
        if agent is None:
            return None
        standing = self.book.attendance.find(agent.id)
        if standing is not None and standing.is_in_contact:
            return standing.client
        whose = {client for queue in agent.queues for client in routing.queues[queue].clients}
        return whose.pop() if len(whose) == 1 else None

    def today(self) -> str:
        """The day by the centre's clock."""
        zone = ZoneInfo(self._present.now().centre.timezone)
        return datetime.fromtimestamp(time.time(), zone).strftime("%Y-%m-%d")

    def _hear(self, event: LedgerEvent) -> None:
        self.after_call.hear(event)
        if event.type == "queue.left":
            queue = self._present.now().routing.queues.get(str(event.data["queue"]))
            promise = queue.service_level if queue is not None else ServiceLevel()
            self.tally.left(event.data, promise.within, self.today())

    def adopt(self, routing: RoutingConfig) -> None:
        """Let the running parts take over other agents and queues."""
        self._adopt(routing)

    def desk(self) -> WorkDesk:
        """The desk that the API asks."""
        return WorkDesk(
            self._distribution,
            self.book,
            self.after_call,
            self.assignments,
            self.tally,
            lambda: self._present.now().routing,
            self._contact_of,
            lambda: self._present.now().menus.keys(),
            self._journal,
            self.today,
        )

    async def close(self) -> None:
        """Write what is left, and disarm."""
        self.after_call.close()
        await self.book.close()
