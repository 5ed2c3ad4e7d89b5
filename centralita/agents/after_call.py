"""The work after a call: agents make it longer, give the call its result, and cannot leave before one that is required.

Wrap-up that waits for a result does so for `wait` seconds; then the agent is set not ready, and no caller is given to
somebody who has gone home.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from base.errors import CentralitaError
from routing.agents.attendance import SYSTEM, Won
from routing.agents.dispositions import DispositionsPart
from routing.agents.reasons import NO_DISPOSITION
from routing.agents.tables import State, Status
from routing.errors import NotInWrapUp
from routing.reservations.reservation import ReservationResult

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from calls.events import Record
    from centralita.configuration import Configuration
    from records.event import LedgerEvent
    from routing.commands import AgentChanged
    from routing.io.attendance_book import AttendanceBook
    from routing.io.distribution import Distribution

NONE = DispositionsPart()
_MARGIN = 1.0
"""Seconds by which the distributor's own end of wrap-up comes after ours, so that nobody is idle in between."""


class NothingToDispose(CentralitaError):
    """The agent has had no contact yet."""

    code = "nothing_to_dispose"


class UnknownDisposition(CentralitaError):
    """No result of the client company has this code."""

    code = "unknown_disposition"


class WrapUpAtItsLimit(CentralitaError):
    """Wrap-up is as long as it may be."""

    code = "wrap_up_at_its_limit"


class AfterCall:
    """Wrap-up and results of all agents."""

    def __init__(
        self,
        distribution: Distribution,
        book: AttendanceBook,
        configuration: Callable[[], Configuration],
        record: Record,
        client_of: Callable[[str], str | None],
    ) -> None:
        """`client_of` says whose a contact in progress is. Hears of agents from now on."""
        self._distribution = distribution
        self._book = book
        self._configuration = configuration
        self._record = record
        self._client_of = client_of
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        distribution.watch(self._changed)

    def hear(self, event: LedgerEvent) -> None:
        """Note whom an agent talks with."""
        if event.type == "reservation.ended" and event.data.get("result") == ReservationResult.ANSWERED.value:
            self._answered(str(event.data["agent"]), event.contact, str(event.data["queue"]))

    def _answered(self, agent: str, contact: str, queue: str) -> None:
        client = self._client_of(contact)
        rules = self._rules(client)
        self._book.connected(agent, Won(contact, client, queue, rules.required))
        if rules.required:
            wait = max(rules.wait, self._ordinary(agent, queue)) + _MARGIN
            self._distribution.plan_wrap_up(agent, wait)

    def _rules(self, client: str | None) -> DispositionsPart:
        found = self._configuration().clients.get(client or "")
        return found.dispositions if found is not None else NONE

    def _ordinary(self, agent: str, queue: str | None) -> float:
        """How long wrap-up takes where nothing is owed."""
        routing = self._configuration().routing
        settings = routing.agents.get(agent)
        if settings is not None and settings.wrap_up is not None:
            return settings.wrap_up
        found = routing.queues.get(queue or "")
        return found.wrap_up if found is not None else 0.0

    def owes(self, agent: str) -> bool:
        """Whether the agent must give a result before anything else."""
        found = self._book.attendance.find(agent)
        return found is not None and found.owes and found.is_in_contact

    def extend(self, agent: str, seconds: float | None = None) -> None:
        """Make wrap-up longer, up to the longest. Raises NotInWrapUp and WrapUpAtItsLimit."""
        rules = self._configuration().centre.wrap_up
        view, now = self._distribution.core.agent(agent), self._distribution.now()
        if view.wrap_up_until is None:
            raise NotInWrapUp(f"{agent} is not in wrap-up")
        room = view.since + rules.longest - view.wrap_up_until
        more = min(rules.step if seconds is None else seconds, room)
        if more <= 0:
            left = max(0.0, view.wrap_up_until - now)
            raise WrapUpAtItsLimit(f"wrap-up of {agent} ends in {left:.0f} s and may not be longer")
        self._book.note(agent, extended=self._book.attendance[agent].extended + more)
        self._distribution.extend_wrap_up(agent, more)

    def dispose(self, agent: str, code: str, by: str) -> str | None:
        """Give the agent's last contact its result; says whose it is.

        Raises NothingToDispose and UnknownDisposition.
        """
        standing = self._book.attendance[agent]
        if standing.contact is None:
            raise NothingToDispose(f"{agent} has had no contact yet")
        known = self._rules(standing.client).codes
        if code not in known:
            there = ", ".join(known) or "there are none"
            raise UnknownDisposition(f"{standing.client or 'nobody'} has no result {code}; known: {there}")
        data = {"agent": agent, "by": by, "code": code, "name": _plain(known[code].name)}
        if standing.disposition is not None:
            data["was"] = standing.disposition
        was_owed = standing.owes
        self._record(standing.contact, None, "contact.disposition", data)
        self._book.note(agent, disposition=code, owes=False)
        if was_owed:
            self._back_to_ordinary(agent)
        return standing.client

    def _back_to_ordinary(self, agent: str) -> None:
        """Nothing is waited for any more: wrap-up is as long as ever."""
        view, standing = self._distribution.core.agent(agent), self._book.attendance[agent]
        ordinary = self._ordinary(agent, standing.queue) + standing.extended
        if view.state in (State.TALKING, State.HOLD):
            self._distribution.plan_wrap_up(agent, ordinary)
        elif view.wrap_up_until is not None:
            end = view.since + ordinary
            if end <= self._distribution.now():
                self._distribution.end_wrap_up(agent)
            else:
                self._distribution.extend_wrap_up(agent, end - view.wrap_up_until)

    def _changed(self, change: AgentChanged) -> None:
        standing = self._book.attendance.find(change.agent)
        timer = self._waiting.pop(change.agent, None)
        if timer is not None:
            timer.cancel()
        if standing is None or not standing.owes:
            return
        if change.state is State.WRAP_UP and change.wrap_up_until is not None:
            at = change.wrap_up_until - _MARGIN
            self._waiting[change.agent] = asyncio.get_running_loop().call_at(at, self._give_up, change.agent)
        elif change.state not in (State.TALKING, State.HOLD):
            self._missing(change.agent)

    def _give_up(self, agent: str) -> None:
        """No result came: nobody is called until the agent says so."""
        self._waiting.pop(agent, None)
        self._missing(agent)
        if self._distribution.core.agent(agent).status is Status.AVAILABLE:
            self._book.choose(agent, Status.NOT_READY, NO_DISPOSITION, SYSTEM)
        self._distribution.end_wrap_up(agent)

    def _missing(self, agent: str) -> None:
        contact = self._book.attendance[agent].contact or ""
        self._book.note(agent, owes=False)
        self._record(contact, None, "disposition.missing", {"agent": agent})

    def close(self) -> None:
        """Disarm."""
        for timer in self._waiting.values():
            timer.cancel()
        self._waiting.clear()


def _plain(names: Mapping[str, str]) -> str:
    """One name for tables and records."""
    return names.get("en") or next(iter(names.values()), "")
