"""Connects a caller straight to one other party: ring, answer, bridge, and each refusal passed on to the caller."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from base.errors import CentralitaError
from calls.bridge import Bridge
from calls.events import LegAnswered, LegEnded, LegRang
from sip import causes
from sip.stack import CallerIdentity

if TYPE_CHECKING:
    from collections.abc import Callable

    from calls.contact import Contact
    from calls.exchange import Exchange
    from calls.leg import Leg
    from media.plane import Clip
    from sip.stack import Target

RING_TIMEOUT = 60.0
"""Seconds that a directly dialled party may ring; below Timer C's three minutes (RFC 3261 s.16.6)."""

_NOT_FOR_THE_CALLER = {401: 503, 407: 503, 415: 488, 420: 503, 481: 503, 482: 503, 483: 503, 487: 480}
"""Refusals that speak of our own request and not of the party; the caller is told something he or she can use."""


async def connect(
    exchange: Exchange,
    contact: Contact,
    target: Target,
    music: Callable[[], tuple[Clip, ...]],
    *,
    role: str,
    ring_timeout: float = RING_TIMEOUT,
) -> None:
    """Call the target for a contact and stay until both legs are over."""
    caller = contact.caller
    if caller is None or caller.has_ended:
        return
    try:
        party = exchange.dial(
            contact,
            target,
            role=role,
            caller=CallerIdentity(contact.ani, contact.display),
            prefer=caller.stream.codec,
        )
    except CentralitaError as error:
        caller.refuse(error.status, error.cause)
        return
    try:
        if await _ring(contact, caller, party, ring_timeout):
            await _talk(exchange, contact, caller, party, music)
    finally:
        party.hang_up()


async def _ring(contact: Contact, caller: Leg, party: Leg, ring_timeout: float) -> bool:
    until = asyncio.get_running_loop().time() + ring_timeout
    while True:
        event = await contact.inbox.next(until)
        match event:
            case None:
                party.hang_up(causes.NO_ANSWER)
                caller.refuse(480, causes.NO_ANSWER)
                return False
            case LegEnded(leg=leg) if leg is caller:
                contact.outcome = "abandoned"
                party.hang_up(reasons=event.reasons)
                return False
            case LegEnded(leg=leg) if leg is party:
                _pass_on(event, caller)
                return False
            case LegRang(leg=leg) if leg is party:
                caller.ring()
            case LegAnswered(leg=leg) if leg is party:
                caller.answer()
                return not caller.has_ended and not party.has_ended
            case _:
                pass


def _pass_on(ending: LegEnded, caller: Leg) -> None:
    status = _NOT_FOR_THE_CALLER.get(ending.status, ending.status)
    if status < 400:
        status = 480  # a redirection we do not follow, or a leg ended by ourselves
    caller.refuse(status, ending.cause, reasons=ending.reasons)


async def _talk(
    exchange: Exchange, contact: Contact, caller: Leg, party: Leg, music: Callable[[], tuple[Clip, ...]]
) -> None:
    bridge = Bridge(exchange.plane, contact, caller, party, music)
    try:
        bridge.begin()
        contact.outcome = "answered"
        gone: Leg | None = None
        while gone is None:
            gone = bridge.handle(await contact.inbox.next())
        bridge.let_go(gone)
    finally:
        bridge.end()
