"""Where a call may go when who was called redirects it (3xx): what it names, made a destination, or refused.

An address of ours is what its user part dials. A phone may send calls to phones and numbers of the centre; outside
only if its account `may_forward: [external]`, since whoever steals a phone's password must not get far. Wherever a call
goes, a phone that calls must be allowed to dial that itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from calls.destination import Agent, Extension, FeatureCode, Number, Uri, described
from sip import uri as uris
from sip.errors import ParseError
from sip.events import Caller
from sip.identity.diversion import Diversion
from sip.session.redirect import MOST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from calls.contact import Contact
    from calls.destination import Destination
    from centralita.configuration import Configuration
    from routing.numbers.inbound import Route

_KINDS: dict[type, str] = {Extension: "agents", Agent: "agents", Number: "external", Uri: "external"}
"""What it is to forward to a destination; anything else is a number of the centre."""


class Plan(Protocol):
    """The numbers that can be dialled."""

    def route(self, dialled: str, caller: Caller) -> Route | None:
        """Where it leads."""

    def allows(self, caller: Caller, route: Route) -> bool:
        """Whether the caller may dial that."""


class Redirects:
    """Judges redirections by the present configuration."""

    def __init__(
        self, configuration: Callable[[], Configuration], plan: Plan, is_ours: Callable[[uris.Uri], bool]
    ) -> None:
        """`is_ours` tells whether a URI leads to this node."""
        self._configuration = configuration
        self._plan = plan
        self._is_ours = is_ours

    def destinations(self, contact: Contact, by: Destination, targets: Iterable[str]) -> list[Destination]:
        """Where `by` may send this contact, in the order of what it names."""
        found: list[Destination] = []
        for target in targets:
            destination = self._destination(contact, by, target)
            contact.record(
                "contact.redirected",
                by=described(by),
                to=described(destination) if destination is not None else target,
                followed=destination is not None,
            )
            if destination is not None:
                found.append(destination)
        return found

    def diversion(self, contact: Contact, by: Destination) -> Diversion:
        """Who passed the call on, for whom is called next; the phone's word for the reason is not taken."""
        return Diversion(self._account_of(by) or contact.dnis, "unconditional")

    def _account_of(self, by: Destination) -> str | None:
        match by:
            case Extension():
                return by.account
            case Agent():
                agent = self._configuration().routing.agents.get(by.agent)
                return agent.account if agent is not None else None
            case _:
                return None

    def _destination(self, contact: Contact, by: Destination, target: str) -> Destination | None:
        caller = contact.caller.session.caller if contact.caller is not None else None
        if caller is None:
            return None
        try:
            uri = uris.Uri.parse(target)
        except ParseError:
            return None
        account = self._account_of(by)
        if uri.scheme != "tel" and not self._leads_here(uri):
            return Uri(target, by=account) if self._may_leave(by, account) else None
        dialler = Caller("internal", account, None, account, "", "") if account is not None else caller
        route = self._plan.route(uri.subscriber, dialler)
        if route is None or isinstance(route.destination, FeatureCode):
            return None
        kind = _KINDS.get(type(route.destination), "numbers")
        if account is not None and kind not in self._forwards(account):
            return None
        for each in (dialler, caller) if caller.account is not None else (dialler,):
            if not self._plan.allows(each, route):
                return None
        found = route.destination
        # Who sends the call on answers for what it costs.
        return (
            replace(found, by=account) if isinstance(found, Number | Uri) and account is not None else found
        )

    def _leads_here(self, uri: uris.Uri) -> bool:
        realm = self._configuration().profiles.internal.realm
        return self._is_ours(uri) or uri.host.lower() == realm.lower()

    def _may_leave(self, by: Destination, account: str | None) -> bool:
        if isinstance(by, Uri):
            return self._configuration().profiles.external.follow_redirects
        return account is not None and "external" in self._forwards(account)

    def _forwards(self, account: str) -> tuple[str, ...]:
        internal = self._configuration().profiles.internal
        found = internal.accounts.get(account)
        return internal.may_forward if found is None or found.may_forward is None else found.may_forward


class Trail:
    """The destinations that one call has been sent to; none twice, and not endlessly many."""

    def __init__(self, first: Destination) -> None:
        """Begin with what was dialled."""
        self.latest = first
        """Where the call is now."""
        self._known = [first]

    def news(self, destinations: Iterable[Destination]) -> list[Destination]:
        """Those that were not tried, or waited for, before; as many as are still allowed."""
        news = [each for each in dict.fromkeys(destinations) if each not in self._known]
        news = news[: 1 + MOST - len(self._known)]
        self._known += news
        return news
