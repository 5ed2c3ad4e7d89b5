"""Where a 3xx sends us (RFC 3261 s.8.1.3.4, s.21.3): its Contacts, the best first, within bounds. Follows nothing.

Who may be called instead depends on who calls and on the number plan, and a name must be looked up: so the addresses go
up with SessionRefused, and whoever made the call decides and calls again. 305 and 380 are no other place of the party.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.errors import ParseError

if TYPE_CHECKING:
    from sip.message import Response
    from sip.values import NameAddr

MOST = 5
"""Addresses of one answer that are looked at."""
_LONGEST = 256
_MOVED = frozenset((300, 301, 302))


def targets_of(response: Response) -> tuple[str, ...]:
    """The sip, sips and tel URIs that it names, without header parts, which would write into our request (s.19.1.5)."""
    if response.status not in _MOVED:
        return ()
    found: list[tuple[float, str]] = []
    try:
        values = response.contacts
    except ParseError:
        return ()
    for contact in values:
        try:
            uri, weight = contact.uri, _q(contact)
        except ParseError:
            continue
        text = contact.uri_text.partition("?")[0]
        method = uri.params.get("method")
        if (
            uri.scheme not in ("sip", "sips", "tel")
            or len(text) > _LONGEST
            or not text.isascii()
            or not weight
        ):
            continue
        if (method is None or method.upper() == "INVITE") and text not in (each for _, each in found):
            found.append((weight, text))
    found.sort(key=lambda each: -each[0])
    return tuple(text for _, text in found[:MOST])


def _q(contact: NameAddr) -> float:
    """Its preference; 1 where nothing readable is said."""
    written = contact.params.get("q") or "1"
    whole, _, part = written.partition(".")
    if whole not in ("0", "1") or not (part or "0").isdigit() or len(part) > 3 or not part.isascii():
        return 1.0
    return min(float(f"{whole}.{part or '0'}"), 1.0)
