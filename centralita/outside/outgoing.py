"""Calls to numbers outside: by the first trunk that is up, has a free line and takes the call."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from calls.dial import connect
from calls.gate import Errand
from calls.ways import Way
from centralita.outside.trunks import TrunkDown
from sip.stack import CallerIdentity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from calls.contact import Contact
    from calls.desk import Desk
    from calls.destination import Destination, Number
    from calls.exchange import Exchange
    from calls.ways import FindWay
    from centralita.outside.gateway import Gateway
    from centralita.outside.trunks import Trunks
    from media.plane import Clip

    Shows = Callable[[Contact, Gateway], CallerIdentity]


class NumberApplication:
    """Connects the caller to a telephone number."""

    def __init__(
        self,
        exchange: Exchange,
        trunks: Trunks,
        music: Callable[[], tuple[Clip, ...]],
        desk: Desk | None = None,
        number_of: Callable[[Contact], str | None] = lambda contact: None,
    ) -> None:
        """`music` is for parties on hold; `desk` decides transfers; `number_of` says what a client company shows."""
        self._exchange = exchange
        self._trunks = trunks
        self._music = music
        self._number_of = number_of
        self.desk = desk

    async def serve(self, contact: Contact, destination: Number) -> Destination | None:
        """Until one goes; 404 where no trunk leads there (Q.850 3). Where the one who stays goes next."""
        ways = self.ways(contact, destination)
        otherwise = destination.otherwise
        if not ways and contact.caller is not None:
            if otherwise is not None and contact.caller.is_up:
                return otherwise
            contact.caller.refuse(404, _NO_ROUTE)
            return None
        return await connect(self._exchange, contact, ways, self._music, desk=self.desk, otherwise=otherwise)

    def ways(self, contact: Contact, destination: Number, shows: Shows | None = None) -> Sequence[FindWay]:
        """The trunks that may lead there, in their order; `shows` says who calls, in place of the caller."""
        names = destination.trunks or tuple(
            each.name for each in self._trunks.all() if each.settings.host is not None
        )
        return [partial(self._way, contact, destination, name, shows) for name in names]

    async def _way(self, contact: Contact, destination: Number, name: str, shows: Shows | None) -> Way:
        gateway = self._trunks.find(name)
        if gateway is None:
            raise TrunkDown(f"there is no trunk {name}")
        target = await self._trunks.target(gateway, destination.number)
        is_fixed = gateway.settings.codecs is not None
        errand = Errand(destination.number, destination.by, destination.is_listed)
        who = shows(contact, gateway) if shows is not None else self._shown(contact, gateway)
        return Way(target, who, name, is_fixed, digits=destination.digits, errand=errand)

    def _shown(self, contact: Contact, gateway: Gateway) -> CallerIdentity:
        return shown(contact, gateway, self._number_of(contact))


_NO_ROUTE = 3


def shown(contact: Contact, gateway: Gateway, number: str | None = None) -> CallerIdentity:
    """Who we say is calling: our number there for a phone of the house, else the caller's own as the carrier writes it.

    An agent who calls for a client company shows that one's `number`. The address behind it is the carrier's domain
    where we have an account, else our own.
    """
    settings = gateway.settings
    own = number or settings.number or settings.login
    user = own if contact.account is not None and own is not None else contact.ani
    display = contact.display if contact.account is None and not contact.is_private else ""
    sent = settings.numbers.sent(user) if user else ""
    return CallerIdentity(
        sent, display, settings.domain if settings.login is not None else None, contact.is_private
    )


def shown_for_client(contact: Contact, gateway: Gateway) -> CallerIdentity:
    """Who calls back: the client company's number, as the carrier writes it, else our number there."""
    settings = gateway.settings
    number = contact.dnis or settings.number or settings.login or ""
    domain = settings.domain if settings.login is not None else None
    return CallerIdentity(settings.numbers.sent(number) if number else "", "", domain)
