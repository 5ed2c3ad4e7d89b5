"""A secure span: nobody hears a leg, neither sound nor keys, and the recordings of all in its call are masked."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calls.leg import Leg

SECURE_SPAN = "secure span"
"""Why a party of a conversation is not recorded."""
UNMASK_AFTER = 2.0
"""Seconds from the wish to end a secure span until recordings hear again."""


def begin(leg: Leg, company: Sequence[Leg], *, blips: bool = True) -> None:
    """From now on, wherever the leg is seated; with `blips` the others hear a soft sound for each of its keys."""
    leg.stream.port.secure(on=True, blips=blips)
    leg.contact.record("secure.began", leg)
    for each in company:
        each.exchange.recordings.begin_secret(each, SECURE_SPAN)


def end(leg: Leg, company: Sequence[Leg]) -> None:
    """The plane ends it once no key is down; recordings hear again a little later."""
    leg.stream.port.secure(on=False)
    leg.contact.record("secure.ended", leg)
    asyncio.get_running_loop().call_later(UNMASK_AFTER, _unmask, tuple(company))


def _unmask(legs: Sequence[Leg]) -> None:
    for each in legs:
        if not each.has_ended:
            each.exchange.recordings.end_secret(each, SECURE_SPAN)
