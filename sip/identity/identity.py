"""Who calls, and who may know it: P-Asserted-Identity (RFC 3325), Privacy (RFC 3323), Remote-Party-ID for old peers.

What a phone says of itself counts for nothing here: its account is proven, and names its number. Only what comes from a
trunk is read, and only to a peer that is trusted the number of a caller goes who does not want it shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from sip.errors import ParseError
from sip.grammar import bounded
from sip.uri import escape
from sip.values import NameAddr, address

if TYPE_CHECKING:
    from sip.message import Extra, Message
    from sip.target import CallerIdentity, Target

IdentityMode = Literal["from", "asserted", "remote-party-id", "both"]
"""How a peer learns who calls: From alone, or also a header that only a trusted peer may have."""

ANONYMOUS = "sip:anonymous@anonymous.invalid"
_HIDING = frozenset(("id", "user", "header", "session", "history"))
"""Kinds of privacy that we give, all by standing between the parties: nothing of one's signalling reaches the other."""
_KNOWN = _HIDING | {"none", "critical"}
LONGEST_NUMBER, LONGEST_NAME = 64, 80


@dataclass(frozen=True, slots=True)
class IdentityRules:
    """What one peer, or all phones, are told of callers."""

    mode: IdentityMode = "from"
    shows_private: bool = False
    """Whether even callers are shown who do not want that; for one's own agents."""
    tells_diversions: bool = False


def tell_little(profile: str, trunk: str | None, target: Target) -> IdentityRules:
    """The rules where nobody has set any."""
    return _LITTLE


_LITTLE = IdentityRules()


class Sender(NamedTuple):
    """The caller as far as the request can be believed."""

    user: str
    display: str
    is_private: bool


def sender_of(request: Message, *, is_trusted: bool) -> Sender:
    """Who a trunk's request is from; `is_trusted` takes what it asserts before From. Raises ParseError."""
    sender = named_by(request, is_trusted=is_trusted)
    user, display = sender.uri.subscriber, sender.display
    return Sender(bounded(user, LONGEST_NUMBER), bounded(display, LONGEST_NAME), is_private(request))


def named_by(request: Message, *, is_trusted: bool) -> NameAddr:
    """What names the caller: P-Asserted-Identity where it is trusted and there, else From. Raises ParseError."""
    return (_asserted(request) if is_trusted else None) or request.from_


def is_private(request: Message) -> bool:
    """Whether the caller's identity is not to be shown to the called party (RFC 3323 s.4.2, RFC 3325 s.9.3)."""
    wanted = _privacy(request)
    if "none" in wanted:
        return False
    if not wanted.isdisjoint(_HIDING):
        return True
    party = request.header("Remote-Party-ID") or ""
    if any(f"privacy={kind}" in party.lower() for kind in ("full", "uri")):
        return True
    uri = request.from_.uri
    return uri.host.lower() == "anonymous.invalid" or (uri.user or "").lower() == "anonymous"


def unmet_privacy(request: Message) -> bool:
    """Whether a kind of privacy is critical to the caller that we do not know (RFC 3323 s.5)."""
    wanted = _privacy(request)
    return "critical" in wanted and not wanted <= _KNOWN


def presented(
    caller: CallerIdentity, mode: IdentityMode, host: str, *, is_secure: bool = False
) -> tuple[str, Extra]:
    """Our From, without its tag, and the headers beside it; `is_secure` for a call to a sips URI."""
    own = f"{'sips' if is_secure else 'sip'}:{escape(caller.user) or 'anonymous'}@{host}"
    if not caller.is_private:
        return address(own, display=caller.display), asserted_headers(caller, mode, host)
    shown = address(ANONYMOUS, display=caller.display or "Anonymous")
    headers = asserted_headers(caller, mode, host)
    return shown, (*headers, ("Privacy", "id")) if headers else ()


def asserted_headers(
    caller: CallerIdentity, mode: IdentityMode, host: str, *, party: str = "calling"
) -> Extra:
    """Who somebody is, for a peer that is trusted; nothing for others."""
    if not caller.user:
        return ()
    uri = f"sip:{escape(caller.user)}@{host}"
    lines: list[tuple[str, str]] = []
    if mode in ("asserted", "both"):
        lines.append(("P-Asserted-Identity", address(uri, display=caller.display)))
    if mode in ("remote-party-id", "both"):
        privacy = "full" if caller.is_private else "off"
        value = f"{address(uri, display=caller.display)};party={party};privacy={privacy};screen=yes"
        lines.append(("Remote-Party-ID", value))
    return tuple(lines)


def _privacy(request: Message) -> set[str]:
    values = ";".join(request.headers("Privacy")).replace(",", ";")
    return {value.strip().lower() for value in values.split(";") if value.strip()}


def _asserted(request: Message) -> NameAddr | None:
    """The first asserted identity that can be read: a SIP one, or failing that a tel one (RFC 3325 s.9.1)."""
    found: NameAddr | None = None
    for name in ("P-Asserted-Identity", "Remote-Party-ID"):
        try:
            for value in request.listed(name):
                identity = NameAddr.parse(value)
                if identity.uri.is_sip and identity.uri.user:
                    return identity
                if found is None and identity.uri.subscriber:
                    found = identity
        except ParseError:
            continue
        if found is not None:
            return found
    return None
