"""The registrar (RFC 3261 s.10.3): changes an account's bindings as REGISTER asks, and lets them expire.

Who may register is decided before, by admission; where bindings are kept is the Location's affair.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from base.timers import Timers
from sip.errors import ParseError, RegistrationRefused
from sip.events import RegistrationChanged
from sip.location import Binding
from sip.uri import Uri
from sip.values import NameAddr
from sip.verdicts import RegisterReply

if TYPE_CHECKING:
    from collections.abc import Collection

    from sip.events import Caller
    from sip.flow import Flow
    from sip.location import Location
    from sip.message import Request

FALLBACK_EXPIRES = 3600
"""What an unreadable expiry counts as (s.20.19 by way of s.10.2.1.1)."""
MAX_CONTACTS_READ = 16
"""Most contacts looked at in one request."""


@dataclass(frozen=True, slots=True)
class RegistrationLimits:
    """What phones may ask for, in seconds and contacts."""

    minimum: int = 60
    default: int = 300
    maximum: int = 3600
    contacts: int = 5


@dataclass(frozen=True, slots=True)
class _Wish:
    """One contact that a request wants kept (seconds > 0) or removed (0)."""

    contact: NameAddr
    seconds: int
    q: float


class BindingRegistrar:
    """Keeps the bindings of the accounts of one profile."""

    __slots__ = ("_accounts", "_limits", "_location", "_reached_by", "_timers")

    def __init__(self, location: Location, accounts: Collection[str], limits: RegistrationLimits) -> None:
        """Serve these accounts."""
        self._location = location
        self._accounts = accounts
        self._limits = limits
        self._timers: Timers[str] = Timers()
        self._reached_by: dict[Flow, set[str]] = {}
        """The accounts of each connection that phones registered by."""

    def configure(self, accounts: Collection[str], limits: RegistrationLimits) -> None:
        """Take over reloaded accounts and limits; bindings stay until they expire."""
        self._accounts = accounts
        self._limits = limits

    def handle(self, request: Request, caller: Caller, now: float) -> RegisterReply:
        """Read or change the bindings of the account that the caller proved to be."""
        try:
            account = self._account(request, caller)
            before = self._location.find(account, now=now)
            wishes = self._wishes(request, before)
            after = self._apply(account, request, wishes, before, now) if wishes else before
        except RegistrationRefused as refused:
            return RegisterReply(refused.status, str(refused), refused.headers, ())
        except ParseError as error:
            return RegisterReply(error.status, f"Bad Request - {error}", (), ())
        if wishes:
            self._keep(account, before, after)
        contacts = tuple(("Contact", _contact_value(each, now)) for each in after)
        return RegisterReply(200, None, contacts, _changes(account, before, after))

    def next_timeout(self) -> float | None:
        """When the next binding expires."""
        return self._timers.next()

    def handle_timeout(self, now: float) -> tuple[RegistrationChanged, ...]:
        """Let go what has expired."""
        changes: list[RegistrationChanged] = []
        while (account := self._timers.pop_due(now)) is not None:
            left = self._location.find(account, now=now)
            self._keep(account, (), left)
            changes.append(RegistrationChanged(account, left, "expired"))
        return tuple(changes)

    def connection_lost(self, flow: Flow, now: float) -> tuple[RegistrationChanged, ...]:
        """Forget the bindings that could be reached by a connection which is no more (RFC 5626 s.5.3)."""
        changes: list[RegistrationChanged] = []
        for account in self._reached_by.pop(flow, ()):
            before = self._location.find(account, now=now)
            left = tuple(each for each in before if each.flow != flow)
            if left != before:
                self._keep(account, before, left)
                changes.append(RegistrationChanged(account, left, "connection lost"))
        return tuple(changes)

    def lives_on(self, flow: Flow, now: float) -> bool:
        """Whether a phone registered by this connection and is still registered."""
        accounts = self._reached_by.get(flow, ())
        return any(
            each.flow == flow for account in accounts for each in self._location.find(account, now=now)
        )

    def _keep(self, account: str, before: Collection[Binding], after: Collection[Binding]) -> None:
        self._location.replace(account, tuple(after))
        self._arm(account, after)
        for binding in before:
            if binding.flow.transport != "UDP":
                self._leave(account, binding.flow)
        for binding in after:
            if binding.flow.transport != "UDP":
                self._reached_by.setdefault(binding.flow, set()).add(account)

    def _leave(self, account: str, flow: Flow) -> None:
        accounts = self._reached_by.get(flow)
        if accounts is not None:
            accounts.discard(account)
            if not accounts:
                del self._reached_by[flow]

    def _arm(self, account: str, bindings: Collection[Binding]) -> None:
        if bindings:
            self._timers.set(account, min(each.expires_at for each in bindings))
        else:
            self._timers.cancel(account)

    def _account(self, request: Request, caller: Caller) -> str:
        """The address-of-record; it must be the caller's own (s.10.3 steps 4 and 5)."""
        uri = request.to.uri
        if uri.user is None or not uri.is_sip or uri.user not in self._accounts:
            raise RegistrationRefused(404, "Not Found")
        if uri.user != caller.account:
            raise RegistrationRefused(403, "Forbidden")
        return uri.user

    def _wishes(self, request: Request, before: Collection[Binding]) -> list[_Wish]:
        """What the request wants for each contact (s.10.3 steps 6 and 7); none when it only asks."""
        expires = _seconds(request.header("Expires"))
        contacts = request.contacts
        if any(each.uri_text == "*" for each in contacts):
            if len(contacts) > 1 or expires != 0:
                raise RegistrationRefused(400, "Bad Request - Contact * stands alone with Expires 0")
            return [_Wish(NameAddr("", each.contact), 0, 1.0) for each in before]
        if len(contacts) > MAX_CONTACTS_READ:
            raise RegistrationRefused(403, "Too Many Contacts")
        return [self._wish(each, expires) for each in contacts]

    def _wish(self, contact: NameAddr, expires: int | None) -> _Wish:
        if not contact.uri.is_sip or not contact.uri.host:
            raise RegistrationRefused(400, "Bad Request - Contact is not a SIP URI")
        own = contact.params.get("expires")
        seconds = _seconds(own) if own is not None else expires
        if seconds is None:
            seconds = self._limits.default
        if 0 < seconds < self._limits.minimum:
            raise RegistrationRefused(
                423, "Interval Too Brief", (("Min-Expires", str(self._limits.minimum)),)
            )
        return _Wish(contact, min(seconds, self._limits.maximum), _quality(contact.params.get("q")))

    def _apply(
        self, account: str, request: Request, wishes: list[_Wish], before: Collection[Binding], now: float
    ) -> tuple[Binding, ...]:
        """All wishes or none: the first that is out of order fails the request."""
        known = {Uri.parse(each.contact): each for each in before}
        kept = dict(known)
        call_id, cseq = request.call_id, request.cseq.number
        agent = (request.header("User-Agent") or "")[:128]
        for wish in wishes:
            uri = wish.contact.uri
            old = known.get(uri)
            if old is not None and old.call_id == call_id and old.cseq >= cseq:
                raise RegistrationRefused(500, "Sequence Number Out Of Order")
            kept.pop(uri, None)
            if wish.seconds:
                kept[uri] = Binding(
                    account,
                    wish.contact.uri_text,
                    request.flow,
                    now + wish.seconds,
                    call_id,
                    cseq,
                    now,
                    wish.q,
                    agent,
                )
        wanted = sum(1 for wish in wishes if wish.seconds)
        if wanted > self._limits.contacts:
            raise RegistrationRefused(403, "Too Many Contacts")
        # A phone that came back on another port must get in: the oldest make room, not the newest.
        return tuple(sorted(kept.values(), key=_age))[-self._limits.contacts :]


def _age(binding: Binding) -> float:
    return binding.registered_at


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


def _contact_value(binding: Binding, now: float) -> str:
    q = "" if binding.q == 1.0 else f";q={binding.q:g}"
    left = ceil(round(binding.expires_at - now, 3))  # a sum of floats may be a hair more than was granted
    return f"<{binding.contact}>{q};expires={left}"


def _changes(
    account: str, before: Collection[Binding], after: Collection[Binding]
) -> tuple[RegistrationChanged, ...]:
    """One event when contacts came, went or moved to another flow; none for a refresh."""
    old = {(each.contact, each.flow) for each in before}
    new = {(each.contact, each.flow) for each in after}
    if old == new:
        return ()
    if {contact for contact, _ in old} == {contact for contact, _ in new}:
        reason = "moved"
    else:
        reason = "registered" if new - old else "unregistered"
    return (RegistrationChanged(account, tuple(after), reason),)
