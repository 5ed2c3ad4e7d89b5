"""What a SIP session reports, told to its leg in the leg's own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calls.events import LegReferred
from sip import events as sip_events
from sip.reason import cause_in, text_in

if TYPE_CHECKING:
    from calls.leg import Leg


def tell(leg: Leg, event: sip_events.Event) -> None:
    """One event; what legs need not know is passed over."""
    match event:
        case sip_events.SessionRinging():
            leg.rang(event)
        case sip_events.SessionAnswered():
            leg.answered(event.description, event.fork)
        case sip_events.SessionConfirmed():
            leg.confirmed(event.description)
        case sip_events.SessionRefused():
            leg.end("remote", event.status, event.cause, event.reason, event.reasons, event.targets)
        case sip_events.SessionCancelled():
            why = event.reasons
            leg.end("remote", 487, cause_in(why), text_in(why) or "cancelled", why)
        case sip_events.SessionEnded():
            leg.end(event.by, event.status or 200, event.cause, event.reason, event.reasons)
        case sip_events.SessionReoffered():
            leg.reoffers.came(event.offer)
        case sip_events.SessionRefreshDue():
            leg.reoffers.refresh()
        case sip_events.KeySignalled():
            leg.keys.signalled(event.key)
        case sip_events.TransferRequested():
            leg.transfer_requested(event)
        case sip_events.TransferReported():
            leg.contact.inbox.post(LegReferred(leg, event.status, event.is_over))
        case sip_events.SessionReanswered():
            leg.reoffers.answered(event.description)
        case sip_events.SessionReofferRefused():
            leg.reoffers.refused(event.status)
        case _:
            pass
