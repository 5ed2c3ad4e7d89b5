"""What serves callers: an application for each kind of destination, and the dispatcher above them."""

from __future__ import annotations

from dataclasses import dataclass
from time import time
from typing import TYPE_CHECKING

from calls.destination import (
    Agent,
    Echo,
    Escalation,
    Extension,
    FeatureCode,
    Hangup,
    Menu,
    Number,
    Queue,
    Uri,
)
from centralita.agents.acquaintance import KNOWN_FOR, Acquaintance
from centralita.agents.acting import Acting
from centralita.agents.codes import AgentCodes
from centralita.agents.healing import Healing
from centralita.agents.monitoring import Monitoring
from centralita.agents.picking import Picking
from centralita.applications import (
    DirectApplication,
    EchoApplication,
    FeatureCodeApplication,
    HangupApplication,
)
from centralita.callbacks.callbacks import Outset, Promises
from centralita.callbacks.rescue import open_rescuer
from centralita.dispatcher import Dispatcher
from centralita.numbers import Numbers
from centralita.outside.outgoing import NumberApplication
from centralita.outside.redirects import Redirects
from centralita.places import Places
from centralita.queues.escalating import EscalationApplication
from centralita.queues.voice import QueueVoice
from centralita.tracking import Tracking
from centralita.transfers import TransferDesk
from ivr.io.application import MenuApplication
from ivr.io.books import Books
from routing.io.queue_application import QueueApplication

if TYPE_CHECKING:
    from calls.contact import Contact
    from centralita.dispatcher import Application
    from centralita.wiring.floor import Floor
    from centralita.wiring.ground import Ground
    from centralita.wiring.network import Network
    from routing.io.rescue import Rescuer
    from routing.numbers.inbound import Route
    from routing.settings import RoutingConfig
    from sip.flow import Address


@dataclass(frozen=True, slots=True)
class Serving:
    """Who serves contacts, and what begins them from here."""

    dispatcher: Dispatcher[Route]
    outset: Outset
    numbers: Numbers
    places: Places
    monitoring: Monitoring


async def open_serving(ground: Ground, network: Network, floor: Floor) -> Serving:
    """Callers can be served from now on."""
    present, journal, exchange, phones = ground.present, ground.journal, network.exchange, network.phones
    reader, acquaintance = ground.kept.reader, Acquaintance()
    rescuer = await open_rescuer(
        reader, present, phones, floor.callbacks, floor.distribution, ground.resources
    )
    await acquaintance.remember(reader, since=time() - KNOWN_FOR)
    numbers = Numbers(present.now, network.tolls.admits)
    places = Places(present.agents, phones.find)
    monitoring = Monitoring(exchange.phone_calls, lambda: present.now().routing)
    promises = Promises(floor.callbacks, lambda contact: dispatcher.contact(contact))
    applications = make_applications(
        ground,
        network,
        floor,
        numbers=numbers,
        places=places,
        monitoring=monitoring,
        books=Books(ground.transactions, journal, ground.kept.ledger.flush, promises),
        acquaintance=acquaintance,
        rescuer=rescuer,
    )
    healing = Healing(
        floor.distribution,
        lambda: present.agents().keys(),
        exchange.phone_calls.legs,
        exchange.legs,
        lambda account: bool(phones.find(account)),
        journal,
    )
    ground.resources.push_async_callback(healing.close)
    healing.begin()
    tracking = Tracking(time)

    def admitted(contact: Contact) -> None:
        tracking.give(contact)
        contact.is_hidden = present.hides_callers(contact.client)
        if contact.caller is not None and present.asks_consent(contact.client):
            exchange.recordings.withhold(contact.caller)

    dispatcher = Dispatcher(
        numbers.route,
        numbers.allows,
        applications,
        floor.staff.calling,
        admitted=admitted,
        barred=network.tolls.refused,
    )
    outset = Outset(present, numbers, applications, floor.callbacks, dispatcher, ground.ids, journal)
    return Serving(dispatcher, outset, numbers, places, monitoring)


def make_applications(
    ground: Ground,
    network: Network,
    floor: Floor,
    *,
    numbers: Numbers,
    places: Places,
    monitoring: Monitoring,
    books: Books,
    acquaintance: Acquaintance,
    rescuer: Rescuer,
) -> dict[type, Application]:
    """By the type of the destination that each serves."""
    present, voice, exchange, endpoint = ground.present, ground.voice, network.exchange, network.endpoint
    staff, workplace, distribution = floor.staff, floor.workplace, floor.distribution

    def is_ours(address: Address) -> bool:
        return any(address in (at, each.known_as(at)) for each, at in endpoint.listeners)

    def routing() -> RoutingConfig:
        return present.now().routing

    redirects = Redirects(present.now, numbers, network.signalling.stack.is_ours)
    direct = DirectApplication(exchange, places, network.resolver, present.music, staff.called, redirects)
    outside = NumberApplication(exchange, network.trunks, present.music, number_of=workplace.number_of)
    menus = MenuApplication(
        present.menu_set, voice, books, present.facts, floor.surroundings.of, present.floor
    )
    desk = TransferDesk(
        numbers,
        lambda: present.now().profiles,
        present.agents,
        direct,
        outside,
        is_ours,
        staff.calling,
        network.tolls.refused,
        acts=Acting(present.now, present.said, staff.agent_of, menus, distribution.core.agents),
    )
    direct.desk = outside.desk = desk
    queue = QueueApplication(
        exchange,
        distribution,
        places,
        QueueVoice(present, voice),
        present.queue,
        present.screen,
        present.language_skill,
        present.agent_language,
        acquaintance,
        floor.surroundings.openness,
        desk,
        rescuer,
        present.survey,
    )
    escalation = EscalationApplication(
        exchange,
        desk,
        lambda client, kind: present.now().ladder(client, kind),
        present.music,
        present.said,
        lambda contact, kind: present.screen(contact, kind).house,
    )
    codes = AgentCodes(staff, distribution, workplace.book, workplace.after_call, routing)
    return {
        Menu: menus,
        Queue: queue,
        Agent: direct,
        Extension: direct,
        Uri: direct,
        Number: outside,
        Escalation: escalation,
        FeatureCode: FeatureCodeApplication(
            codes.carry_out,
            present.told,
            monitoring,
            Picking(distribution, staff.agent_of, routing, desk.dialled),
        ),
        Echo: EchoApplication(),
        Hangup: HangupApplication(),
    }
