"""The transactions that menus can ask of a client company: what each needs, and every answer it can get.

A form or a payment must have a way for each answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CARD_OR_ENDING = {"card": "card_number", "last4": "card_last4"}
"""The whole number, or its last four where something else finds the customer."""
SECOND_ELEMENTS = {
    "birth": "date",
    "postcode": "postcode",
    "pesel": "pesel",
    "dni": "dni",
    "nie": "nie",
    "ssn": "ssn_last4",
    "otp": "otp",
    "account": "account",
}
"""What proves a caller beside the card, by field name with its type. A client company's `identity` says which."""


@dataclass(frozen=True, slots=True)
class Action:
    """One transaction of the client company's system."""

    results: tuple[str, ...]
    when_silent: str
    """The result taken when the back end does not answer in time."""
    needs: tuple[Mapping[str, str], ...] = ()
    """Fields that it is told, by name with their type: at least one of each group."""
    facts: tuple[str, ...] = ()
    """What its answer may add to what is known of the contact, and spoken."""
    needs_confirm: bool = False
    identified: bool = False
    """Whether it answers only for a caller whose identity was verified in this contact."""

    def fact_kinds(self) -> dict[str, str]:
        """Its facts, each with the kind of slot that speaks it."""
        return {name: FACT_KINDS[name] for name in self.facts}

    def may_retry(self, result: str) -> bool:
        """Whether the caller may be asked again after a result: not where that would help whoever guesses."""
        return result not in ("locked", "fraud", "unavailable", self.when_silent)


FACT_KINDS = {
    "last4": "digits",
    "reference": "digits",
    "segment": "text",
    "balance": "money",
    "due": "money",
    **{f"movement{number}_amount": "money" for number in (1, 2, 3)},
    **{f"movement{number}_date": "date" for number in (1, 2, 3)},
}
"""The kind of slot that speaks each fact (`text`: none does)."""

IDENTIFYING = ("identity.verify", "card.activate", "card.block")
"""Actions whose success proves who the caller is: they ask a card and a second element."""
SUCCESSES = ("ok", "already")
GOOD = (*SUCCESSES, "approved", "found", "standing")
"""Results that bring the action's facts."""

_IDENTITY = (CARD_OR_ENDING, SECOND_ELEMENTS)
_MOVEMENTS = tuple(f"movement{number}_{what}" for number in (1, 2, 3) for what in ("amount", "date"))

ACTIONS = {
    "identity.verify": Action(
        needs=_IDENTITY,
        results=("ok", "no_match", "locked", "fraud", "unavailable"),
        when_silent="unavailable",
    ),
    "card.activate": Action(
        needs=_IDENTITY,
        results=("ok", "already", "no_match", "locked", "fraud", "unavailable"),
        when_silent="unavailable",
        facts=("last4",),
    ),
    "card.block": Action(
        needs=_IDENTITY,
        results=("ok", "already", "no_match", "locked", "fraud", "unavailable"),
        when_silent="unavailable",
        facts=("last4",),
    ),
    "payment.charge": Action(
        needs=({"card": "card_number"}, {"amount": "amount"}, {"expiry": "expiry"}, {"cvv": "cvv"}),
        # A charge without an answer may have been made: it is not asked again but handed to a person.
        results=("approved", "declined", "locked", "fraud", "unavailable", "unknown"),
        when_silent="unknown",
        facts=("last4", "reference"),
        needs_confirm=True,
    ),
    "account.balance": Action(
        results=("ok", "unavailable"),
        when_silent="unavailable",
        facts=("balance", "due"),
        identified=True,
    ),
    "account.movements": Action(
        results=("ok", "none", "unavailable"),
        when_silent="unavailable",
        facts=_MOVEMENTS,
        identified=True,
    ),
    # By the caller's number: it lowers friction and proves nothing.
    "customer.find": Action(
        results=("found", "none", "unavailable"),
        when_silent="unavailable",
        facts=("segment", "due"),
    ),
    "callback.promise": Action(
        needs=({"number": "phone"},),
        # `standing`: the same number is to be called back already, and the reference is that one's.
        results=("ok", "standing", "refused", "unavailable"),
        when_silent="unavailable",
        facts=("reference",),
    ),
    "case.open": Action(
        results=("ok", "unavailable"),
        when_silent="unavailable",
        facts=("reference",),
    ),
}
