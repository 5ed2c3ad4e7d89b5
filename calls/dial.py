"""Connects a caller straight to one other party: ring, answer, bridge, and each refusal passed on to the caller."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from base.errors import CentralitaError
from calls.events import LegAnswered, LegEnded, LegProgressed, LegRang, PickedUp
from calls.introduce import introduce
from calls.lines import NoLine
from calls.pickup import Ringing
from calls.talk import Talk
from calls.ways import RING_TIMEOUT, TRY_ELSEWHERE, dial, may_go_on
from sip import causes
from sip.reason import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from calls.contact import Contact
    from calls.desk import Desk
    from calls.destination import Destination
    from calls.exchange import Exchange
    from calls.leg import Leg
    from calls.ways import FindWay, Follow
    from media.plane import Clip

_NOT_FOR_THE_CALLER = {
    401: 503,
    407: 503,
    415: 488,
    420: 503,
    421: 503,
    422: 503,
    430: 480,
    481: 503,
    482: 503,
    483: 503,
    487: 480,
    494: 503,
}
"""Refusals that speak of our own request and not of the party; the caller is told something he or she can use."""


class NotAnswered(CentralitaError):
    """The party's phone rang, and nobody took the call."""

    code = "not_answered"
    status = 480
    cause = causes.NO_ANSWER


async def connect(
    exchange: Exchange,
    contact: Contact,
    ways: Sequence[FindWay],
    music: Callable[[], tuple[Clip, ...]],
    *,
    desk: Desk | None = None,
    follow: Follow | None = None,
    ring_timeout: float = RING_TIMEOUT,
    otherwise: Destination | None = None,
) -> Destination | None:
    """Call by the first way that takes the call and stay until they part; the last refusal is passed on.

    `follow` says what is tried when a party is elsewhere; `otherwise`, where a caller who is in a call with us goes
    when nobody answers. Returns where the one who stays goes next.
    """
    caller = contact.caller
    if caller is None or caller.has_ended:
        return None
    until = asyncio.get_running_loop().time() + ring_timeout
    refusal: LegEnded | CentralitaError | None = None
    steps: deque[FindWay | Destination] = deque(ways)
    is_redirected = False
    while steps:
        find = steps.popleft()
        if not callable(find):
            return find
        try:
            party = await _dial(exchange, contact, caller, find)
        except CentralitaError as error:
            refusal = error if not isinstance(refusal, NoLine) else refusal
            if error.status not in TRY_ELSEWHERE and not is_redirected:
                break
            continue
        if party is None:
            return None
        with Ringing(contact, party, desk) as ringing:
            try:
                refusal = await _ring(exchange, contact, caller, ringing, until)
            except BaseException:
                party.hang_up()
                raise
        party = ringing.party
        if refusal is None and caller.is_up and party.is_up:
            talk = Talk(exchange, contact, (caller, party), music, desk)
            return talk.settle(await talk.run())
        party.hang_up()
        if refusal is None or caller.has_ended:
            break
        if isinstance(refusal, NotAnswered):
            break
        if refusal.targets and follow is not None:
            steps.extendleft(reversed(follow(refusal)))
            is_redirected = True
        elif not may_go_on(refusal.status, is_redirected=is_redirected):
            break
    if refusal is not None and otherwise is not None and caller.is_up:
        return otherwise
    _pass_on(refusal, caller)
    return None


async def _dial(exchange: Exchange, contact: Contact, caller: Leg, find: FindWay) -> Leg | None:
    """The party called by the way that is found; None when the caller did not wait for it. Raises CentralitaError."""
    way = await find()
    if caller.has_ended:
        contact.outcome = "abandoned"
        return None
    return dial(exchange, contact, way, caller)


async def _ring(
    exchange: Exchange, contact: Contact, caller: Leg, ringing: Ringing, until: float
) -> LegEnded | NotAnswered | None:
    """Wait for the party's answer; gives its refusal. Without one it has answered, or the caller is served or gone."""
    party = ringing.party
    is_joined = False
    while True:
        event = await contact.inbox.next(until)
        match event:
            case None:
                party.hang_up(causes.NO_ANSWER)
                return NotAnswered("nobody answered")
            case LegEnded(leg=leg) if leg is caller:
                contact.outcome = "abandoned"
                party.hang_up(reasons=event.reasons)
                return None
            case LegEnded(leg=leg) if leg is party:
                return event
            case LegRang(leg=leg) if leg is party:
                introduce(party, to=caller)
                caller.ring()
            case LegProgressed():
                if party.is_audible:
                    caller.progress()
                if caller.is_audible and party.is_audible and not is_joined:
                    # A carrier's announcement is heard by whoever called, and keys reach it (RFC 3960 s.3).
                    caller.stop()
                    exchange.plane.bridge(caller.stream.port, party.stream.port)
                    is_joined = True
            case LegAnswered(leg=leg) if leg is party:
                introduce(party, to=caller)
                caller.answer()
                return None
            case PickedUp(leg=leg, by=newcomer) if leg is party and not newcomer.has_ended:
                introduce(newcomer, to=caller)
                ringing.answer(newcomer, caller)
                return None
            case _:
                pass


def _pass_on(refusal: LegEnded | CentralitaError | None, caller: Leg) -> None:
    match refusal:
        case None:
            return
        case CentralitaError():
            reasons = (Reason("Q.850", refusal.cause, refusal.told),) if refusal.told else ()
            caller.refuse(refusal.status, refusal.cause, reasons=reasons, retry_after=refusal.retry_after)
        case LegEnded():
            status = _NOT_FOR_THE_CALLER.get(refusal.status, refusal.status)
            if status < 400:
                status = 480  # a redirection we do not follow, or a leg ended by ourselves
            elif status == 408 and refusal.leg.trunk is not None:
                status = 504  # it was no server of the caller's that kept silent
            caller.refuse(status, refusal.cause, reasons=refusal.reasons)
