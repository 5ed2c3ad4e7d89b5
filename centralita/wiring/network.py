"""The sides of a node that speak SIP: what comes in, the phones, the carriers, and what calls outside may cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from centralita.archive import RecordingArchive
from centralita.outside.toll_book import TollBook
from centralita.outside.tolls import Tolls
from centralita.outside.trunk_view import shown_trunks
from centralita.outside.trunks import Trunks
from centralita.phones import Phones
from centralita.state import RECORDINGS_FOLDER, TOLLS_FILE
from centralita.wiring.signalling import make_signalling
from sip.io.dns import Dns
from sip.io.resolver import HOSTS, Resolver

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from calls.contact import Contact
    from calls.exchange import Exchange
    from centralita.wiring.ground import Ground
    from centralita.wiring.signalling import Signalling
    from console.node.door import Door
    from sip.events import Caller, PresenceEvent, RegistrationChanged
    from sip.io.endpoint import Endpoint

LAST_WORDS = 3.0
"""Seconds that our BYEs get at a stop to be answered, or sent again; then recordings, to be whole on disk."""


@dataclass(frozen=True, slots=True)
class Network:
    """Who calls here and can be called."""

    signalling: Signalling
    tolls: Tolls
    phones: Phones
    trunks: Trunks
    resolver: Resolver
    door: Door

    @property
    def endpoint(self) -> Endpoint:
        """The stack and its sockets."""
        return self.signalling.endpoint

    @property
    def exchange(self) -> Exchange:
        """All legs."""
        return self.signalling.exchange

    def trunk_list(self) -> Sequence[Mapping[str, object]]:
        """Trunks as they are shown."""
        return shown_trunks(self.trunks, self.signalling.lines)


async def open_network(
    ground: Ground,
    *,
    arrive: Callable[[Contact, Caller], None],
    registered: Callable[[RegistrationChanged], None],
) -> Network:
    """Nothing listens yet. `arrive` takes calls, `registered` hears of phones that come and go."""
    present, kept, state, resources = ground.present, ground.kept, ground.options.state, ground.resources
    # The gate knows carriers that are made below: nobody calls before they are.
    tolls = Tolls(present.now, lambda: trunks.all(), TollBook(state / TOLLS_FILE))
    await tolls.begin()
    resources.push_async_callback(tolls.close)

    def hear(event: PresenceEvent) -> None:
        if not trunks.hear(event):
            phones.hear(event)

    signalling = make_signalling(
        present,
        kept.credentials,
        ground.plane,
        ground.ids,
        ground.journal,
        RecordingArchive(state / RECORDINGS_FOLDER, present.now),
        arrive=arrive,
        presence=hear,
        gate=tolls,
    )
    entrance, stack, endpoint = signalling.entrance, signalling.stack, signalling.endpoint
    resources.callback(signalling.exchange.close)
    resources.push_async_callback(signalling.exchange.recordings.settle, LAST_WORDS)
    phones = Phones(stack, endpoint.now, signalling.location, present.qualify, registered)
    resolver = Resolver(stack.means, Dns(present.dns(), HOSTS))
    resources.push_async_callback(resolver.close)
    trunks = Trunks(endpoint, resolver, entrance.admission.sources, kept.key)
    return Network(signalling, tolls, phones, trunks, resolver, entrance.door(endpoint.now))
