"""Transfers in a conversation: blind and attended (RFC 5589), asked for by either party with REFER.

Where a target leads, and who may send whom there, is asked of the desk. Whatever happens on the way, no leg stays up
that has nobody to talk with.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Protocol

from base.errors import CentralitaError
from calls.destination import Agent, Extension, FeatureCode, Hangup, Number, Uri, described
from calls.events import LegAnswered, LegEnded, LegProgressed, LegRang
from calls.ways import RING_TIMEOUT, TRY_ELSEWHERE, dial, may_go_on
from sip import causes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calls.contact import Contact
    from calls.destination import Destination
    from calls.events import TransferAsked
    from calls.leg import Leg
    from calls.talk import Talk
    from calls.ways import FindWay, Follow
    from sip.events import Caller
    from sip.message import Extra
    from sip.transfer.refer_to import ReferTo
    from sip.transfer.served_refer import Referral

Party = Agent | Extension | Uri | Number
"""Destinations that are called, and may or may not answer."""
_NOBODY = 480


class Desk(Protocol):
    """What is decided outside: where targets lead, who may do what, how a party is called."""

    def find(self, leg: Leg, wish: ReferTo) -> Destination | int:
        """Where a target leads if this party dials it, or the status that refuses it."""

    def reach(self, contact: Contact, destination: Party) -> tuple[Sequence[FindWay], Follow | None]:
        """The ways to a party, in the order in which they are tried, and what is tried when it is elsewhere (3xx)."""

    def may_replace(self, who: Caller | Leg, leg: Leg) -> bool:
        """Whether somebody may take over what a leg is in."""

    def joined(self, caller: Caller, leg: Leg) -> None:
        """Somebody has come into a conversation by an INVITE of its own."""


async def begin(talk: Talk, asked: TransferAsked) -> None:
    """One party asks for the other to be joined with somebody else: refuse it, do it, or set it going."""
    leg, wish, referral = asked.leg, asked.request.wish, asked.request.referral
    if not referral.is_open:
        return  # its call ended meanwhile
    is_attended = wish.replaces is not None
    talk.contact.record(
        "transfer.requested",
        leg,
        by=leg.agent or leg.role,
        target=wish.uri.subscriber or str(wish.uri),
        kind="attended" if is_attended else "blind",
    )
    if leg not in talk.pair or talk.desk is None:
        _refuse(talk, leg, 603)
    elif talk.transfer is not None:
        _refuse(talk, leg, 491)
    elif asked.second is not None:
        _attend(talk, talk.desk, leg, asked.second, referral)
    elif asked.request.replaced is not None:
        _refuse(talk, leg, 603)
    else:
        found = talk.desk.find(leg, wish)
        match found:
            case int():
                _refuse(talk, leg, found)
            case Hangup():
                _refuse(talk, leg, found.status)
            case FeatureCode():
                _refuse(talk, leg, 403)
            case Agent() | Extension() | Uri() | Number():
                await _call(talk, talk.desk, leg, asked, found)
            case _:
                talk.exchange.sip.accept_transfer(referral)
                talk.exchange.sip.report_transfer(referral, 200)
                talk.contact.record("transfer.completed", leg, to=described(found))
                talk.leave(leg, found)


def _refuse(talk: Talk, leg: Leg, status: int) -> None:
    talk.contact.record("transfer.failed", leg, status=status)
    leg.refuse_transfer(status)


async def _call(talk: Talk, desk: Desk, leg: Leg, asked: TransferAsked, destination: Party) -> None:
    """Call the new party while the one who asked is still there."""
    referral, wish = asked.request.referral, asked.request.wish
    talk.exchange.sip.accept_transfer(referral)
    headers: Extra = ()
    if wish.referred_by is not None:
        headers = (("Referred-By", wish.referred_by),)
    if wish.replaces is not None:
        # The dialog is somebody else's: only the phone that has it can give it up (RFC 5589 s.7).
        headers = (*headers, ("Require", "replaces"), ("Replaces", str(wish.replaces)))
    steps, follow = desk.reach(talk.contact, destination)
    transfer = talk.transfer = Transfer(talk, leg, referral, described(destination), steps, follow, headers)
    await transfer.call()


def _attend(talk: Talk, desk: Desk, leg: Leg, far: Leg, referral: Referral) -> None:
    """Join the two whom one party talks with: the other of this conversation, and that of its second call."""
    second = far.contact.talk
    if second is None or second is talk or not second.can_give(far) or not talk.can_give(leg):
        _refuse(talk, leg, 603)
        return
    if not desk.may_replace(leg, far):
        _refuse(talk, leg, 403)
        return
    talk.exchange.sip.accept_transfer(referral)
    talk.exchange.sip.report_transfer(referral, 200)
    # The customer's contact goes on: the one that whoever transfers did not open by calling us.
    if leg is talk.contact.caller and far is not second.contact.caller:
        keeps, kept, loses, left = second, far, talk, leg
    else:
        keeps, kept, loses, left = talk, leg, second, far
    given = loses.give(left, keeps.contact)
    loses.contact.record("transfer.completed", left, to=f"contact {keeps.contact.id}", into=keeps.contact.id)
    keeps.contact.record("transfer.completed", kept, to=given.number, merged=loses.contact.id)
    keeps.replace(kept, given)


class Transfer:
    """A blind transfer while the new party rings. Who asked for it may stay to hear, or be gone already."""

    __slots__ = (
        "_follow",
        "_headers",
        "_is_redirected",
        "_newcomer",
        "_referral",
        "_stays",
        "_steps",
        "_talk",
        "_to",
        "_transferor",
        "until",
    )

    def __init__(
        self,
        talk: Talk,
        transferor: Leg,
        referral: Referral,
        to: str,
        steps: Sequence[FindWay],
        follow: Follow | None,
        headers: Extra,
    ) -> None:
        """Keep what belongs together; `call` begins."""
        self._talk = talk
        self._transferor = transferor
        self._stays = talk.other(transferor)
        self._newcomer: Leg | None = None
        self._referral = referral
        self._to = to
        self._steps: deque[FindWay | Destination] = deque(steps)
        self._follow = follow
        self._is_redirected = False
        self._headers = headers
        self.until = asyncio.get_running_loop().time() + RING_TIMEOUT

    async def call(self) -> None:
        """Call by the first way that can be tried; the transfer fails when none can."""
        status = 404
        while self._steps:
            step = self._steps.popleft()
            if not callable(step):
                self._pass_on(step)
                return
            try:
                way = await step()
                self._newcomer = dial(
                    self._talk.exchange, self._talk.contact, way, self._stays, self._headers
                )
            except CentralitaError as error:
                status = error.status
                if status not in TRY_ELSEWHERE and not self._is_redirected:
                    break
            else:
                self._talk.sever(waiting=self._stays)
                return
        self._fail(status)

    async def take(self, event: object) -> None:
        """One event of the contact."""
        match event:
            case None:
                self._dismiss(causes.NO_ANSWER)
                self._fail(_NOBODY)
            case LegEnded(leg=leg) if leg is self._stays:
                self._give_up(leg)
            case LegRang(leg=leg) | LegProgressed(leg=leg) if leg is self._newcomer:
                self._report(180)
            case LegAnswered(leg=leg) if leg is self._newcomer:
                self._complete(leg)
            case LegEnded(leg=leg) if leg is self._newcomer:
                await self._refused(event)
            case _:
                pass  # who asked has gone, or holds: the transfer goes on

    async def _refused(self, ending: LegEnded) -> None:
        if ending.targets and self._follow is not None:
            self._steps.extendleft(reversed(self._follow(ending)))
            self._is_redirected = True
        elif not may_go_on(ending.status, is_redirected=self._is_redirected):
            self._steps.clear()
        if self._steps:
            await self.call()
        else:
            self._fail(ending.status if ending.status >= 400 else _NOBODY)

    def _pass_on(self, destination: Destination) -> None:
        """The new party is where something of ours answers at once."""
        self._over(200)
        self._talk.contact.record("transfer.completed", self._transferor, to=described(destination))
        self._talk.leave(self._transferor, destination)

    def abandon(self) -> None:
        """Something went wrong with ourselves."""
        self._over(503)
        self._dismiss(causes.INTERRUPTED)

    def _complete(self, newcomer: Leg) -> None:
        if self._stays.has_ended or newcomer.has_ended:
            return  # the word of its end waits in the inbox
        self._over(200)
        self._talk.contact.record("transfer.completed", self._transferor, to=self._to)
        self._talk.replace(self._transferor, newcomer)

    def _fail(self, status: int) -> None:
        self._over(status)
        self._talk.contact.record("transfer.failed", self._transferor, to=self._to, status=status)
        if self._stays.has_ended:
            self._talk.part(self._stays)
        elif self._transferor.has_ended:
            self._talk.strand(self._transferor)
        else:
            self._talk.join()

    def _give_up(self, gone: Leg) -> None:
        """Who was to be transferred has hung up."""
        self._dismiss(causes.NORMAL)
        self._over(487)
        self._talk.contact.record("transfer.failed", self._transferor, to=self._to, status=487)
        self._talk.part(gone)

    def _dismiss(self, cause: int) -> None:
        if self._newcomer is not None:
            self._newcomer.hang_up(cause)

    def _over(self, status: int) -> None:
        self._talk.transfer = None
        self._report(status)

    def _report(self, status: int) -> None:
        self._talk.exchange.sip.report_transfer(self._referral, status)
