"""What Session-Expires, Min-SE and the option `timer` agree on (RFC 4028 s.4 to s.9). Pure values; no clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from sip.errors import ParseError
from sip.grammar import number, parameters, split
from sip.verdicts import Refuse

if TYPE_CHECKING:
    from sip.message import Extra, Message, Request, Response

LEAST = 90
"""The shortest interval that anybody may demand (s.4)."""
_FLOOR = 4
"""A 2xx cannot be refused: one that names a shorter interval than this still makes us refresh only every 2 s."""
_MOST = 2**32 - 1


@dataclass(frozen=True, slots=True)
class TimerPolicy:
    """What a profile wants."""

    expires: int = 1800
    minimum: int = LEAST
    refresher: Literal["any", "us", "peer"] = "any"


def usual(profile: str) -> TimerPolicy:
    """The session timers of any profile that says nothing of them."""
    return _USUAL


_USUAL = TimerPolicy()


@dataclass(frozen=True, slots=True)
class Agreement:
    """What holds after a 2xx: the interval, who refreshes, whether the peer knows of timers."""

    seconds: int
    is_ours: bool
    is_known: bool

    @property
    def response_headers(self) -> Extra:
        """As our 2xx says it; Require where the peer can be held to it (s.9)."""
        expires = ("Session-Expires", f"{self.seconds};refresher={'uas' if self.is_ours else 'uac'}")
        return (expires, ("Require", "timer")) if self.is_known else (expires,)


class SessionExpires(NamedTuple):
    """One Session-Expires."""

    seconds: int
    refresher: str | None


def session_expires_of(message: Message) -> SessionExpires | None:
    """The Session-Expires of a message, or None. Raises ParseError."""
    value = message.header("Session-Expires")
    if value is None:
        return None
    seconds, *rest = split(value, ";")
    refresher = (parameters(rest).get("refresher") or "").lower()
    return SessionExpires(
        number(seconds, _MOST, "Session-Expires"), refresher if refresher in ("uac", "uas") else None
    )


def minimum_of(message: Message) -> int:
    """The Min-SE of a message, 0 without one. Raises ParseError."""
    value = message.header("Min-SE")
    if value is None:
        return 0
    seconds, *rest = split(value, ";")
    parameters(rest)
    return number(seconds, _MOST, "Min-SE")


def knows_timer(message: Message) -> bool:
    """Whether its sender names the option `timer`."""
    try:
        tags = message.listed("Supported") + message.listed("Require")
    except ParseError:
        return False
    return any(tag.lower() == "timer" for tag in tags)


def too_small(request: Request, policy: TimerPolicy) -> Refuse | None:
    """422 when the interval is shorter than ours may be. Who does not know timers could do nothing with that (s.9)."""
    asked = session_expires_of(request)
    if asked is None or asked.seconds >= policy.minimum or not knows_timer(request):
        return None
    return Refuse(422, headers=(("Min-SE", str(policy.minimum)),))


def agreed_as_server(request: Request, policy: TimerPolicy, *, is_ours: bool | None) -> Agreement:
    """What our 2xx to a request agrees on (s.9, table 2); `is_ours` tells who refreshed so far, None at first."""
    asked, is_known = session_expires_of(request), knows_timer(request)
    wanted = max(policy.expires, minimum_of(request))
    if asked is None or asked.seconds < LEAST:
        # Below the least it can only be a broken proxy's, since its caller was not refused.
        asked, seconds = None, wanted
    else:
        seconds = min(asked.seconds, wanted)
    if not is_known:
        return Agreement(seconds, is_ours=True, is_known=False)
    if asked is not None and asked.refresher is not None:
        return Agreement(seconds, is_ours=asked.refresher == "uas", is_known=True)
    if is_ours is None:
        is_ours = policy.refresher != "peer"
    return Agreement(seconds, is_ours=is_ours, is_known=True)


def asking(policy: TimerPolicy, minimum: int, agreement: Agreement | None, *, is_ours: bool | None) -> Extra:
    """What our request says: at first the profile's wish, later what holds (s.7.1, s.7.4)."""
    seconds = max(agreement.seconds if agreement is not None else policy.expires, minimum)
    if is_ours is None:
        refresher = {"us": ";refresher=uac", "peer": ";refresher=uas"}.get(policy.refresher, "")
    else:
        refresher = ";refresher=uac" if is_ours else ";refresher=uas"
    headers: Extra = (("Session-Expires", f"{seconds}{refresher}"),)
    least = max(minimum, policy.minimum)
    return headers if least <= LEAST and not minimum else (*headers, ("Min-SE", str(least)))


def agreed_as_asker(
    response: Response, policy: TimerPolicy, minimum: int, agreement: Agreement | None
) -> Agreement:
    """What a 2xx to our request agrees on (s.7.2); one that says nothing leaves the refreshing to us alone."""
    try:
        found = session_expires_of(response)
    except ParseError:
        found = None
    if found is None:
        seconds = max(agreement.seconds if agreement is not None else policy.expires, minimum)
        return Agreement(seconds, is_ours=True, is_known=False)
    return Agreement(max(found.seconds, _FLOOR), is_ours=found.refresher != "uas", is_known=True)
