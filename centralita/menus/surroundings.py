"""The centre as menus see it while calls come in: hours with their emergencies, announcements, queues."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from base.errors import CentralitaError
from ivr.surroundings import CALLBACK_FREE, CALLBACK_REFUSED, CALLBACK_STANDING, QueueStatus
from routing.hours.calendar import Opening
from routing.hours.opening import ALWAYS_OPEN, opening, openness

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from calls.contact import Contact
    from centralita.present import Present
    from media.catalogue import Segment
    from routing.hours.opening import Openness
    from routing.io.callback_desk import CallbackDesk
    from routing.io.distribution import Distribution
    from routing.io.switch_board import SwitchBoard
    from routing.settings import QueueSettings

log = structlog.get_logger()


class LiveSurroundings:
    """Makes the surroundings of each contact; every question is answered from memory."""

    __slots__ = ("board", "callbacks", "distribution", "present")

    def __init__(
        self,
        present: Present,
        board: SwitchBoard,
        distribution: Distribution,
        callbacks: CallbackDesk | None = None,
    ) -> None:
        """Ask these, each time anew."""
        self.callbacks = callbacks
        self.present = present
        self.board = board
        self.distribution = distribution

    def is_open(self, queue: QueueSettings) -> bool:
        """Whether a queue is open now, for callers of its first client company."""
        hours = self.present.now().hours.get(queue.hours or "")
        if hours is None:
            return True
        client = queue.clients[0] if queue.clients else None
        return opening(hours, self.board.switches, client, now=self.board.now()) is Opening.OPEN

    def openness(self, queue: str, client: str | None) -> Openness:
        """How a queue stands towards its hours; one without hours, or with hours that are gone, is open."""
        name = self.present.queue(queue).hours
        hours = self.present.now().hours.get(name) if name is not None else None
        if hours is None:
            return ALWAYS_OPEN
        return openness(hours, self.board.switches, client, now=self.board.now())

    def of(self, contact: Contact) -> ContactSurroundings:
        """What one contact's menus see."""
        return ContactSurroundings(self, contact)


class ContactSurroundings:
    """The centre as the callers of one client company find it (ivr.surroundings.Surroundings)."""

    __slots__ = ("_centre", "_contact")

    def __init__(self, centre: LiveSurroundings, contact: Contact) -> None:
        """The contact's client company counts: an emergency or an announcement may be its own."""
        self._centre = centre
        self._contact = contact

    def hours(self, name: str, moment: datetime) -> str:
        """The state of opening hours by id. Hours that a reload took from under a call count as open."""
        hours = self._centre.present.now().hours.get(name)
        if hours is None:
            log.warning("hours_unknown", hours=name, contact=self._contact.id)
            return Opening.OPEN
        return opening(hours, self._centre.board.switches, self._contact.client, now=moment)

    def announcements(self, names: Collection[str]) -> tuple[str, ...]:
        """The prompts that are switched on under these names."""
        board = self._centre.board
        return board.switches.prompts(names, self._contact.client, now=board.now())

    def announced(self, language: str, prompt: str) -> tuple[Segment, ...]:
        """As the files say it now, whatever version of the menus is live."""
        return self._centre.present.now().catalogue.of(language, prompt)

    def queue(self, name: str) -> QueueStatus:
        """How a queue stands; one that a reload took away is empty."""
        distribution = self._centre.distribution
        try:
            found = distribution.core.queue(name, now=distribution.now())
        except CentralitaError:
            return QueueStatus()
        return QueueStatus(found.ready, found.logged_in, found.waiting, found.longest_wait)

    def callback(self, queue: str, number: str) -> tuple[str, str]:
        """What the rules and the book of callbacks say."""
        desk = self._centre.callbacks
        if desk is None:
            return CALLBACK_FREE, ""
        client = self._contact.client or ""
        refused = desk.book.admission.refusal(number, queue, client, now=desk.now())
        if refused is None:
            return CALLBACK_FREE, ""
        return (
            (CALLBACK_STANDING, refused.standing.id)
            if refused.standing is not None
            else (CALLBACK_REFUSED, "")
        )
