"""Calls outside, opening hours, announcements, lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.events.catalogue.field import NUMBER, PERSONAL, PLACE, TEXT, WHOLE, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.events.catalogue.field import EventType

_SWITCH = {"name": TEXT, "by": PLACE, "reason": TEXT, "until": TEXT}
_LISTED = {"number": PERSONAL, "by": PLACE, "reason": TEXT, "client": TEXT}

OUTSIDE: Mapping[str, EventType] = {
    "outbound.emergency": told("Somebody calls an emergency number", to=PLACE),
    "outbound.refused": told(
        "A call outside was not allowed",
        **{"why": TEXT, "to": PLACE, "by": PLACE, "kind": TEXT, "country": TEXT, "limit": NUMBER},
    ),
    "outbound.cap_reached": told("No more calls outside today", by=PLACE, cap=TEXT, limit=NUMBER),
    "hours.closed": told("Closed in an emergency", **_SWITCH),
    "hours.reopened": told("Open again", name=TEXT, by=PLACE),
    "announcement.began": told("Callers are told something", **_SWITCH, prompt=TEXT, client=TEXT),
    "announcement.ended": told("They no longer are", name=TEXT, by=PLACE, client=TEXT),
    "do_not_call.added": told("A number must not be called", **_LISTED),
    "do_not_call.removed": told("It may be called again", **_LISTED),
    "contact.erased": told("Nothing personal is kept of a contact any more: forget it as well", by=PLACE),
    "person.erased": told(
        "Nothing is kept of a person any more",
        **{
            "client": TEXT,
            "by": PLACE,
            "contacts": WHOLE,
            "recordings": WHOLE,
            "in_progress": WHOLE,
            "failed": WHOLE,
        },
    ),
    "recording.deleted": told(
        "A sound file is gone", recording=TEXT, kind=TEXT, bytes=WHOLE, sha256=TEXT, by=PLACE
    ),
    "retention.applied": told(
        "What was kept too long is deleted",
        **{
            "client": TEXT,
            "contacts": WHOLE,
            "recordings": WHOLE,
            "messages": WHOLE,
            "held": WHOLE,
            "failed": WHOLE,
        },
    ),
    "webhook.added": told("Another system is told of events", webhook=TEXT, by=PLACE),
    "webhook.changed": told("Another system is told otherwise", webhook=TEXT, by=PLACE),
    "webhook.paused": told("A webhook is delivered nothing", webhook=TEXT, by=PLACE, why=TEXT),
    "webhook.resumed": told("A webhook goes on", webhook=TEXT, by=PLACE),
    "webhook.rotated": told("A webhook has a new secret", webhook=TEXT, by=PLACE),
    "webhook.removed": told("A webhook is no more", webhook=TEXT, by=PLACE),
    "webhook.test": told("Sent on demand, to this webhook alone", webhook=TEXT),
}
