"""The composition root: what a node is made of, and what is joined to what."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import structlog

from base.io.clock import http_date
from base.io.ids import SystemIds
from calls.destination import Agent, Echo, Extension, FeatureCode, Hangup, Menu, Number, Queue, Uri
from calls.exchange import Exchange
from calls.lines import Lines
from centralita.applications import (
    DirectApplication,
    EchoApplication,
    FeatureCodeApplication,
    HangupApplication,
)
from centralita.dispatcher import Dispatcher
from centralita.entrance import Entrance
from centralita.failures import hear
from centralita.journal import Journal
from centralita.listening import listening, refuse_wildcard
from centralita.numbers import Numbers
from centralita.outgoing import NumberApplication
from centralita.parts import Parts
from centralita.phone_view import shown_phones
from centralita.phones import Phones
from centralita.places import Places
from centralita.present import Present
from centralita.redirects import Redirects
from centralita.staff import Staff
from centralita.state import (
    CARDS_FILE,
    CREDENTIALS_FILE,
    HTTP_FILE,
    KEY_FILE,
    LEDGER_FILE,
    PROMPTS_FOLDER,
    TRUNK_PASSWORDS_FILE,
)
from centralita.tracing import MessageTracing
from centralita.transfers import TransferDesk
from centralita.trunk_view import shown_trunks
from centralita.trunks import Trunks
from centralita.watching import Watching
from cluster.memory import MemoryLocation
from console.access import key_of
from console.app import HttpServer, make_app
from ivr.io.application import MenuApplication
from ivr.io.cards import SandboxCards
from media.plane import Plane
from media.prompts import PromptLibrary
from records.ledger import Ledger
from records.reader import Reader
from routing.io.distribution import Distribution
from routing.io.queue_application import QueueApplication
from sip.flow import written
from sip.flows import Flows
from sip.io.credentials_file import load_credentials
from sip.io.dns import Dns
from sip.io.endpoint import Endpoint
from sip.io.resolver import HOSTS, Resolver
from sip.io.trunk_passwords import load_trunk_passwords
from sip.registrar import BindingRegistrar
from sip.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aiohttp import web

    from base.address import Address
    from centralita.configuration import Configuration
    from centralita.dispatcher import Application
    from centralita.options import Options
    from sip.events import PresenceEvent, RegistrationChanged


log = structlog.get_logger()

LAST_WORDS = 3.0
"""Seconds that our BYEs get at a stop to be answered, or sent again."""


async def wire(
    options: Options,
    configuration: Configuration,
    *,
    trouble: Callable[[], list[str]],
    counters: Callable[[], Mapping[str, int]],
) -> Parts:
    """Open everything and join it, or leave nothing open. Raises CentralitaError naming what could not be had."""
    async with AsyncExitStack() as resources:
        parts = await _wire(options, configuration, resources, trouble, counters)
        parts.resources = resources.pop_all()
        return parts


async def _wire(
    options: Options,
    configuration: Configuration,
    resources: AsyncExitStack,
    trouble: Callable[[], list[str]],
    counters: Callable[[], Mapping[str, int]],
) -> Parts:
    centre, ids = configuration.centre, SystemIds()
    sip_at, rtp_ports = options.sip_address(centre), options.rtp_range(centre)
    listeners = options.sip_listeners(centre)
    if listeners[0].advertised is None:
        refuse_wildcard(sip_at)
    rtp_address, rtp_advertised = options.rtp_addresses(centre)
    rtp_also = options.rtp_also(centre, configuration.profiles.listeners)
    # Records of callers and hashes of passwords: for this user only.
    options.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    credentials = await asyncio.to_thread(load_credentials, options.state / CREDENTIALS_FILE)
    trunk_passwords = await asyncio.to_thread(load_trunk_passwords, options.state / TRUNK_PASSWORDS_FILE)
    key = key_of(options.state / KEY_FILE, lambda: ids.token(24))
    ledger = await _ledger(options, resources)
    journal = Journal(ledger)
    plane = Plane(address=rtp_address, advertised=rtp_advertised, also=rtp_also, ports=rtp_ports)
    resources.callback(plane.close)
    voice = PromptLibrary(plane, configuration.catalogue, options.state / PROMPTS_FOLDER)
    await asyncio.to_thread(voice.prepare, configuration.catalogue)
    present = Present(configuration, voice)
    cards = await _cards(options, resources)

    location = MemoryLocation()
    flows = Flows()
    entrance = Entrance(configuration, credentials, ids, flows)
    internal = configuration.profiles.internal
    registrar = BindingRegistrar(location, internal.accounts.keys(), internal.registration.limits, http_date)
    stack = Stack(
        ids,
        admission=entrance.admission,
        registrar=registrar,
        timing=present.session_timer,
        reliability=present.reliability,
        overload=entrance.overload,
        flows=flows,
    )
    endpoint = Endpoint(stack, lambda event: hear(exchange, event))
    lines = Lines(present.line_limits)
    exchange = Exchange(
        endpoint,
        plane,
        ids,
        journal,
        lambda contact, caller: dispatcher.arrive(contact, caller),
        lambda event: presence(event),
        present.codecs,
        lines=lines,
        silence_limit=centre.silence_limit,
        messages_in_full=lambda: present.configuration.centre.tracing.messages == "full",
        identity=present.identity,
        name_of=present.name_of,
    )
    resources.callback(exchange.close)
    distribution = Distribution(configuration.routing, ids, journal)
    resources.callback(distribution.close)
    staff = Staff(configuration.routing.agents, distribution)
    watching = Watching(present.internal, location, exchange)

    def registered(event: RegistrationChanged) -> None:
        staff.registration_changed(event)
        watching.registration_changed(event)

    phones = Phones(stack, endpoint.now, location, present.qualify, registered)
    places = Places(present.agents, phones.find)
    numbers = Numbers(present.now)
    resolver = Resolver(stack.means, Dns(present.dns(), HOSTS))
    resources.push_async_callback(resolver.close)
    trunks = Trunks(endpoint, resolver, entrance.admission.sources, key)

    def presence(event: PresenceEvent) -> None:
        if not trunks.hear(event):
            phones.hear(event)

    redirects = Redirects(present.now, numbers, stack.is_ours)
    direct = DirectApplication(exchange, places, resolver, present.music, staff.called, redirects)
    outside = NumberApplication(exchange, trunks, present.music)
    direct.desk = outside.desk = TransferDesk(
        numbers,
        lambda: present.now().profiles,
        present.agents,
        direct,
        outside,
        lambda address: any(address in (at, each.known_as(at)) for each, at in endpoint.listeners),
        staff.calling,
    )
    queue = QueueApplication(
        exchange,
        distribution,
        places,
        present.music,
        present.client_name,
        present.language_skill,
        direct.desk,
    )
    applications: dict[type, Application] = {
        Menu: MenuApplication(present.menu_set, voice, cards, present.facts),
        Queue: queue,
        Agent: direct,
        Extension: direct,
        Uri: direct,
        Number: outside,
        FeatureCode: FeatureCodeApplication(staff.carry_out, present.said),
        Echo: EchoApplication(),
        Hangup: HangupApplication(),
    }
    dispatcher = Dispatcher(numbers.route, numbers.allows, applications, staff.calling)
    app = make_app(
        key=key,
        distribution=distribution,
        ledger=ledger,
        reader=Reader(options.state / LEDGER_FILE),
        trunks=lambda: shown_trunks(trunks, lines),
        phones=lambda account: shown_phones(phones, account),
        counters=counters,
        health=trouble,
        door=entrance.door(endpoint.now),
    )
    tracing = MessageTracing(stack, options.config)
    resources.push_async_callback(tracing.close)
    await tracing.adopt(centre.tracing)
    http_address = await _http(options, options.http_address(centre), app, resources)
    groups = [listeners, *((each,) for each in configuration.profiles.listeners)]
    await listening("SIP", "--sip", sip_at, endpoint.start(groups=groups))
    for listener, at in endpoint.listeners:
        log.info("listening", transport=listener.transport, at=written(at), serves=listener.serves)
    resources.push_async_callback(endpoint.close)
    resources.push_async_callback(endpoint.settle, LAST_WORDS)
    resources.push_async_callback(trunks.close)
    trunks.adopt(configuration.profiles, trunk_passwords)
    resources.callback(exchange.sip.end_subscriptions)
    resources.push_async_callback(dispatcher.close)
    return Parts(
        resources=resources,
        options=options,
        present=present,
        ledger=ledger,
        journal=journal,
        plane=plane,
        voice=voice,
        endpoint=endpoint,
        admission=entrance.admission,
        registrar=registrar,
        exchange=exchange,
        distribution=distribution,
        staff=staff,
        phones=phones,
        trunks=trunks,
        resolver=resolver,
        watching=watching,
        dispatcher=dispatcher,
        tracing=tracing,
        sip_address=endpoint.address,
        http_address=http_address,
        rtp_ports=rtp_ports,
    )


async def _ledger(options: Options, resources: AsyncExitStack) -> Ledger:
    """The ledger, with what an earlier end left open closed."""
    ledger = Ledger(options.state / LEDGER_FILE)
    await asyncio.to_thread(ledger.start)
    resources.push_async_callback(asyncio.to_thread, ledger.close)
    return ledger


async def _cards(options: Options, resources: AsyncExitStack) -> SandboxCards:
    """The sandbox card system."""
    cards = SandboxCards(options.state / CARDS_FILE)
    await cards.start()
    resources.push_async_callback(cards.close)
    return cards


async def _http(
    options: Options, address: Address, app: web.Application, resources: AsyncExitStack
) -> tuple[str, int]:
    """The API's listener; where it listens is written down for the commands that talk to it."""
    http = HttpServer(app)
    resources.push_async_callback(http.close)
    found = await listening("HTTP", "--http", address, http.start(*address))
    (options.state / HTTP_FILE).write_text(f"{written(found)}\n", encoding="ascii")
    return found
