"""A supervisor who is an agent too takes a caller out of a queue: whoever waits longest rings at that phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from base.errors import CentralitaError
from calls.destination import Queue
from centralita.agents.codes import Reply
from routing.agents.tables import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from calls.contact import Contact
    from calls.destination import Destination, FeatureCode
    from calls.leg import Leg
    from routing.io.distribution import Distribution
    from routing.queues.queue import EntryView
    from routing.settings import RoutingConfig, SupervisorSettings

log = structlog.get_logger()


class Picking:
    """Picks from queues."""

    def __init__(
        self,
        distribution: Distribution,
        agent_of: Callable[[str | None], str | None],
        routing: Callable[[], RoutingConfig],
        dialled: Callable[[Leg, str], Destination | int],
    ) -> None:
        """`dialled` says where a number leads that a party dials."""
        self._distribution = distribution
        self._agent_of = agent_of
        self._routing = routing
        self._dialled = dialled

    def carry_out(self, contact: Contact, code: FeatureCode) -> Reply | None:
        """Say what is coming, and let it ring once this call is over; None for whoever is no supervisor."""
        supervisor = self._routing().supervisors.get(contact.account or "")
        agent, caller = self._agent_of(contact.account), contact.caller
        if supervisor is None or agent is None or caller is None:
            return None
        language = self._routing().agents[agent].language
        queues = self._queues(caller, code.argument, supervisor)
        if not queues or self._distribution.core.agent(agent).status is Status.LOGGED_OUT:
            return Reply(("agent_pick_refused",), language, is_done=False)
        first = self.first(queues)
        if first is None:
            return Reply(("agent_nobody_waits",), language, is_done=False)
        contact.record("queue.pick", agent=agent, entry=first.entry, queue=first.queue)
        caller.when_over(lambda: self._ring(first.entry, agent))
        return Reply(("agent_pick_coming",), language)

    def first(self, queues: Iterable[str]) -> EntryView | None:
        """Who has waited longest in these queues, of those for whom no phone rings; else of all."""
        core, now = self._distribution.core, self._distribution.now()
        waiting = [each for queue in queues for each in core.waiting(queue, now=now)]
        return min(waiting, key=lambda each: (each.is_offered, -each.waited), default=None)

    def _queues(self, caller: Leg, number: str, supervisor: SupervisorSettings) -> list[str]:
        mine = [each for each in self._routing().queues if not supervisor.queues or each in supervisor.queues]
        if not number:
            return mine
        found = self._dialled(caller, number)
        return [found.queue] if isinstance(found, Queue) and found.queue in mine else []

    def _ring(self, entry: str, agent: str) -> None:
        try:
            self._distribution.pick(entry, agent)
        except CentralitaError as error:
            log.info("pick_refused", agent=agent, code=error.code)
