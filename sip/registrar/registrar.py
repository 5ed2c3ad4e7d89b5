"""The registrar (RFC 3261 s.10.3): changes an account's bindings as REGISTER asks, and lets them expire.

Who may register is decided before, by admission; where bindings are kept is the Location's affair.
"""

from __future__ import annotations

from hashlib import sha256
from math import ceil
from sys import intern
from typing import TYPE_CHECKING

from base.timers import Timers
from sip.errors import ParseError, RegisterRefused
from sip.events import RegistrationChanged
from sip.grammar import quote
from sip.registrar.location import Binding
from sip.registrar.request import read_wishes
from sip.uri import Uri
from sip.verdicts import RegisterReply

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from sip.events import Caller
    from sip.flow import Flow
    from sip.message import Request
    from sip.registrar.location import Location
    from sip.registrar.request import RegistrationLimits, Wish, Wishes

_LONGEST_CALL_ID = 128
"""Characters of a Call-ID that are kept; a longer one is kept as its hash."""
_LONGEST_AGENT = 128


class BindingRegistrar:
    """Keeps the bindings of the accounts of one profile."""

    __slots__ = ("_accounts", "_date", "_limits", "_location", "_reached_by", "_timers")

    def __init__(
        self,
        location: Location,
        accounts: Collection[str],
        limits: RegistrationLimits,
        date: Callable[[], str] | None = None,
    ) -> None:
        """Serve these accounts; `date` gives the Date header of a success (s.20.17)."""
        self._location = location
        self._accounts = accounts
        self._limits = limits
        self._date = date
        self._timers: Timers[str] = Timers()
        self._reached_by: dict[Flow, set[str]] = {}
        """The accounts of each flow that phones registered by."""

    def configure(self, accounts: Collection[str], limits: RegistrationLimits) -> None:
        """Take over reloaded accounts and limits; bindings stay until they expire."""
        self._accounts = accounts
        self._limits = limits

    def handle(self, request: Request, caller: Caller, now: float) -> RegisterReply:
        """Read or change the bindings of the account that the caller proved to be."""
        try:
            account = self._account(request, caller)
            before = self._location.find(account, now=now)
            wishes = read_wishes(request, self._limits)
            after = self._apply(account, request, wishes, before, now) if wishes else before
        except RegisterRefused as refused:
            return RegisterReply(refused.status, str(refused), refused.headers, ())
        except ParseError as error:
            return RegisterReply(error.status, f"Bad Request - {error}", (), ())
        if wishes:
            self._keep(account, before, after)
        headers = self._success(request, wishes, after, now)
        return RegisterReply(200, None, headers, _changes(account, before, after))

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
            left = tuple(each for each in before if each.flow != flow or not each.is_flow_bound)
            if left != before:
                self._keep(account, before, left)
                changes.append(RegistrationChanged(account, left, "connection lost"))
        return tuple(changes)

    def lives_on(self, flow: Flow, now: float) -> bool:
        """Whether a phone registered by this flow and is still registered."""
        accounts = self._reached_by.get(flow, ())
        return any(
            each.flow == flow for account in accounts for each in self._location.find(account, now=now)
        )

    def _keep(self, account: str, before: Collection[Binding], after: Collection[Binding]) -> None:
        self._location.replace(account, tuple(after))
        if after:
            self._timers.set(account, min([each.expires_at for each in after]))
        else:
            self._timers.cancel(account)
        gone, come = {each.flow for each in before}, {each.flow for each in after}
        for flow in gone - come:
            accounts = self._reached_by.get(flow)
            if accounts is not None:
                accounts.discard(account)
                if not accounts:
                    del self._reached_by[flow]
        for flow in come - gone:
            self._reached_by.setdefault(flow, set()).add(account)

    def _account(self, request: Request, caller: Caller) -> str:
        """The address-of-record; it must be the caller's own (s.10.3 steps 4 and 5)."""
        uri = request.to.uri
        if uri.user is None or not uri.is_sip or uri.user not in self._accounts:
            raise RegisterRefused(404, "Not Found")
        if uri.user != caller.account:
            raise RegisterRefused(403, "Forbidden")
        return intern(uri.user)

    def _apply(
        self, account: str, request: Request, wishes: Wishes, before: Sequence[Binding], now: float
    ) -> tuple[Binding, ...]:
        """All wishes or none: the first that is out of order fails the request."""
        call_id, cseq = request.call_id, request.cseq.number
        if len(call_id) > _LONGEST_CALL_ID:
            call_id = sha256(call_id.encode("utf-8", "surrogateescape")).hexdigest()
        if wishes.is_for_all:
            _check_order(before, call_id, cseq)
            return ()
        kept = list(before)
        added: list[Binding] = []
        agent = intern((request.header("User-Agent") or "")[:_LONGEST_AGENT])
        for wish in wishes.each:
            reg_id = wish.reg_id if wishes.has_outbound else 0
            old = [each for each in before if _is_same(each, wish, reg_id)]
            _check_order(old, call_id, cseq)
            kept = [each for each in kept if each not in old]
            added = [each for each in added if not _is_same(each, wish, reg_id)]
            if wish.seconds:
                if old and old[0].call_id == call_id:
                    call_id = old[
                        0
                    ].call_id  # one string for as long as the phone stays, not one for each refresh
                added.append(
                    Binding(
                        account,
                        wish.contact.uri_text,
                        request.flow,
                        now + wish.seconds,
                        call_id,
                        cseq,
                        now,
                        wish.q,
                        agent,
                        wishes.path,
                        wish.instance,
                        reg_id,
                    )
                )
        if sum(1 for wish in wishes.each if wish.seconds) > self._limits.contacts:
            raise RegisterRefused(403, "Too Many Contacts")
        # A phone that came back on another port must get in: the oldest make room, not the newest.
        kept.sort(key=_age)
        return tuple([*kept, *added][-self._limits.contacts :])

    def _success(
        self, request: Request, wishes: Wishes, bindings: Sequence[Binding], now: float
    ) -> tuple[tuple[str, str], ...]:
        """The headers of a 200 (s.10.3 step 8, RFC 3327 s.5.3, RFC 3608 s.6.3, RFC 5626 s.6)."""
        headers = [("Contact", _contact_value(each, now)) for each in bindings]
        headers += [("Path", each) for each in wishes.path]
        headers += [("Service-Route", each) for each in self._limits.service_route]
        if wishes.has_outbound:
            headers.append(("Require", "outbound"))
            if not wishes.path:
                headers.append(("Flow-Timer", str(self._limits.flow_timer)))
        if self._date is not None:
            headers.append(("Date", self._date()))
        return tuple(headers)


def _check_order(bindings: Collection[Binding], call_id: str, cseq: int) -> None:
    """A request of the same Call-ID must be newer than what it changes (s.10.3 steps 6 and 7)."""
    for each in bindings:
        if each.call_id == call_id and each.cseq >= cseq:
            raise RegisterRefused(500, "Sequence Number Out Of Order")


def _is_same(binding: Binding, wish: Wish, reg_id: int) -> bool:
    """Whether a wish is for this binding: by device and flow (RFC 5626 s.6), otherwise by URI (RFC 3261 s.10.3)."""
    if reg_id and binding.reg_id:
        return binding.reg_id == reg_id and binding.instance == wish.instance
    if binding.contact == wish.contact.uri_text:
        return True
    known, asked = Uri.parse(binding.contact), wish.contact.uri
    return known == asked and _header_set(known) == _header_set(asked)


def _header_set(uri: Uri) -> list[str]:
    """The header parts, which are never left aside here and have no order (s.19.1.4)."""
    return sorted(uri.headers.lower().split("&"))


def _age(binding: Binding) -> float:
    return binding.registered_at


def _contact_value(binding: Binding, now: float) -> str:
    left = ceil(round(binding.expires_at - now, 3))  # a sum of floats may be a hair more than was granted
    value = f"<{binding.contact}>"
    if binding.q != 1.0:
        value += f";q={binding.q:g}"
    if binding.instance:
        value += f";+sip.instance={quote(f'<{binding.instance}>')}"
        if binding.reg_id:
            value += f";reg-id={binding.reg_id}"
    return f"{value};expires={left}"


def _changes(
    account: str, before: Sequence[Binding], after: Sequence[Binding]
) -> tuple[RegistrationChanged, ...]:
    """One event when contacts came, went or moved to another flow; none for a refresh."""
    old = {(each.contact, each.flow, each.path) for each in before}
    new = {(each.contact, each.flow, each.path) for each in after}
    if old == new:
        return ()
    if {contact for contact, _, _ in old} == {contact for contact, _, _ in new}:
        reason = "moved"
    else:
        reason = "registered" if new - old else "unregistered"
    return (RegistrationChanged(account, tuple(after), reason),)
