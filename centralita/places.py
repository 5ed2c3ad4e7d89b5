"""Where phones are: from agents and accounts to the address that is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.stack import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from routing.settings import AgentSettings
    from sip.location import Location


class Places:
    """Looks agents up in the configuration and their phones in the location store."""

    def __init__(
        self, agents: Callable[[], Mapping[str, AgentSettings]], location: Location, now: Callable[[], float]
    ) -> None:
        """`agents` is asked at each call, so that a reload takes effect at once."""
        self._agents = agents
        self._location = location
        self._now = now

    def agent(self, agent: str, contact_uri: str | None) -> Target | None:
        """The phone of an agent: the fixed contact, or where the account is registered."""
        settings = self._agents().get(agent)
        uri = contact_uri or (settings.contact if settings else None)
        if uri is not None:
            return Target(uri)
        return self.account(settings.account) if settings and settings.account else None

    def account(self, account: str) -> Target | None:
        """The best phone registered for an account."""
        bindings = self._location.find(account, now=self._now())
        if not bindings:
            return None
        best = bindings[0]
        return Target(best.contact, best.destination, flow=best.flow)
