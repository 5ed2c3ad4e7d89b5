"""A leg in the record: who it is, and its move to another contact when the party goes on there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip import causes

if TYPE_CHECKING:
    from calls.contact import Contact
    from calls.leg import Leg


def described(leg: Leg) -> dict[str, object]:
    """Who it is."""
    data: dict[str, object] = {
        "role": leg.role,
        "direction": leg.session.direction,
        "peer": leg.peer,
        "sip_call_id": leg.session.call_id,
    }
    if leg.agent is not None:
        data["agent"] = leg.agent
    return data


def move(leg: Leg, contact: Contact, leg_id: str) -> None:
    """Go on in another contact, under another id: each contact has a whole record of its own legs."""
    counters = leg.stream.port.counters()
    leg.contact.record(
        "leg.ended", leg, ended_by="transfer", status=200, cause=causes.NORMAL, rtp=counters._asdict()
    )
    leg.contact.legs.remove(leg)
    leg.contact, leg.id = contact, leg_id
    contact.legs.append(leg)
    if leg.role == "caller":
        leg.role = "external" if leg.account is None else "agent"
    contact.record("leg.invited", leg, **described(leg))
    contact.record("leg.answered", leg, **leg.stream.described)
