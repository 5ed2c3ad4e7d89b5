"""What a REFER asks for (RFC 3515 s.2.4.2, RFC 4488 s.4, RFC 3892): read once, refused where it cannot be meant.

Where the target leads, and whether the sender may go there, is decided above.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sip.errors import ParseError
from sip.transfer.replaces import Replaces
from sip.uri import Uri, unescape
from sip.values import NameAddr
from sip.verdicts import Refuse

if TYPE_CHECKING:
    from sip.message import Request

_SCHEMES = ("sip", "sips", "tel")


@dataclass(frozen=True, slots=True)
class ReferTo:
    """Whom the sender wants the other party to be joined with."""

    uri: Uri
    """Without its header part."""
    replaces: Replaces | None = None
    referred_by: str | None = None
    has_subscription: bool = True
    """False when the sender does without NOTIFY (RFC 4488)."""


def read(request: Request) -> ReferTo | Refuse:
    """What a REFER asks for, or why it is refused."""
    try:
        values = request.listed("Refer-To")
        if len(values) != 1:
            return Refuse(400, "Bad Request (one Refer-To is needed)")
        written = NameAddr.parse(values[0]).uri
        if written.scheme not in _SCHEMES:
            return Refuse(416)
        if (written.params.get("method") or "INVITE").upper() != "INVITE":
            return Refuse(403, "Forbidden (only calls are transferred)")
        return ReferTo(
            _bare(written), _replaces(written), _referred_by(request), has_subscription=_is_followed(request)
        )
    except ParseError as error:
        return Refuse(400, f"Bad Request ({error})")


def _bare(uri: Uri) -> Uri:
    """The address alone: its headers are read here, and its method is that of any call."""
    if not uri.is_sip or not (uri.headers or "method" in uri.params):
        return uri
    params = {name: value for name, value in uri.params.items() if name != "method"}
    return Uri(uri.scheme, uri.user, uri.host, uri.port, params)


def _replaces(uri: Uri) -> Replaces | None:
    """The dialog that the target must give up. Any other header in the address is a stranger's wish, and left."""
    found: list[str] = []
    for pair in uri.headers.split("&") if uri.headers else ():
        name, equals, value = pair.partition("=")
        if equals and unescape(name).lower() == "replaces":
            found.append(unescape(value))
    if len(found) > 1:
        raise ParseError("more than one Replaces")
    return Replaces.parse(found[0]) if found else None


def _referred_by(request: Request) -> str | None:
    values = request.listed("Referred-By")
    if len(values) > 1:
        raise ParseError("more than one Referred-By")
    return str(NameAddr.parse(values[0])) if values else None


def _is_followed(request: Request) -> bool:
    values = request.listed("Refer-Sub")
    if not values:
        return True
    wish = values[0].partition(";")[0].strip().lower()
    if len(values) > 1 or wish not in ("true", "false"):
        raise ParseError("Refer-Sub is true or false")
    return wish == "true"
