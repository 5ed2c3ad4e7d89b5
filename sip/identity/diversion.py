"""Whom a call was meant for before: Diversion (RFC 5806) and History-Info (RFC 7044), read and written.

Both say the same in different order; RFC 7544 tells how one becomes the other. Only a trunk's word is taken for them.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from sip.errors import ParseError
from sip.grammar import bounded, is_token, unquote
from sip.uri import Uri, escape
from sip.values import NameAddr

if TYPE_CHECKING:
    from sip.message import Extra, Request

MOST = 10
"""Redirections of one call that are read or written."""
_LONGEST = 64

_CAUSES = {
    302: "unconditional",
    404: "unknown",
    408: "no-answer",
    480: "deflection",
    486: "user-busy",
    487: "deflection",
    503: "unavailable",
}
"""RFC 4458 causes as the reasons of RFC 5806 (RFC 7544 s.3.1)."""
_NUMBERS = {reason: cause for cause, reason in _CAUSES.items() if cause != 487}


class Diversion(NamedTuple):
    """One redirection: who passed the call on, and why."""

    user: str
    reason: str = "unknown"
    is_private: bool = False


def diversions_of(request: Request) -> tuple[Diversion, ...]:
    """The redirections that a request tells of, the latest first; what cannot be read is left out."""
    fields = request.fields
    if "Diversion" not in fields and "History-Info" not in fields:
        return ()
    return _from_diversion(request) or _from_history(request)


def diversion_headers(diversions: tuple[Diversion, ...], host: str, target: str) -> Extra:
    """Both headers for a call that was redirected to `target`, a URI; the latest redirection is given first."""
    diversions = diversions[:MOST]
    lines: list[tuple[str, str]] = []
    for each in diversions:
        privacy = ";privacy=full" if each.is_private else ""
        lines.append(("Diversion", f"<{_uri(each.user, host)}>;reason={each.reason}{privacy}"))
    index, before = "1", ""
    cause = ""
    for each in reversed(diversions):
        hidden = "?Privacy=history" if each.is_private else ""
        lines.append(("History-Info", f"<{_uri(each.user, host)}{cause}{hidden}>;index={index}{before}"))
        cause, before, index = f";cause={_NUMBERS.get(each.reason, 404)}", f";mp={index}", f"{index}.1"
    if diversions:
        lines.append(("History-Info", f"<{target.partition('?')[0]}{cause}>;index={index}{before}"))
    return tuple(lines)


def _uri(user: str, host: str) -> str:
    return f"sip:{escape(user)}@{host}" if user else f"sip:{host}"


def _from_diversion(request: Request) -> tuple[Diversion, ...]:
    found: list[Diversion] = []
    for value in _listed(request, "Diversion"):
        try:
            who = NameAddr.parse(value)
            user = bounded(who.uri.subscriber, _LONGEST)
            reason = unquote(who.params.get("reason") or "unknown").lower()
            private = (unquote(who.params.get("privacy") or "off")).lower()
        except ParseError:
            continue
        if user:
            reason = reason if is_token(reason) and len(reason) <= _LONGEST else "unknown"
            found.append(Diversion(user, reason, private != "off"))
    return tuple(found)


def _from_history(request: Request) -> tuple[Diversion, ...]:
    """Each entry but the last passed the call on; why, says the one after it."""
    entries: list[tuple[tuple[int, ...], Uri]] = []
    for value in _listed(request, "History-Info"):
        try:
            who = NameAddr.parse(value)
            place = tuple(int(part) for part in (who.params.get("index") or "1").split(".")[:MOST])
            who.uri.subscriber  # noqa: B018 - read here, where what is broken can be left out
        except (ParseError, ValueError):
            continue
        entries.append((place, who.uri))
    entries.sort(key=lambda entry: entry[0])
    found: list[Diversion] = []
    for (_, uri), (_, following) in pairwise(entries):
        user = bounded(uri.subscriber, _LONGEST)
        if user and (not found or found[-1].user != user):
            private = "privacy=" in uri.headers.lower() and "privacy=none" not in uri.headers.lower()
            found.append(Diversion(user, _reason(following), private))
    return tuple(reversed(found))


def _reason(uri: Uri) -> str:
    cause = uri.params.get("cause") or ""
    return (
        _CAUSES.get(int(cause), "unknown")
        if cause.isascii() and cause.isdigit() and len(cause) == 3
        else "unknown"
    )


def _listed(request: Request, name: str) -> list[str]:
    try:
        return request.listed(name)[:MOST]
    except ParseError:
        return []
