"""What a REGISTER asks for (RFC 3261 s.10.3 steps 6 and 7): contacts to keep or remove, read and judged by themselves.

Whether it may ask, and what is there already, is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sip.errors import RegisterRefused
from sip.registrar.outbound import read_instance, read_path, read_reg_id, wants_outbound

if TYPE_CHECKING:
    from sip.message import Request
    from sip.values import NameAddr

FALLBACK_EXPIRES = 3600
"""What an unreadable expiry counts as (s.10.2.1.1)."""
MAX_CONTACTS_READ = 16
"""Most contacts looked at in one request."""
LONGEST_CONTACT = 512
"""Characters of a contact's URI: it is kept for as long as the phone is registered."""
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class RegistrationLimits:
    """What phones may ask for, in seconds and contacts, and what they are told with each success."""

    minimum: int = 60
    default: int = 300
    maximum: int = 3600
    contacts: int = 5
    path_from_anybody: bool = False
    """Whether a path is taken for phones too that do not say that they know of it (RFC 3327 s.5.3)."""
    flow_timer: int = 120
    """Seconds within which a phone with outbound shall send a keep-alive (RFC 5626 s.5.4)."""
    service_route: tuple[str, ...] = ()
    """The way that the phones' own requests shall take (RFC 3608)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One contact to be kept (seconds > 0) or removed (0)."""

    contact: NameAddr
    seconds: int
    q: float
    instance: str = ""
    reg_id: int = 0


@dataclass(frozen=True, slots=True)
class Wishes:
    """All that one REGISTER asks for; nothing when it only asks what there is."""

    each: tuple[Wish, ...] = ()
    is_for_all: bool = False
    """Whether every binding is to be removed (Contact: *)."""
    path: tuple[str, ...] = ()
    has_outbound: bool = False

    def __bool__(self) -> bool:
        """Whether anything is to be changed."""
        return self.is_for_all or bool(self.each)


def read_wishes(request: Request, limits: RegistrationLimits) -> Wishes:
    """Read a REGISTER. Raises RegisterRefused, and ParseError for what breaks the grammar."""
    path = read_path(request, from_anybody=limits.path_from_anybody)
    contacts = request.contacts
    if not contacts:
        return Wishes(path=path)
    expires = _seconds(request.header("Expires"))
    if any(each.uri_text == "*" for each in contacts):
        if len(contacts) > 1 or expires != 0:
            raise RegisterRefused(400, "Bad Request - Contact * stands alone with Expires 0")
        return Wishes(is_for_all=True, path=path)
    if len(contacts) > MAX_CONTACTS_READ:
        raise RegisterRefused(403, "Too Many Contacts")
    wishes = tuple(_wish(each, expires, limits) for each in contacts)
    flows = [each for each in wishes if each.reg_id]
    if not flows or not wants_outbound(request, path):
        return Wishes(wishes, path=path)
    if sum(1 for each in flows if each.seconds) > 1:
        raise RegisterRefused(400, "Bad Request - one flow at a time")
    return Wishes(wishes, path=path, has_outbound=True)


def _wish(contact: NameAddr, expires: int | None, limits: RegistrationLimits) -> Wish:
    if not contact.uri.is_sip or not contact.uri.host:
        raise RegisterRefused(400, "Bad Request - Contact is not a SIP URI")
    if len(contact.uri_text) > LONGEST_CONTACT:
        raise RegisterRefused(400, "Bad Request - Contact too long")
    params = contact.params
    own = params.get("expires")
    seconds = _seconds(own) if own is not None else expires
    if seconds is None:
        seconds = limits.default
    if 0 < seconds < min(limits.minimum, _HOUR):
        raise RegisterRefused(423, "Interval Too Brief", (("Min-Expires", str(limits.minimum)),))
    instance = read_instance(contact)
    # Without the device's name the number of its flow says nothing (RFC 5626 s.6).
    reg_id = read_reg_id(contact) if instance else 0
    return Wish(contact, min(seconds, limits.maximum), _quality(params.get("q")), instance, reg_id)


def _seconds(text: str | None) -> int | None:
    if text is None:
        return None
    text = text.strip()
    if not text.isascii() or not text.isdigit():
        return FALLBACK_EXPIRES
    return int(text) if len(text) <= 10 else 2**32 - 1


def _quality(text: str | None) -> float:
    """A q value (0 to 1); an unreadable one counts as the best, as none does."""
    if text is None or len(text) > 5 or not text.replace(".", "", 1).isdigit() or not text.isascii():
        return 1.0
    return min(float(text), 1.0)
