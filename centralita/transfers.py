"""The desk that transfers ask: a target leads where it would lead had the party dialled it, and by the same rights.

A SIP address outside is called only for a party whose profile names the kind `addresses`: whoever may send our calls
anywhere can send them where they cost us money.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from calls.destination import Number, Uri
from sip.dialog import is_literal
from sip.events import Caller
from sip.uri import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from calls.contact import Contact
    from calls.desk import ActDesk, Party
    from calls.destination import Destination
    from calls.leg import Leg
    from calls.ways import FindWay, Follow
    from centralita.applications import DirectApplication
    from centralita.dispatcher import Watcher
    from centralita.numbers import Numbers
    from centralita.outside.outgoing import NumberApplication
    from routing.numbers.inbound import Route
    from routing.settings import AgentSettings
    from sip.flow import Address
    from sip.profile import Profiles
    from sip.transfer.refer_to import ReferTo

_ANY = ""
"""The account of an agent's phone that has none: it may do what its profile lets every phone do."""


class TransferDesk:
    """Decides transfers by the present configuration."""

    def __init__(
        self,
        numbers: Numbers,
        profiles: Callable[[], Profiles],
        agents: Callable[[], Mapping[str, AgentSettings]],
        direct: DirectApplication,
        outside: NumberApplication,
        is_ours: Callable[[Address], bool],
        busy: Watcher,
        refused: Callable[[Contact, str | None, str], None] = lambda contact, account, number: None,
        acts: ActDesk | None = None,
    ) -> None:
        """`is_ours` knows the addresses we listen at, `busy` hears of phones that begin and end to be in a call.

        `refused` hears of numbers outside that an account may not call, `acts` is asked when agents act.
        """
        self.acts = acts
        self._refused = refused
        self._numbers = numbers
        self._profiles = profiles
        self._agents = agents
        self._direct = direct
        self._outside = outside
        self._is_ours = is_ours
        self._busy = busy

    def find(self, leg: Leg, wish: ReferTo) -> Destination | int:
        """Where a target leads if this party dials it, or the status that refuses it."""
        who, uri = self.caller_of(leg), wish.uri
        is_outside = uri.is_sip and is_literal(uri.host) and not self._is_ours(uri.address)
        address = Uri(str(uri), by=who.account or None)
        if is_outside and self._allows(who, "addresses"):
            return address
        found = self.dialled(leg, uri.subscriber)
        if found == 404 and uri.is_sip and uri.user and self._allows(who, "addresses"):
            return address
        return found

    def dialled(self, leg: Leg, number: str) -> Destination | int:
        """Where a number leads if this party dials it, or the status that refuses it."""
        who = self.caller_of(leg)
        by = who.account or None
        route = self._numbers.route(number, who)
        if route is None:
            return 404
        if not self._may_dial(who, route):
            if isinstance(route.destination, Number):
                self._refused(leg.contact, who.account, route.destination.number)
            return 403
        match route.destination:
            case Number():
                return replace(route.destination, by=by)
            case Uri(uri=written):
                return replace(route.destination, uri=written.replace("{user}", escape(number)), by=by)
            case found:
                return found

    def reach(self, contact: Contact, destination: Party) -> tuple[Sequence[FindWay], Follow | None]:
        """The ways to a party, in the order in which they are tried, and what is tried when it is elsewhere."""
        if isinstance(destination, Number):
            return self._outside.ways(contact, destination), None
        return self._direct.reach(contact, destination)

    def may_replace(self, who: Caller | Leg, leg: Leg) -> bool:
        """The same phone or carrier may go on elsewhere, and phones that may call the house may pick up for it."""
        one = who if isinstance(who, Caller) else self.caller_of(who)
        other = self.caller_of(leg)
        if one.account is not None:
            return one.account == other.account or self._allows(one, "agents")
        return one.trunk is not None and one.trunk == other.trunk

    def joined(self, caller: Caller, leg: Leg) -> None:
        """A phone has come into a conversation by itself: meanwhile no queue rings it."""
        self._busy(caller, begun=True)
        leg.when_over(lambda: self._busy(caller, begun=False))

    def caller_of(self, leg: Leg) -> Caller:
        """Who a leg's far end is, as if it had called."""
        if leg.session.caller is not None:
            return leg.session.caller
        account = leg.account
        if account is None and leg.agent is not None:
            settings = self._agents().get(leg.agent)
            account = (settings.account if settings is not None else None) or _ANY
        if account is not None:
            return Caller("internal", account, None, leg.number, "", leg.peer)
        dialog = leg.session.dialog
        known = (
            self._profiles().trunk_at(dialog.flow.remote[0])
            if leg.trunk is None and dialog is not None
            else None
        )
        trunk = known.name if known is not None else leg.trunk
        return Caller("external", None, trunk, leg.number, "", leg.peer)

    def _may_dial(self, who: Caller, route: Route) -> bool:
        if who.account is None and who.trunk is None:
            # Whom the number plan has us call at an address: like any caller, it may reach our own numbers.
            return self._numbers.kind_of(route) == "numbers"
        if who.account != _ANY:
            return self._numbers.allows(who, route)
        return not isinstance(route.destination, Number) and self._allows(who, self._numbers.kind_of(route))

    def _allows(self, who: Caller, kind: str) -> bool:
        profiles = self._profiles()
        return kind in profiles.internal.may_call if who.account == _ANY else profiles.allows(who, kind)
