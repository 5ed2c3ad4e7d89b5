"""The composition root: what a node is made of, in the order in which it opens; it closes in the opposite one.

Files, sound and sockets are opened by opening.py; signalling.py puts the SIP side together, serving.py the
applications.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from functools import partial
from time import time
from typing import TYPE_CHECKING

from base.io.ids import SystemIds
from centralita.agents.acquaintance import KNOWN_FOR, Acquaintance
from centralita.agents.conversations import Conversations
from centralita.agents.healing import Healing
from centralita.agents.lamps import Lamps
from centralita.agents.monitoring import Monitoring
from centralita.agents.placed_calls import PlacedCalls
from centralita.agents.staff import Staff
from centralita.agents.workplace import Workplace
from centralita.archive import RecordingArchive
from centralita.callbacks.callbacks import Outset, Promises, open_callbacks
from centralita.callbacks.originating import Originating
from centralita.callbacks.rescue import open_rescuer
from centralita.cases.opening import open_cases
from centralita.dispatcher import Dispatcher
from centralita.failures import warn_of_recordings
from centralita.figure_terms import agreed_in
from centralita.journal import Journal
from centralita.keeping import DailyKeeping, keeping_of_node
from centralita.listening import refuse_wildcard
from centralita.menus.live import AT_START, LiveMenus
from centralita.menus.prompt_view import PromptView
from centralita.menus.surroundings import LiveSurroundings
from centralita.menus.switching import opening_desk
from centralita.menus.view import MenuView
from centralita.metrics.page import MetricsPage
from centralita.numbers import Numbers
from centralita.opening import open_http, open_listeners, open_sound, open_state, open_transactions
from centralita.outside.toll_book import TollBook
from centralita.outside.tolls import Tolls
from centralita.outside.trunk_view import shown_trunks
from centralita.outside.trunks import Trunks
from centralita.parts import Parts
from centralita.people import open_people
from centralita.phone_view import shown_phones
from centralita.phones import Phones
from centralita.places import Places
from centralita.playing_back import PlayingBack
from centralita.present import Present
from centralita.serving import make_applications
from centralita.signalling import make_signalling
from centralita.state import (
    MENUS_FILE,
    PROMPTS_FOLDER,
    RECORDINGS_FOLDER,
    SWITCHES_FILE,
    TOLLS_FILE,
)
from centralita.telemetry.opening import open_tracer
from centralita.telling import open_telling
from centralita.tracing import MessageTracing
from centralita.tracking import Tracking
from centralita.watching import Watching
from console.app import make_app
from console.keys import Placing
from ivr.io.books import Books
from ivr.io.versions import Versions
from records.people.audit import AuditLog
from records.personal.sealing import person
from routing.io.distribution import Distribution
from routing.io.switch_board import SwitchBoard
from sip.io.dns import Dns
from sip.io.resolver import HOSTS, Resolver

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from calls.contact import Contact
    from centralita.configuration import Configuration
    from centralita.options import Options
    from console.telling import Check
    from routing.settings import RoutingConfig
    from sip.events import PresenceEvent, RegistrationChanged


LAST_WORDS = 3.0
"""Seconds that our BYEs get at a stop to be answered, or sent again; then recordings, to be whole on disk."""


async def wire(
    options: Options,
    configuration: Configuration,
    *,
    trouble: Callable[[], list[str]],
    checks: Callable[[], Sequence[Check]],
    counters: Callable[[], Mapping[str, int]],
) -> Parts:
    """Open everything and join it, or leave nothing open. Raises CentralitaError naming what could not be had."""
    async with AsyncExitStack() as resources:
        parts = await _wire(options, configuration, resources, trouble, checks, counters)
        parts.resources = resources.pop_all()
        return parts


async def _wire(
    options: Options,
    configuration: Configuration,
    resources: AsyncExitStack,
    trouble: Callable[[], list[str]],
    checks: Callable[[], Sequence[Check]],
    counters: Callable[[], Mapping[str, int]],
) -> Parts:
    centre, ids = configuration.centre, SystemIds()
    if options.sip_listeners(centre)[0].advertised is None:
        refuse_wildcard(options.sip_address(centre))
    kept = await open_state(options, centre, ids, resources)
    journal = Journal(kept.ledger)
    journal.watch(warn_of_recordings)
    metrics = MetricsPage()
    journal.watch(metrics.happened)
    menus = LiveMenus(Versions(options.state / MENUS_FILE), options.config, options.state / PROMPTS_FOLDER)
    plan = await menus.plan(configuration, who=AT_START)
    await menus.commit(plan)
    configuration = plan.configuration
    plane, voice = await open_sound(options, configuration, resources)
    present = Present(configuration, voice)
    tracer = open_tracer(centre, kept.ledger, resources)
    transactions = await open_transactions(options, configuration, journal, resources, tracer)

    tolls = Tolls(present.now, lambda: trunks.all(), TollBook(options.state / TOLLS_FILE))
    await tolls.begin()
    resources.push_async_callback(tolls.close)

    # What is heard is passed on to parts that are made below: nothing is heard before they are.
    signalling = make_signalling(
        present,
        kept.credentials,
        plane,
        ids,
        journal,
        RecordingArchive(options.state / RECORDINGS_FOLDER, present.now),
        arrive=lambda contact, caller: dispatcher.arrive(contact, caller),
        presence=lambda event: hear_presence(event),
        gate=tolls,
    )
    entrance, stack, endpoint = signalling.entrance, signalling.stack, signalling.endpoint
    exchange = signalling.exchange
    resources.callback(exchange.close)
    resources.push_async_callback(exchange.recordings.settle, LAST_WORDS)
    distribution = Distribution(configuration.routing, ids, journal)
    resources.callback(distribution.close)
    workplace = Workplace(
        present,
        distribution,
        journal,
        kept,
        menus.changing,
        contact_of=lambda contact: dispatcher.contact(contact),
        adopt=lambda routing: take_over(routing),
    )
    resources.push_async_callback(workplace.close)
    board = SwitchBoard(options.state / SWITCHES_FILE, kept.switches, journal)
    board.watch(distribution.look_again)
    staff = Staff(present.now().routing.agents, distribution)
    callbacks = await open_callbacks(
        options.state,
        present,
        distribution,
        journal,
        resources,
        begin=lambda promised: outset.begin(promised),
        hashed=partial(person, kept.master),
    )
    surroundings = LiveSurroundings(present, board, distribution, callbacks)
    watching = Watching(
        present.internal,
        signalling.location,
        exchange,
        lambda tell: Lamps(distribution, lambda: present.now().routing, surroundings.is_open, tell),
    )
    resources.callback(watching.close)

    def take_over(routing: RoutingConfig) -> None:
        distribution.adopt(routing)
        workplace.book.adopt()
        staff.adopt(routing.agents)
        watching.adopt()

    def registered(event: RegistrationChanged) -> None:
        staff.registration_changed(event)
        watching.registration_changed(event)

    phones = Phones(stack, endpoint.now, signalling.location, present.qualify, registered)
    resolver = Resolver(stack.means, Dns(present.dns(), HOSTS))
    resources.push_async_callback(resolver.close)
    trunks = Trunks(endpoint, resolver, entrance.admission.sources, kept.key)

    def hear_presence(event: PresenceEvent) -> None:
        if not trunks.hear(event):
            phones.hear(event)

    rescuer = await open_rescuer(kept.reader, present, phones, callbacks, distribution, resources)
    numbers = Numbers(present.now, tolls.admits)
    reader, acquaintance = kept.reader, Acquaintance()
    await acquaintance.remember(reader, since=time() - KNOWN_FOR)
    applications = make_applications(
        present,
        signalling,
        numbers=numbers,
        phones=phones,
        staff=staff,
        workplace=workplace,
        distribution=distribution,
        trunks=trunks,
        resolver=resolver,
        voice=voice,
        books=Books(
            transactions, journal, kept.ledger.flush, Promises(callbacks, lambda c: dispatcher.contact(c))
        ),
        surroundings=surroundings,
        tolls=tolls,
        acquaintance=acquaintance,
        rescuer=rescuer,
    )
    healing = Healing(
        distribution,
        lambda: present.agents().keys(),
        exchange.phone_calls.legs,
        exchange.legs,
        lambda account: bool(phones.find(account)),
        journal,
    )
    resources.push_async_callback(healing.close)
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
        staff.calling,
        admitted=admitted,
        barred=tolls.refused,
    )
    outset = Outset(present, numbers, applications, callbacks, dispatcher, ids, journal)
    door = entrance.door(endpoint.now)

    def trunk_list() -> Sequence[Mapping[str, object]]:
        return shown_trunks(trunks, signalling.lines)

    people = await open_people(options.state, kept.database, present, journal, resources)
    telling = await open_telling(
        metrics,
        options,
        present,
        kept,
        journal,
        resources,
        people=people,
        dispatcher=dispatcher,
        exchange=exchange,
        distribution=distribution,
        door=door,
        trunks=trunk_list,
        checks=checks,
        counters=counters,
    )
    places = Places(present.agents, phones.find)
    placed = PlacedCalls(
        present, distribution, dispatcher, exchange, numbers, tolls, places.account, staff.called
    )
    originating = Originating(outset, callbacks, dispatcher, exchange, outset.wording, ids, journal)
    cases = await open_cases(kept.database, present, kept.ledger, journal, reader, ids, resources)
    keeping = keeping_of_node(
        options.state, kept.reader.database, kept.ledger, kept.master, present.now, callbacks
    )
    app = make_app(
        key=kept.key,
        work=workplace.desk(),
        ledger=kept.ledger,
        reader=reader,
        trunks=trunk_list,
        phones=lambda account: shown_phones(phones, account),
        counters=counters,
        health=trouble,
        menus=MenuView(menus),
        door=door,
        opening=opening_desk(board, present),
        talks=Conversations(
            dispatcher,
            exchange,
            Monitoring(exchange.phone_calls, lambda: present.now().routing),
            places.account,
            staff.called,
        ),
        playing_back=PlayingBack(options.state / RECORDINGS_FOLDER, present.now).open,
        prompts=PromptView(options.config, options.state / PROMPTS_FOLDER),
        agreed=lambda: agreed_in(present.configuration),
        placing=Placing(placed.place, originating.originate),
        callbacks=callbacks,
        cases=cases,
        telling=telling,
        people=people,
        audit=AuditLog(kept.database, kept.master),
        proxies=lambda: present.configuration.centre.people.proxies,
        keeping=keeping,
    )
    tracing = MessageTracing(stack, options.config)
    resources.push_async_callback(tracing.close)
    await tracing.adopt(centre.tracing)
    http_address = await open_http(options, options.http_address(centre), app, resources)
    resources.push_async_callback(menus.close)
    await menus.begin(present, voice)
    await open_listeners(options, configuration, endpoint)
    resources.push_async_callback(endpoint.close)
    resources.push_async_callback(endpoint.settle, LAST_WORDS)
    resources.push_async_callback(trunks.close)
    trunks.adopt(configuration.profiles, kept.trunk_passwords)
    resources.callback(exchange.sip.end_subscriptions)
    resources.push_async_callback(dispatcher.close)
    resources.callback(callbacks.stop)
    callbacks.start()
    daily = DailyKeeping(keeping)
    resources.push_async_callback(daily.close)
    daily.begin()
    return Parts(
        resources=resources,
        options=options,
        present=present,
        menus=menus,
        ledger=kept.ledger,
        journal=journal,
        plane=plane,
        voice=voice,
        transactions=transactions,
        endpoint=endpoint,
        admission=entrance.admission,
        registrar=signalling.registrar,
        exchange=exchange,
        distribution=distribution,
        workplace=workplace,
        phones=phones,
        trunks=trunks,
        resolver=resolver,
        dispatcher=dispatcher,
        callbacks=callbacks,
        tracing=tracing,
        sip_address=endpoint.address,
        http_address=http_address,
        rtp_ports=options.rtp_range(centre),
    )
