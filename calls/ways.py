"""Ways to a party: whom to call by which trunk and as whom, found one after the other while nobody is reached."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from calls.gate import NO_ERRAND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calls.contact import Contact
    from calls.destination import Destination
    from calls.events import LegEnded
    from calls.exchange import Exchange
    from calls.gate import Errand
    from calls.leg import Leg
    from sip.message import Extra
    from sip.target import CallerIdentity, Target

RING_TIMEOUT = 60.0
"""Seconds that a party whom no queue gave may ring; below Timer C's three minutes (RFC 3261 s.16.6)."""
TRY_ELSEWHERE = frozenset((401, 407, 408, 500, 502, 503, 504))
"""Refusals of whom we called by, not of the party: another way may still lead there."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a party: whom to call, who we say is calling, and the trunk that carries it, if one does."""

    target: Target
    caller: CallerIdentity
    trunk: str | None = None
    is_codec_fixed: bool = False
    """Whether the trunk's own order of codecs counts, and not what the caller speaks."""
    role: str = "external"
    agent: str | None = None
    digits: str = field(default="", repr=False)
    """What is pressed once the party has answered."""
    begun: Callable[[Leg], None] | None = None
    """Hears of the leg that is called by it."""
    errand: Errand = NO_ERRAND
    """What the gate is told of a call to the outside."""


FindWay = Callable[[], Awaitable[Way]]
"""Finds a way when its turn comes. Raises CentralitaError where there is none."""


Follow = Callable[["LegEnded"], "Sequence[FindWay | Destination]"]
"""What is tried when a party says that it is elsewhere (3xx): other ways, or what somebody else serves."""


def may_go_on(status: int, *, is_redirected: bool) -> bool:
    """Whether the next is tried: of the places that a 3xx named, unless one speaks for all (RFC 3261 s.21.6)."""
    return status < 600 if is_redirected else status in TRY_ELSEWHERE


def dial(exchange: Exchange, contact: Contact, way: Way, other: Leg | None, headers: Extra = ()) -> Leg:
    """Call by a way; `other` is whom the party will speak with. Raises CentralitaError."""
    leg = exchange.dial(
        contact,
        way.target,
        role=way.role,
        caller=way.caller,
        prefer=None if way.is_codec_fixed or other is None else other.stream.codec,
        agent=way.agent,
        trunk=way.trunk,
        headers=headers,
        errand=way.errand,
    )
    if way.digits:
        leg.keys.after_answer = way.digits
    if way.begun is not None:
        way.begun(leg)
    return leg
