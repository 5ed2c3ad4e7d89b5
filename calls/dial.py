"""Connects a caller straight to one other party: ring, answer, bridge, and each refusal passed on to the caller."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from base.errors import CentralitaError
from calls.bridge import Bridge
from calls.events import LegAnswered, LegEnded, LegRang
from calls.lines import NoLine
from sip import causes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calls.contact import Contact
    from calls.exchange import Exchange
    from calls.leg import Leg
    from media.plane import Clip
    from sip.stack import CallerIdentity, Target

RING_TIMEOUT = 60.0
"""Seconds that a directly dialled party may ring; below Timer C's three minutes (RFC 3261 s.16.6)."""

_NOT_FOR_THE_CALLER = {401: 503, 407: 503, 415: 488, 420: 503, 481: 503, 482: 503, 483: 503, 487: 480}
"""Refusals that speak of our own request and not of the party; the caller is told something he or she can use."""
_TRY_ELSEWHERE = frozenset((401, 407, 408, 500, 502, 503, 504))
"""Refusals of whom we called by, not of the party: another way may still lead there."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a party: whom to call, who we say is calling, and the trunk that carries it, if one does."""

    target: Target
    caller: CallerIdentity
    trunk: str | None = None
    is_codec_fixed: bool = False
    """Whether the trunk's own order of codecs counts, and not what the caller speaks."""


FindWay = Callable[[], Awaitable[Way]]
"""Finds a way when its turn comes. Raises CentralitaError where there is none."""


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

    async def only() -> Way:
        return Way(target, contact.caller_identity())

    await connect_first(exchange, contact, (only,), music, role=role, ring_timeout=ring_timeout)


async def connect_first(
    exchange: Exchange,
    contact: Contact,
    ways: Sequence[FindWay],
    music: Callable[[], tuple[Clip, ...]],
    *,
    role: str,
    ring_timeout: float = RING_TIMEOUT,
) -> None:
    """Call by the first way that takes the call and stay until both legs are over; the last refusal is passed on."""
    caller = contact.caller
    if caller is None or caller.has_ended:
        return
    until = asyncio.get_running_loop().time() + ring_timeout
    refusal: LegEnded | CentralitaError | None = None
    for find in ways:
        try:
            party = await _dial(exchange, contact, caller, find, role)
        except CentralitaError as error:
            refusal = error if not isinstance(refusal, NoLine) else refusal
            if error.status not in _TRY_ELSEWHERE:
                break
            continue
        if party is None:
            return
        try:
            refusal = await _ring(contact, caller, party, until)
            if refusal is None:
                await _talk(exchange, contact, caller, party, music)
        finally:
            party.hang_up()
        if refusal is None or caller.has_ended or refusal.status not in _TRY_ELSEWHERE:
            break
    _pass_on(refusal, caller)


async def _dial(exchange: Exchange, contact: Contact, caller: Leg, find: FindWay, role: str) -> Leg | None:
    """The party called by the way that is found; None when the caller did not wait for it. Raises CentralitaError."""
    way = await find()
    if caller.has_ended:
        contact.outcome = "abandoned"
        return None
    prefer = None if way.is_codec_fixed else caller.stream.codec
    return exchange.dial(contact, way.target, role=role, caller=way.caller, prefer=prefer, trunk=way.trunk)


async def _ring(contact: Contact, caller: Leg, party: Leg, until: float) -> LegEnded | None:
    """Wait for the party's answer; gives its refusal. Without one it has answered, or the caller is served or gone."""
    while True:
        event = await contact.inbox.next(until)
        match event:
            case None:
                party.hang_up(causes.NO_ANSWER)
                caller.refuse(480, causes.NO_ANSWER)
                return None
            case LegEnded(leg=leg) if leg is caller:
                contact.outcome = "abandoned"
                party.hang_up(reasons=event.reasons)
                return None
            case LegEnded(leg=leg) if leg is party:
                return event
            case LegRang(leg=leg) if leg is party:
                caller.ring()
            case LegAnswered(leg=leg) if leg is party:
                caller.answer()
                return None
            case _:
                pass


def _pass_on(refusal: LegEnded | CentralitaError | None, caller: Leg) -> None:
    match refusal:
        case None:
            return
        case NoLine():
            caller.turn_away(refusal.status, refusal.cause, refusal.retry_after)
        case CentralitaError():
            caller.refuse(refusal.status, refusal.cause)
        case LegEnded():
            status = _NOT_FOR_THE_CALLER.get(refusal.status, refusal.status)
            if status < 400:
                status = 480  # a redirection we do not follow, or a leg ended by ourselves
            caller.refuse(status, refusal.cause, reasons=refusal.reasons)


async def _talk(
    exchange: Exchange, contact: Contact, caller: Leg, party: Leg, music: Callable[[], tuple[Clip, ...]]
) -> None:
    if caller.has_ended or party.has_ended:
        return
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
