"""The SIP side of a node, put together: who may come in, the stack, its sockets, and the exchange above them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from base.io.clock import http_date
from calls.exchange import Exchange
from calls.hearing import Listening
from calls.lines import Lines
from centralita.entrance import Entrance
from centralita.failures import hear
from cluster.memory import MemoryLocation
from sip.flows import Flows
from sip.io.endpoint import Endpoint
from sip.registrar.registrar import BindingRegistrar
from sip.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable

    from base.ids import Ids
    from calls.contact import Contact
    from calls.events import Record
    from calls.gate import Gate
    from calls.recording import Shelf
    from centralita.present import Present
    from media.plane import Plane
    from sip.digest.credentials import Credentials
    from sip.events import Caller, PresenceEvent


@dataclass(frozen=True, slots=True)
class Signalling:
    """The parts of it."""

    entrance: Entrance
    location: MemoryLocation
    registrar: BindingRegistrar
    stack: Stack
    endpoint: Endpoint
    lines: Lines
    exchange: Exchange


def make_signalling(
    present: Present,
    credentials: Credentials,
    plane: Plane,
    ids: Ids,
    record: Record,
    shelf: Shelf,
    *,
    arrive: Callable[[Contact, Caller], None],
    presence: Callable[[PresenceEvent], None],
    gate: Gate,
) -> Signalling:
    """Join the parts; nothing listens yet. `arrive` takes calls, `presence` what is heard of phones and carriers.

    `gate` lets calls to the outside begin.
    """
    location, flows = MemoryLocation(), Flows()
    entrance = Entrance(present.configuration, credentials, ids, flows)
    internal = present.internal()
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
        record,
        arrive,
        presence,
        present.codecs,
        srtp=present.srtp,
        dtmf=present.dtmf,
        lines=lines,
        silence_limit=present.configuration.centre.silence_limit,
        listening=lambda: _listening(present),
        shelf=shelf,
        messages_in_full=lambda: present.configuration.centre.tracing.messages == "full",
        identity=present.identity,
        name_of=present.name_of,
        gate=gate,
    )
    return Signalling(entrance, location, registrar, stack, endpoint, lines, exchange)


def _listening(present: Present) -> Listening:
    settings = present.configuration.centre.listening
    return Listening(settings.talk, settings.dead_air, settings.one_way_audio)
