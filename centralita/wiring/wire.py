"""The composition root: the sides of a node in the order in which they open; they close in the opposite one."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from centralita.tracing import MessageTracing
from centralita.wiring.floor import open_floor
from centralita.wiring.ground import open_ground
from centralita.wiring.hashing import open_hashing
from centralita.wiring.interface import open_interface
from centralita.wiring.network import LAST_WORDS, open_network
from centralita.wiring.opening import open_http, open_listeners
from centralita.wiring.parts import Parts
from centralita.wiring.serving import open_serving

if TYPE_CHECKING:
    from centralita.configuration import Configuration
    from centralita.options import Options
    from centralita.wiring.interface import Vital


async def wire(options: Options, configuration: Configuration, node: Vital) -> Parts:
    """Open everything and join it, or leave nothing open. Raises CentralitaError naming what could not be had."""
    async with AsyncExitStack() as resources:
        parts = await _wire(options, configuration, node, resources)
        parts.resources = resources.pop_all()
        return parts


async def _wire(
    options: Options, configuration: Configuration, node: Vital, resources: AsyncExitStack
) -> Parts:
    # What is heard is passed on to sides that are opened later: nothing is heard before they are.
    ground = await open_ground(options, configuration, resources)
    open_hashing(ground)
    network = await open_network(
        ground,
        arrive=lambda contact, caller: serving.dispatcher.arrive(contact, caller),
        registered=lambda event: floor.registered(event),
    )
    floor = await open_floor(
        ground,
        network,
        contact_of=lambda contact: serving.dispatcher.contact(contact),
        begin=lambda promised: serving.outset.begin(promised),
    )
    serving = await open_serving(ground, network, floor)
    app = await open_interface(ground, network, floor, serving, node)

    # Only now is there anybody to answer; at a stop all of this goes first.
    present, menus, endpoint, trunks = ground.present, ground.menus, network.endpoint, network.trunks
    configuration = present.configuration
    centre = configuration.centre
    tracing = MessageTracing(network.signalling.stack, options.config)
    resources.push_async_callback(tracing.close)
    await tracing.adopt(centre.tracing)
    http_address = await open_http(options, options.http_address(centre), app, resources)
    resources.push_async_callback(menus.close)
    await menus.begin(present, ground.voice)
    await open_listeners(options, configuration, endpoint)
    resources.push_async_callback(endpoint.close)
    resources.push_async_callback(endpoint.settle, LAST_WORDS)
    resources.push_async_callback(trunks.close)
    trunks.adopt(configuration.profiles, ground.kept.trunk_passwords)
    resources.callback(network.exchange.sip.end_subscriptions)
    resources.push_async_callback(serving.dispatcher.close)
    resources.callback(floor.callbacks.stop)
    floor.callbacks.start()
    return Parts(
        resources=resources,
        options=options,
        present=present,
        menus=menus,
        ledger=ground.kept.ledger,
        journal=ground.journal,
        plane=ground.plane,
        voice=ground.voice,
        transactions=ground.transactions,
        endpoint=endpoint,
        admission=network.signalling.entrance.admission,
        registrar=network.signalling.registrar,
        exchange=network.exchange,
        distribution=floor.distribution,
        workplace=floor.workplace,
        phones=network.phones,
        trunks=trunks,
        resolver=network.resolver,
        dispatcher=serving.dispatcher,
        callbacks=floor.callbacks,
        tracing=tracing,
        sip_address=endpoint.address,
        http_address=http_address,
        rtp_ports=options.rtp_range(centre),
    )
