"""A leg in the record: who it is, and its move to another contact when the party goes on there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip import causes

if TYPE_CHECKING:
    from calls.contact import Contact
    from calls.leg import Leg
    from sip.session.session import Session

_LONGEST = 120
"""Characters that are kept of what a program calls itself."""


def described(leg: Leg) -> dict[str, object]:
    """Who it is."""
    data: dict[str, object] = {
        "role": leg.role,
        "direction": leg.session.direction,
        "peer": leg.peer,
        "sip_call_id": leg.session.call_id,
        "from_tag": _from_tag(leg.session),
    }
    known = {"agent": leg.agent, "trunk": leg.trunk, "account": leg.account}
    return data | {name: value for name, value in known.items() if value is not None} | _way(leg.session)


def _way(session: Session) -> dict[str, object]:
    """By what the dialog goes, where that is known when it begins; and what a phone that calls us says it is."""
    if session.direction == "out":
        flow = session.target.flow if session.target is not None else None
        return {"transport": flow.transport} if flow is not None else {}
    request = session.request
    data: dict[str, object] = {"transport": request.flow.transport, "remote": request.flow.peer}
    if program := request.header("User-Agent"):
        data["user_agent"] = program[:_LONGEST]
    return data


def _from_tag(session: Session) -> str | None:
    """The tag of whoever sent the INVITE; the other one is known with the answer."""
    return session.local_tag if session.direction == "out" else session.remote_tag


def settled(leg: Leg) -> dict[str, object]:
    """What an answer settles: the codec, what protects the sound, the tag of whoever answers."""
    session = leg.session
    return {
        **leg.stream.described,
        "to_tag": session.remote_tag if session.direction == "out" else session.local_tag,
    }


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
    contact.record("leg.answered", leg, **settled(leg))
