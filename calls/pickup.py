"""Pick-up: somebody else answers for a party that rings, by an INVITE with Replaces of its early dialog (RFC 3891)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calls.events import PickedUp
from sip.reason import ELSEWHERE

if TYPE_CHECKING:
    from typing import Self

    from calls.contact import Contact
    from calls.desk import Desk
    from calls.leg import Leg


class Ringing:
    """A party that is called for a contact. While it is entered, others may answer for it."""

    __slots__ = ("_contact", "_newcomer", "desk", "party")

    def __init__(self, contact: Contact, party: Leg, desk: Desk | None) -> None:
        """The `desk` says who may; without one nobody."""
        self.party = party
        self.desk = desk
        self._contact = contact
        self._newcomer: Leg | None = None

    def __enter__(self) -> Self:
        self._contact.ringing = self
        return self

    def __exit__(self, *_: object) -> None:
        self._contact.ringing = None
        if self._newcomer is not None and not self._newcomer.is_up:
            self._newcomer.refuse(486)  # the party was quicker, or the caller has gone

    def can_give(self, party: Leg) -> bool:
        """Whether the call of this party is still to be had."""
        is_taken = self._newcomer is not None and not self._newcomer.has_ended
        return party is self.party and not is_taken and not party.is_up and not party.has_ended

    def give(self, newcomer: Leg) -> None:
        """Somebody answers in its place."""
        self._newcomer = newcomer
        self._contact.inbox.post(PickedUp(self.party, newcomer))

    def answer(self, newcomer: Leg, caller: Leg) -> None:
        """The party rings no more; who came in its place is put through."""
        self.party.hang_up(reasons=(ELSEWHERE,))
        self.party = newcomer
        newcomer.answer()
        caller.answer()
