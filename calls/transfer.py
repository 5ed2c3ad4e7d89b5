"""Transfers in a conversation: blind and attended (RFC 5589), asked for by either party with REFER, or by an act.

Where a target leads, and who may send whom there, is asked of the desk. Whatever happens on the way, no leg stays up
that has nobody to talk with.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from calls.acts import LeadsNowhere, NotNow
from calls.calling import Calling
from calls.destination import Agent, Extension, FeatureCode, Hangup, Number, Queue, Uri, described
from calls.events import LegAnswered, LegEnded, LegProgressed, LegRang
from calls.leg import Leg
from sip import causes

if TYPE_CHECKING:
    from calls.desk import Desk, Party
    from calls.destination import Destination
    from calls.events import TransferAsked
    from calls.talk import Talk
    from sip.message import Extra
    from sip.transfer.served_refer import Referral


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
    if leg not in talk.parties or talk.desk is None:
        _refuse(talk, leg, 603)
    elif not talk.may_send_on:
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
                talk.exchange.sip.accept_transfer(referral)
                await _call(talk, talk.desk, leg, found, referral, _headers(asked))
            case _:
                talk.exchange.sip.accept_transfer(referral)
                talk.exchange.sip.report_transfer(referral, 200)
                _send(talk, leg, found)


async def transfer(talk: Talk, desk: Desk, leg: Leg, target: str, destination: Destination, by: str) -> None:
    """An agent sends the other party on by keys, or somebody does so for the agent. Raises NotNow and LeadsNowhere."""
    if not talk.may_send_on:
        raise NotNow("only one party can be sent on, and nobody is called meanwhile")
    talk.contact.record("transfer.requested", leg, by=by, target=target, kind="blind")
    if isinstance(destination, Agent | Extension | Uri | Number):
        if not await _call(talk, desk, leg, destination, None):
            raise LeadsNowhere("nobody can be called there")
    else:
        _send(talk, leg, destination)


def _send(talk: Talk, leg: Leg, destination: Destination) -> None:
    """To what answers at once. The agent who sends a caller to a queue is not asked to take the call again."""
    if isinstance(destination, Queue) and leg.agent is not None:
        destination = replace(destination, avoid=(*destination.avoid, leg.agent))
    talk.contact.record("transfer.completed", leg, to=described(destination))
    talk.leave(leg, destination)


def _refuse(talk: Talk, leg: Leg, status: int) -> None:
    talk.contact.record("transfer.failed", leg, status=status)
    leg.refuse_transfer(status)


def _headers(asked: TransferAsked) -> Extra:
    wish = asked.request.wish
    headers: Extra = (("Referred-By", wish.referred_by),) if wish.referred_by is not None else ()
    if wish.replaces is not None:
        # The dialog is somebody else's: only the phone that has it can give it up (RFC 5589 s.7).
        headers = (*headers, ("Require", "replaces"), ("Replaces", str(wish.replaces)))
    return headers


async def _call(
    talk: Talk, desk: Desk, leg: Leg, destination: Party, referral: Referral | None, headers: Extra = ()
) -> bool:
    """Call the new party while the one who asked is still there; whether there is somebody to call."""
    reached = desk.reach(talk.contact, destination)
    calling = Calling(talk.exchange, talk.contact, talk.other(leg), reached, headers)
    talk.free()
    transfer = talk.episode = Transfer(talk, leg, referral, described(destination), calling)
    return await transfer.begin()


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
    keeps.contact.record(
        "transfer.completed", kept, to=given.number, merged=loses.contact.id, to_leg=given.id
    )
    keeps.replace(kept, given)


class Transfer:
    """A blind transfer while the new party rings. Who asked for it may stay to hear, or be gone already."""

    __slots__ = ("_calling", "_referral", "_stays", "_talk", "_to", "_transferor")

    def __init__(
        self, talk: Talk, transferor: Leg, referral: Referral | None, to: str, calling: Calling
    ) -> None:
        """Keep what belongs together; `begin` begins. Without a `referral` nobody is told by NOTIFY."""
        self._talk = talk
        self._transferor = transferor
        self._stays = talk.other(transferor)
        self._referral = referral
        self._to = to
        self._calling = calling

    @property
    def until(self) -> float:
        """When the new party has rung for long enough."""
        return self._calling.until

    async def begin(self) -> bool:
        """Call by the first way that can be tried; the transfer fails when none can."""
        return self._found(await self._calling.call())

    async def take(self, event: object) -> None:
        """One event of the contact."""
        newcomer = self._calling.leg
        match event:
            case None:
                self._go_on(await self._calling.rang_out(causes.NO_ANSWER))
            case LegEnded(leg=leg) if leg is self._stays:
                self._give_up(leg)
            case LegRang(leg=leg) | LegProgressed(leg=leg) if leg is newcomer:
                self._report(180)
            case LegAnswered(leg=leg) if leg is newcomer:
                self._complete(leg)
            case LegEnded(leg=leg) if leg is newcomer:
                self._go_on(await self._calling.refused(event))
            case _:
                pass  # who asked has gone, or holds: the transfer goes on

    def _go_on(self, found: Leg | Destination | int) -> None:
        if not self._found(found) and self._referral is None and not self._transferor.has_ended:
            self._talk.tell(self._transferor, "agent_not_answered")

    def _found(self, found: Leg | Destination | int) -> bool:
        """Whether the transfer goes on or is done."""
        match found:
            case Leg():
                self._talk.sever(waiting=self._stays)
                if self._referral is None:
                    self._talk.let_ring(self._transferor)
            case int():
                self._fail(found)
            case _:
                # The new party is where something of ours answers at once.
                self._over(200)
                _send(self._talk, self._transferor, found)
        return not isinstance(found, int)

    def cancel(self) -> None:
        """Who asked for it thinks better of it."""
        self._calling.dismiss(causes.NORMAL)
        self._fail(487)

    def abandon(self) -> None:
        """Something went wrong with ourselves."""
        self._over(503)
        self._calling.dismiss(causes.INTERRUPTED)

    def _complete(self, newcomer: Leg) -> None:
        if self._stays.has_ended or newcomer.has_ended:
            return  # the word of its end waits in the inbox
        self._over(200)
        self._talk.contact.record("transfer.completed", self._transferor, to=self._to, to_leg=newcomer.id)
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
        self._calling.dismiss(causes.NORMAL)
        self._over(487)
        self._talk.contact.record("transfer.failed", self._transferor, to=self._to, status=487)
        self._talk.part(gone)

    def _over(self, status: int) -> None:
        self._talk.episode = None
        self._report(status)

    def _report(self, status: int) -> None:
        if self._referral is not None:
            self._talk.exchange.sip.report_transfer(self._referral, status)
