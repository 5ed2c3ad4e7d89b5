"""Our own registration at somebody's registrar (RFC 3261 s.10.2): a phone's at the centre, ours at a carrier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.dialog import MAX_FORWARDS, contact_for, via_for
from sip.errors import ParseError
from sip.events import RegistrationAccepted, RegistrationRefused
from sip.login import with_credentials
from sip.message import Request, fields_of
from sip.uri import Uri
from sip.values import address

if TYPE_CHECKING:
    from sip.context import Context
    from sip.flow import Flow
    from sip.login import Login
    from sip.message import Response
    from sip.transaction.client import ClientTransaction

SOONEST, LATEST = 30.0, 600.0
"""Seconds until a failed attempt is made again; doubled each time."""
LONGEST = 86400
"""A day: no registration is asked for longer."""


class Registration:
    """One address-of-record kept registered until `unregister`."""

    __slots__ = (
        "_call_id",
        "_context",
        "_cseq",
        "_expires",
        "_first",
        "_flow",
        "_login",
        "_pause",
        "_tag",
        "aor",
        "is_over",
    )

    def __init__(self, context: Context, aor: str, flow: Flow, login: Login, expires: int) -> None:
        """`flow` leads to the registrar, `expires` is what we ask for in seconds."""
        self.aor = aor
        self.is_over = False
        self._context = context
        self._flow = flow
        self._login = login
        self._expires = expires
        self._call_id = context.ids.token(12)
        self._tag = context.ids.token()
        self._cseq = self._first = 0
        self._pause = SOONEST

    def register(self, *, now: float) -> None:
        """Send a REGISTER; what follows comes as RegistrationAccepted or RegistrationRefused."""
        self._send(self._request(self._expires), now=now)

    def unregister(self, *, now: float) -> None:
        """Take our binding away and stop refreshing."""
        self.is_over = True
        self._context.timers.cancel((self, "REFRESH"))
        self._send(self._request(0), now=now)

    def on_timer(self, letter: str, *, now: float) -> None:
        """Time to refresh, or to try again."""
        self.register(now=now)

    def on_response(self, transaction: ClientTransaction, response: Response, *, now: float) -> None:
        """An answer of the registrar."""
        if response.status < 200 or transaction.request.cseq.number != self._cseq:
            return  # an answer to what a later request has overtaken
        if response.status in (401, 407) and self._answer(transaction.request, response, now):
            return
        if self.is_over:
            return
        if response.status < 300:
            self._accepted(response, now)
        elif response.status == 423 and self._lengthen(response):
            self.register(now=now)
        else:
            self._refused(response.status, response.reason, now)

    def on_no_response(self, transaction: ClientTransaction, status: int, *, now: float) -> None:
        """The registrar did not answer."""
        if not self.is_over and transaction.request.cseq.number == self._cseq:
            self._refused(status, "no answer", now)

    def _request(self, expires: int) -> Request:
        self._cseq = self._first = self._cseq + 1
        uri = Uri.parse(self.aor)
        headers = [
            ("Via", via_for(self._flow, self._context.branch())),
            ("Max-Forwards", MAX_FORWARDS),
            ("From", address(self.aor, tag=self._tag)),
            ("To", f"<{self.aor}>"),
            ("Call-ID", self._call_id),
            ("CSeq", f"{self._cseq} REGISTER"),
            ("Contact", self._contact(uri)),
            ("Expires", str(expires)),
            ("User-Agent", self._context.product),
        ]
        request = Request("REGISTER", f"{uri.scheme}:{uri.host}", fields_of(headers))
        request.flow = self._flow
        return request

    def _contact(self, uri: Uri) -> str:
        return contact_for(self._flow, uri.user)

    def _send(self, request: Request, *, now: float) -> None:
        self._context.layer.request(request, self, now=now)

    def _answer(self, request: Request, response: Response, now: float) -> bool:
        context = self._context
        again = with_credentials(
            request, response, self._login, context.branch(), context.ids, first=self._first
        )
        if again is None:
            return False
        self._cseq += 1
        self._send(again, now=now)
        return True

    def _accepted(self, response: Response, now: float) -> None:
        granted = _granted(response, self._contact(Uri.parse(self.aor))) or self._expires
        self._pause = SOONEST
        self._context.timers.set((self, "REFRESH"), now + granted / 2)
        self._context.events.append(RegistrationAccepted(self, granted))

    def _refused(self, status: int, reason: str, now: float) -> None:
        self._context.timers.set((self, "REFRESH"), now + self._pause)
        self._pause = min(2 * self._pause, LATEST)
        self._context.events.append(RegistrationRefused(self, status, reason))

    def _lengthen(self, response: Response) -> bool:
        """Ask for as much as the registrar wants at least (423); False when it named nothing longer."""
        least = _seconds(response.header("Min-Expires"))
        if least is None or not self._expires < least <= LONGEST:
            return False
        self._expires = least
        return True


def _granted(response: Response, ours: str) -> int | None:
    """The seconds that our own contact was given: its expires parameter, else the Expires header (s.10.2.4)."""
    try:
        for each in response.contacts:
            if f"<{each.uri_text}>" == ours:
                given = _seconds(each.params.get("expires"))
                return given if given is not None else _seconds(response.header("Expires"))
    except ParseError:
        return None
    return _seconds(response.header("Expires"))


def _seconds(text: str | None) -> int | None:
    """A number of at most seven digits; None for anything else that a registrar may write."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 7 else None
