"""Callers who were cut off, or gave up and call again: how their place in line is kept, and given back.

A call that ends by no will of its party (the phone is gone, the network, the session timer, a connection that broke)
is told from a hang-up by who ended it and by the cause that it gave.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from calls.contact import Place
from routing.queues.returning import KeptPlace, Returning

if TYPE_CHECKING:
    from collections.abc import Callable

    from calls.contact import Contact
    from calls.events import LegEnded
    from calls.leg import Leg
    from calls.talk import Talk

REGAINED = "queue_place_kept"
MOMENT = "queue_rescued"
"""Prompts: the place is yours again; one moment, somebody else takes your call."""
FIRST = 100
"""What a rescue adds to the priority: more than anything that menus and queues give."""
MOST_RESCUES = 2
"""How often one contact goes before all others; from then on it only keeps its place."""
_LOST = frozenset((27, 38, 41, 102))
"""Q.850: destination out of order, network out of order, temporary failure, recovery on timer expiry."""


def is_cut_off(ending: LegEnded) -> bool:
    """Whether an answered leg ended by no will of its party, nor by ours."""
    if ending.by in ("timeout", "error"):
        return True
    return ending.by == "remote" and ending.status < 300 and ending.cause in _LOST


def strand(talk: Talk, contact: Contact, gone: Leg) -> bool:
    """The agent's phone is dead: whoever it talked with stays, unless something else cares for them already."""
    if not talk.may_send_on or gone not in talk.parties or talk.other(gone).has_ended:
        return False
    if contact.caller is None or contact.caller is gone:
        return False
    talk.strand(gone)
    return True


def _nobody(agent: str) -> None:
    del agent


def _no_callback(contact: Contact, place: Place) -> None:
    del contact, place


def _nothing(contact: Contact) -> None:
    del contact


@dataclass(slots=True)
class Rescuer:
    """What becomes of the places of callers."""

    returning: Returning = field(default_factory=Returning)
    agent_lost: Callable[[str], None] = _nobody
    """Hears of each agent whose phone died in a call."""
    call_back: Callable[[Contact, Place], None] = _no_callback
    """Hears of each caller who was cut off, and may be called back."""
    came_back: Callable[[Contact], None] = _nothing
    """Hears of each who calls again."""

    def place(self, contact: Contact, queue: str, *, now: float) -> Place:
        """From where a contact waits in a queue: from an earlier arrival, here or elsewhere, or from now."""
        if contact.place is not None:
            why = contact.place.why if contact.place.queue == queue else ""
            return replace(contact.place, queue=queue, joined=min(contact.place.joined, now), why=why)
        number = _number(contact)
        kept = self.returning.claim(contact.client or "", queue, number, now=now) if number else None
        if kept is None:
            return Place(queue, now)
        self.came_back(contact)
        contact.record(
            "queue.place_regained", queue=queue, waited=round(now - kept.joined, 1), first=kept.is_first
        )
        return Place(queue, kept.joined, is_first=kept.is_first, why=REGAINED)

    def caller_gone(
        self, contact: Contact, place: Place, ending: LegEnded, *, keep: float, now: float
    ) -> None:
        """The caller left while waiting, or was cut off: whoever was cut off is called back, or goes first."""
        is_first = is_cut_off(ending)
        number = _number(contact)
        if number and is_first:
            self.call_back(contact, place)
        if number and keep:
            kept = KeptPlace(place.joined, now + keep, place.is_first or is_first)
            self.returning.keep(contact.client or "", place.queue, number, kept, now=now)

    def agent_gone(self, contact: Contact, agent: str, place: Place) -> None:
        """The agent's phone died: the caller waits for another, before all others unless that happens all the time."""
        contact.rescues += 1
        is_first = contact.rescues <= MOST_RESCUES
        avoid = (*place.avoid, agent)
        contact.place = replace(place, is_first=is_first, avoid=avoid, why=MOMENT)
        contact.record("queue.rescued", queue=place.queue, agent=agent, times=contact.rescues, first=is_first)
        self.agent_lost(agent)


def _number(contact: Contact) -> str:
    """What the caller is known by when calling again; empty for a number that is withheld."""
    number = contact.ani
    return number if not contact.is_private and number.removeprefix("+").isdigit() else ""
