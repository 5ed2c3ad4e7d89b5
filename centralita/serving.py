"""What serves callers, put together: an application for each kind of destination, and the desk that transfers ask."""

from __future__ import annotations

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
from centralita.agents.acting import Acting
from centralita.agents.codes import AgentCodes
from centralita.agents.monitoring import Monitoring
from centralita.agents.picking import Picking
from centralita.applications import (
    DirectApplication,
    EchoApplication,
    FeatureCodeApplication,
    HangupApplication,
)
from centralita.outside.outgoing import NumberApplication
from centralita.outside.redirects import Redirects
from centralita.places import Places
from centralita.queues.escalating import EscalationApplication
from centralita.queues.voice import QueueVoice
from centralita.transfers import TransferDesk
from ivr.io.application import MenuApplication
from routing.io.queue_application import QueueApplication

if TYPE_CHECKING:
    from centralita.agents.acquaintance import Acquaintance
    from centralita.agents.staff import Staff
    from centralita.agents.workplace import Workplace
    from centralita.dispatcher import Application
    from centralita.menus.surroundings import LiveSurroundings
    from centralita.numbers import Numbers
    from centralita.outside.tolls import Tolls
    from centralita.outside.trunks import Trunks
    from centralita.phones import Phones
    from centralita.present import Present
    from centralita.signalling import Signalling
    from ivr.io.books import Books
    from media.prompts import PromptLibrary
    from routing.io.distribution import Distribution
    from routing.io.rescue import Rescuer
    from sip.flow import Address
    from sip.io.resolver import Resolver


def make_applications(
    present: Present,
    signalling: Signalling,
    *,
    numbers: Numbers,
    phones: Phones,
    staff: Staff,
    workplace: Workplace,
    distribution: Distribution,
    trunks: Trunks,
    resolver: Resolver,
    voice: PromptLibrary,
    books: Books,
    surroundings: LiveSurroundings,
    tolls: Tolls,
    acquaintance: Acquaintance,
    rescuer: Rescuer,
) -> dict[type, Application]:
    """By the type of the destination that each serves."""
    exchange, endpoint = signalling.exchange, signalling.endpoint

    def is_ours(address: Address) -> bool:
        return any(address in (at, each.known_as(at)) for each, at in endpoint.listeners)

    places = Places(present.agents, phones.find)
    redirects = Redirects(present.now, numbers, signalling.stack.is_ours)
    direct = DirectApplication(exchange, places, resolver, present.music, staff.called, redirects)
    outside = NumberApplication(exchange, trunks, present.music, number_of=workplace.number_of)
    menus = MenuApplication(present.menu_set, voice, books, present.facts, surroundings.of, present.floor)
    desk = TransferDesk(
        numbers,
        lambda: present.now().profiles,
        present.agents,
        direct,
        outside,
        is_ours,
        staff.calling,
        tolls.refused,
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
        surroundings.openness,
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
    codes = AgentCodes(
        staff, distribution, workplace.book, workplace.after_call, lambda: present.now().routing
    )
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
            Monitoring(exchange.phone_calls, lambda: present.now().routing),
            Picking(distribution, staff.agent_of, lambda: present.now().routing, desk.dialled),
        ),
        Echo: EchoApplication(),
        Hangup: HangupApplication(),
    }
