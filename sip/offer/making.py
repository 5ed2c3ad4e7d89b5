"""Our offers (RFC 3264 s.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.offer.coding import Events, Format, event_clocks, event_key
from sip.offer.protecting import offer_lines
from sip.offer.writing import written

if TYPE_CHECKING:
    from sip.offer.sides import LocalMedia


def make_offer(local: LocalMedia, *, direction: str = "sendrecv") -> bytes:
    """Offer all our codecs, in our order, and telephone-event at each of their clocks; and our protection."""
    sounds = [Format(local.numbers[codec], codec) for codec in local.codecs]
    clocks = event_clocks(local.codecs) if local.dtmf.takes_events else ()
    events = [Events(local.numbers[event_key(clock)], clock) for clock in clocks]
    return written(local, sounds, events, security=offer_lines(local), ptime=local.ptime, direction=direction)
