"""What a SUBSCRIBE asks for (RFC 6665 s.4.1.2 and s.7.2): event, resource, duration, and what the asker can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.checks import ALLOW_EVENTS
from sip.errors import ParseError, SubscriptionRefused
from sip.grammar import is_token, number, parameters, split
from sip.subscriptions.event_package import Watched
from sip.uri import Uri
from sip.values import media_type

if TYPE_CHECKING:
    from sip.message import Request
    from sip.subscriptions.event_package import SubscriptionLimits

LONGEST_ID = 128


def event_of(request: Request) -> tuple[str, str]:
    """The event type asked for, and the Event header of its NOTIFYs: with the id parameter, without any other.

    Raises ParseError; SubscriptionRefused when no event is named at all.
    """
    lines = request.headers("Event")
    if not lines:
        raise SubscriptionRefused(489, headers=(("Allow-Events", ALLOW_EVENTS),))
    name, *rest = split(lines[0], ";")
    if len(lines) > 1 or not all(is_token(each) for each in name.split(".")):
        raise ParseError("one Event is needed")
    ident = parameters(rest).get("id")
    if ident is None:
        return name, name
    if len(ident) > LONGEST_ID or not is_token(ident):
        raise ParseError("bad id in Event")
    return name, f"{name};id={ident}"


def watched_in(request: Request, watcher: str) -> Watched:
    """Who watches what."""
    uri = request.uri
    return Watched(watcher, uri.user or "", str(Uri(uri.scheme, uri.user, uri.host, uri.port)))


def accepts(request: Request, content_type: str) -> bool:
    """Whether the subscriber reads such documents; who does not say reads the package's own (s.4.4.1)."""
    if "Accept" not in request.fields:
        return True
    main = content_type.partition("/")[0]
    wanted = {media_type(each)[0] for each in request.listed("Accept")}
    return not wanted.isdisjoint((content_type, f"{main}/*", "*/*"))


def expires_of(request: Request, default: int, limits: SubscriptionLimits) -> int:
    """The seconds that are granted: never more than asked for, 0 for a fetch or an end (s.4.2.1.1)."""
    asked = request.header("Expires")
    if asked is None:
        return min(default, limits.maximum)
    seconds = number(asked.strip(), 2**32 - 1, "Expires")
    if 0 < seconds < limits.minimum:
        raise SubscriptionRefused(423, headers=(("Min-Expires", str(limits.minimum)),))
    return min(seconds, limits.maximum)
