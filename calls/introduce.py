"""Tells a party whom it speaks with: the name and number of who answers, and of who comes after a transfer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sip.target import CallerIdentity, Target

if TYPE_CHECKING:
    from calls.leg import Leg

_UNKNOWN = Target("sip:unknown.invalid")


def introduce(other: Leg, to: Leg) -> None:
    """Tell `to` that it speaks with `other`, as far as it is trusted to know (RFC 3325, RFC 4916)."""
    if to.has_ended:
        return
    exchange, session = to.exchange, to.session
    caller, target = session.caller, session.target
    profile = caller.profile if caller is not None else target.profile if target is not None else ""
    trunk = caller.trunk if caller is not None else to.trunk
    rules = exchange.identity_rules(profile, trunk, target or _UNKNOWN)
    who = identity_of(other)
    if who.is_private and (rules.shows_private or profile != "external"):
        who = replace(who, is_private=False) if rules.shows_private else CallerIdentity("")
    exchange.sip.connected(session, who, rules.mode)


def identity_of(leg: Leg) -> CallerIdentity:
    """Who is at the far end of a leg."""
    if leg is leg.contact.caller and leg.session.direction == "in":
        return leg.contact.caller_identity()
    return CallerIdentity(leg.number, leg.exchange.name_of(leg.account, leg.agent))
