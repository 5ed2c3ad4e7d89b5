"""Where phones are: from agents and accounts to the address that is called."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from centralita.phones import target_of
from sip.stack import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from routing.settings import AgentSettings
    from sip.registrar.location import Binding

SILENCE = 5.0
"""Seconds after which a phone that says nothing at all is passed over, when the account or the queue has another."""


class Places:
    """Looks agents up in the configuration and their phones among those that are there."""

    def __init__(
        self,
        agents: Callable[[], Mapping[str, AgentSettings]],
        phones: Callable[[str], tuple[Binding, ...]],
    ) -> None:
        """`agents` is asked at each call, so that a reload takes effect at once; so is `phones`, by account."""
        self._agents = agents
        self._phones = phones

    def agent(self, agent: str, contact_uri: str | None) -> Target | None:
        """The phone of an agent: the fixed contact, or where the account is registered.

        None of them may be silent for long: a caller in a queue has other agents.
        """
        settings = self._agents().get(agent)
        uri = contact_uri or (settings.contact if settings else None)
        if uri is not None:
            return Target(uri, account=settings.account if settings else None, try_for=SILENCE)
        found = self.account(settings.account) if settings and settings.account else None
        if found is None:
            return None
        hasty = tuple(replace(each, try_for=SILENCE) for each in found.alternatives)
        return replace(found, alternatives=hasty, try_for=SILENCE)

    def account(self, account: str) -> Target | None:
        """The best phone registered for an account, and the others in case that it cannot be reached."""
        found = [target_of(each) for each in by_device(self._phones(account))]
        if not found:
            return None
        best, *others = found
        if not others:
            return best
        hasty = [replace(each, try_for=SILENCE) for each in others[:-1]]
        return replace(best, alternatives=(*hasty, others[-1]), try_for=SILENCE)


def by_device(bindings: Iterable[Binding]) -> list[Binding]:
    """The best first, and straight after it the other flows of the same device (RFC 5626 s.7)."""
    left = list(bindings)
    ordered: list[Binding] = []
    while left:
        best = left.pop(0)
        ordered.append(best)
        if best.instance:
            ordered += [each for each in left if each.instance == best.instance]
            left = [each for each in left if each.instance != best.instance]
    return ordered
