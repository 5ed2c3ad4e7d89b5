"""Agents as the node knows them: by account, their feature codes, and phones that come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calls.destination import Agent, Extension, Uri
from routing.agents import Status
from routing.feature_codes import CODES, Wish, reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calls.contact import Contact
    from calls.destination import FeatureCode
    from routing.io.distribution import Distribution
    from routing.settings import AgentSettings
    from sip.events import Caller, RegistrationChanged

_PROMPTS = {
    Wish.AVAILABLE: "agent_available",
    Wish.NOT_READY: "agent_not_ready",
    Wish.WRAP_UP_OVER: "agent_wrap_up_over",
    Wish.LOG_OUT: "agent_logged_out",
}


class Staff:
    """Joins accounts of sip/ to agents of routing/."""

    def __init__(self, agents: Mapping[str, AgentSettings], distribution: Distribution) -> None:
        """Index the agents."""
        self._distribution = distribution
        self._calls: dict[str, int] = {}
        self.adopt(agents)

    def adopt(self, agents: Mapping[str, AgentSettings]) -> None:
        """The configuration changed."""
        self._by_account = {each.account: each.id for each in agents.values() if each.account is not None}

    def agent_of(self, account: str | None) -> str | None:
        """The agent whose phone an account is."""
        return self._by_account.get(account) if account is not None else None

    def registration_changed(self, event: RegistrationChanged) -> None:
        """Readiness follows the phone at once."""
        agent = self.agent_of(event.account)
        if agent is not None:
            self._distribution.reachable(agent, reachable=bool(event.bindings))

    def carry_out(self, contact: Contact, code: FeatureCode) -> str | None:
        """Do what an agent dialled; the prompt that confirms it, or None when the caller is no agent."""
        agent = self.agent_of(contact.account)
        found = CODES.get(code.code)
        if agent is None or found is None:
            return None
        match found.wish:
            case Wish.AVAILABLE:
                self._distribution.choose_status(agent, Status.AVAILABLE)
            case Wish.NOT_READY:
                self._distribution.choose_status(agent, Status.NOT_READY, reason(code.argument))
            case Wish.LOG_OUT:
                self._distribution.choose_status(agent, Status.LOGGED_OUT)
            case Wish.WRAP_UP_OVER:
                self._distribution.end_wrap_up(agent)
        return _PROMPTS[found.wish]

    def calling(self, caller: Caller, *, begun: bool) -> None:
        """A contact that an agent's own phone began or ended: meanwhile no queue rings it."""
        self._count(self.agent_of(caller.account), begun=begun)

    def called(self, destination: Agent | Extension | Uri, *, begun: bool) -> None:
        """A call straight to an agent's phone, by no queue, begins or ends: meanwhile no queue rings it."""
        match destination:
            case Agent():
                self._count(destination.agent, begun=begun)
            case Extension():
                self._count(self.agent_of(destination.account), begun=begun)
            case Uri():
                pass

    def _count(self, agent: str | None, *, begun: bool) -> None:
        if agent is None:
            return
        count = self._calls.get(agent, 0) + (1 if begun else -1)
        if count > 0:
            self._calls[agent] = count
        else:
            self._calls.pop(agent, None)
        self._distribution.busy_elsewhere(agent, busy=count > 0)
