"""The transactions a form can submit: what each needs, and every answer it can get. A form must have a way for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Action:
    """One transaction of the client company's system."""

    needs: Mapping[str, str]
    """The fields it is told, by name, with their type."""
    results: tuple[str, ...]
    when_silent: str
    """The result taken when the back end does not answer in time."""
    facts: tuple[str, ...] = ()
    """What its answer may add to what is spoken."""
    needs_confirm: bool = False


ACTIONS = {
    "card.activate": Action(
        needs={"card": "card_number", "birth": "date"},
        results=("ok", "already", "no_match", "locked", "unavailable"),
        when_silent="unavailable",
        facts=("last4",),
    ),
    "payment.charge": Action(
        needs={"card": "card_number", "amount": "amount", "expiry": "expiry", "cvv": "cvv"},
        # A charge without an answer may have been made: it is not asked again but handed to a person.
        results=("approved", "declined", "locked", "unavailable", "unknown"),
        when_silent="unknown",
        facts=("last4", "reference"),
        needs_confirm=True,
    ),
}
