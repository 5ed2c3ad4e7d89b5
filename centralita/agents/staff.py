"""Agents as the node knows them: by account, and phones that come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from calls.destination import Agent, Extension, Uri

if TYPE_CHECKING:
    from collections.abc import Mapping

    from routing.io.distribution import Distribution
    from routing.settings import AgentSettings
    from sip.events import Caller, RegistrationChanged

log = structlog.get_logger()


class Staff:
    """Joins accounts of sip/ to agents of routing/."""

    def __init__(self, agents: Mapping[str, AgentSettings], distribution: Distribution) -> None:
        """Index the agents."""
        self._distribution = distribution
        self._calls: dict[Agent | Extension, int] = {}
        self._registered: set[str] = set()
        self._agents: Mapping[str, AgentSettings] = {}
        self._by_account: dict[str, str] = {}
        self.adopt(agents)

    def adopt(self, agents: Mapping[str, AgentSettings]) -> None:
        """The configuration changed: phones that are registered, or in a call, may be other agents' now."""
        before, self._agents = self._by_account, agents
        self._by_account = {each.account: each.id for each in agents.values() if each.account is not None}
        for account in self._registered:
            agent = self.agent_of(account)
            if agent is not None and agent != before.get(account):
                self._distribution.reachable(agent, reachable=True)
        for phone in self._calls:
            if isinstance(phone, Extension):
                self._tell(before.get(phone.account))
            self._tell(self._whose(phone))

    def agent_of(self, account: str | None) -> str | None:
        """The agent whose phone an account is."""
        return self._by_account.get(account) if account is not None else None

    def registration_changed(self, event: RegistrationChanged) -> None:
        """Readiness follows the phone at once."""
        log.info("phone", account=event.account, change=event.reason, phones=len(event.bindings))
        if event.bindings:
            self._registered.add(event.account)
        else:
            self._registered.discard(event.account)
        agent = self.agent_of(event.account)
        if agent is not None:
            self._distribution.reachable(agent, reachable=bool(event.bindings))

    def calling(self, caller: Caller, *, begun: bool) -> None:
        """A contact that an agent's own phone began or ended: meanwhile no queue rings it."""
        if caller.account is not None:
            self._count(Extension(caller.account), begun=begun)

    def called(self, destination: Agent | Extension | Uri, *, begun: bool) -> None:
        """A call straight to an agent's phone, by no queue, begins or ends: meanwhile no queue rings it."""
        if not isinstance(destination, Uri):
            self._count(destination, begun=begun)

    def _count(self, phone: Agent | Extension, *, begun: bool) -> None:
        """Count by phone: whose it is may change by a reload before its call ends."""
        count = self._calls.get(phone, 0) + (1 if begun else -1)
        if count > 0:
            self._calls[phone] = count
        else:
            self._calls.pop(phone, None)
        self._tell(self._whose(phone))

    def _whose(self, phone: Agent | Extension) -> str | None:
        return phone.agent if isinstance(phone, Agent) else self.agent_of(phone.account)

    def _tell(self, agent: str | None) -> None:
        settings = self._agents.get(agent) if agent is not None else None
        if settings is None:
            return
        by_account = settings.account is not None and Extension(settings.account) in self._calls
        self._distribution.busy_elsewhere(settings.id, busy=by_account or Agent(settings.id) in self._calls)
