"""Climbs the escalation ladders of client companies: each rung rings for its time, the last one takes the caller in.

The caller hears music, keeps attributes, place and history, and comes back to the ladder as often as nobody answers;
each step is an event of the contact.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from calls.destination import Agent, Escalation, Extension, Hangup, Number, Uri, described
from calls.dial import connect
from sip import causes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from calls.contact import Contact
    from calls.desk import Desk, Party
    from calls.destination import Destination
    from calls.exchange import Exchange
    from calls.ways import FindWay, Way
    from media.plane import Clip
    from routing.escalation import Rung

MOMENT = "escalation_moment"
"""The prompt that says that somebody else is called."""
ATTRIBUTE = "escalation"
"""What menus and agents may know: the name of the ladder that was climbed."""
_NOBODY = Hangup(causes.NO_ANSWER, 480)


class EscalationApplication:
    """Serves Escalation."""

    def __init__(
        self,
        exchange: Exchange,
        desk: Desk,
        rungs: Callable[[str | None, str], Sequence[Rung]],
        music: Callable[[], tuple[Clip, ...]],
        said: Callable[[str, str | None], tuple[Clip, ...]],
        label: Callable[[Contact, str], str],
    ) -> None:
        """`rungs` gives a client company's ladder of a name, none where there is none; `desk` knows ways to parties.

        `label` is what phones of the house show of a contact that climbs a ladder.
        """
        self._exchange = exchange
        self._desk = desk
        self._rungs = rungs
        self._music = music
        self._said = said
        self._label = label

    async def serve(self, contact: Contact, destination: Escalation) -> Destination | None:
        """One rung. Where the caller goes next: the next rung when nobody answers."""
        caller = contact.caller
        if caller is None or caller.has_ended:
            return None
        kind, number = destination.kind, destination.rung
        rungs = self._rungs(contact.client, kind)
        if not number:
            caller.answer()
            contact.attributes[ATTRIBUTE] = kind
            contact.record("escalation.began", kind=kind, rungs=len(rungs))
        if not rungs:
            contact.record("escalation.failed", kind=kind)
            return _NOBODY
        if number:
            contact.record("escalation.unanswered", kind=kind, rung=number)
        # A reload may have taken rungs away: whoever was higher than the ladder is now is at its end.
        rung = rungs[min(number, len(rungs) - 1)]
        contact.record(
            "escalation.rung", kind=kind, rung=number + 1, of=len(rungs), to=described(rung.destination)
        )
        if not isinstance(rung.destination, Agent | Extension | Uri | Number):
            return rung.destination
        music = self._music()
        if music:
            caller.play(music, loop=True)
        if not number and (clips := self._said(MOMENT, contact.language)):
            caller.stream.port.play(clips, over=True)
        found = await self._call(contact, rung.destination, rung.rings, Escalation(kind, number + 1))
        if not isinstance(found, Escalation) and contact.outcome == "answered":
            contact.record("escalation.served", kind=kind, rung=number + 1, to=described(rung.destination))
        return found

    async def _call(
        self, contact: Contact, party: Party, rings: float, otherwise: Escalation
    ) -> Destination | None:
        contact.outcome = None
        ways, follow = self._desk.reach(contact, party)
        label = self._label(contact, otherwise.kind)
        shown: list[FindWay] = [partial(_shown, contact, find, label) for find in ways]
        return await connect(
            self._exchange,
            contact,
            shown,
            self._music,
            desk=self._desk,
            follow=follow,
            ring_timeout=rings,
            otherwise=otherwise,
        )


async def _shown(contact: Contact, find: FindWay, label: str) -> Way:
    """Phones of the house show why they ring; carriers are told the caller's number as ever."""
    way = await find()
    return replace(way, caller=contact.caller_identity(label)) if way.role == "agent" else way
