"""Our own registration at somebody's registrar (RFC 3261 s.10.2): a phone's at the centre, ours at a carrier.

Goes on by itself: refreshed at half its time, tried again by another way or later when it fails, until `unregister`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.dialog import MAX_FORWARDS, contact_for, is_sips, via_for
from sip.digest.login import with_credentials
from sip.errors import ParseError
from sip.events import RegistrationAccepted, RegistrationRefused
from sip.message import Request, fields_of
from sip.retry_after import retry_after
from sip.trunks.keep_alive import EARLIER, KeepAlive, KeepAlivePlan
from sip.uri import Uri, escape
from sip.values import NameAddr, address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sip.context import Context
    from sip.digest.login import Login
    from sip.flow import Flow
    from sip.message import Response
    from sip.transaction.client import ClientTransaction

SOONEST, LATEST = 30.0, 600.0
"""Seconds until a failed attempt is made again; doubled each time."""
LONGEST = 86400
"""A day: no registration is asked for longer."""
MEND = 1.0
"""Seconds from a way that failed to registering anew."""
MOST_ROUTES = 8
SCATTER = 0.25
"""Part of a pause that is added by lot, so that many who failed together do not come back together."""


class Registration:
    """One address-of-record kept registered until `unregister`."""

    __slots__ = (
        "_call_id",
        "_context",
        "_cseq",
        "_expires",
        "_first",
        "_flows",
        "_keeper",
        "_login",
        "_pause",
        "_plan",
        "_registrar",
        "_tag",
        "_tried",
        "aor",
        "is_over",
        "is_settled",
        "line",
        "routes",
        "service_route",
    )

    def __init__(
        self,
        context: Context,
        aor: str,
        flows: Sequence[Flow],
        login: Login,
        expires: int,
        *,
        line: str | None = None,
        routes: Sequence[str] = (),
        keep_alive: KeepAlivePlan | None = None,
    ) -> None:
        """`flows` lead to the registrar, `expires` is what we ask for in seconds.

        `line` stands in our contact, so that calls which come to it are known to come by this registration.
        """
        uri = Uri.parse(aor)
        self.aor = aor
        self.line = line
        self.routes = tuple(routes)
        self.service_route: tuple[str, ...] = ()
        """The way that our requests shall take while we are registered (RFC 3608): Route values."""
        self.is_over = False
        self.is_settled = False
        """Whether the last word of the registrar has come after `unregister`."""
        self._context = context
        self._registrar = f"{uri.scheme}:[{uri.host}]" if ":" in uri.host else f"{uri.scheme}:{uri.host}"
        self._flows = tuple(flows)
        self._tried = 0
        self._login = login
        self._expires = expires
        self._call_id = context.ids.token(12)
        self._tag = context.ids.token()
        self._cseq = self._first = 0
        self._pause = SOONEST
        self._plan = keep_alive
        self._keeper: KeepAlive | None = None

    @property
    def flow(self) -> Flow:
        """The way that is used now."""
        return self._flows[self._tried % len(self._flows)]

    def lead(self, flows: Sequence[Flow]) -> None:
        """The registrar is reached by these ways from now on; the one in use stays in use if it is among them."""
        flow = self.flow
        self._flows = tuple(flows)
        self._tried = self._flows.index(flow) if flow in self._flows else 0

    def register(self, *, now: float) -> None:
        """Send a REGISTER; what follows comes as RegistrationAccepted or RegistrationRefused."""
        self._send(self._request(self._expires), now=now)

    def unregister(self, *, now: float) -> None:
        """Take our binding away and stop refreshing."""
        self.is_over = True
        self._context.timers.cancel((self, "REFRESH"))
        self._leave_way()
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
            self.is_settled = True
        elif response.status < 300:
            self._accepted(response, now)
        elif response.status == 423 and self._lengthen(response):
            self.register(now=now)
        elif response.status != 503 or not self._try_next(now):
            self._refused(response.status, response.reason, retry_after(response) or 0.0, now)

    def on_no_response(self, transaction: ClientTransaction, status: int, *, now: float) -> None:
        """The registrar did not answer."""
        if transaction.request.cseq.number != self._cseq:
            return
        if self.is_over:
            self.is_settled = True
        elif not self._try_next(now):
            self._refused(status, "no answer", 0.0, now)

    def _request(self, expires: int) -> Request:
        self._cseq = self._first = self._cseq + 1
        headers = [
            ("Via", via_for(self.flow, self._context.branch())),
            ("Max-Forwards", MAX_FORWARDS),
            *(("Route", route) for route in self.routes),
            ("From", address(self.aor, tag=self._tag)),
            ("To", f"<{self.aor}>"),
            ("Call-ID", self._call_id),
            ("CSeq", f"{self._cseq} REGISTER"),
            ("Contact", self._contact),
            ("Expires", str(expires)),
            ("User-Agent", self._context.product),
        ]
        request = Request("REGISTER", self._registrar, fields_of(headers))
        request.flow = self.flow
        return request

    @property
    def _contact(self) -> str:
        user = Uri.parse(self.aor).user
        contact = contact_for(self.flow, escape(user) if user is not None else None, secure=is_sips(self.aor))
        return contact if self.line is None else f"{contact[:-1]};line={self.line}>"

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

    def _try_next(self, now: float) -> bool:
        """Register by another way (RFC 3263 s.4.3); False when all have been tried since the last pause."""
        if self._tried % len(self._flows) == len(self._flows) - 1:
            self._tried = 0
            return False
        self._tried += 1
        self.register(now=now)
        return True

    def _accepted(self, response: Response, now: float) -> None:
        granted = self._granted(response) or self._expires
        self._pause = SOONEST
        self.service_route = _service_route(response)
        self._keep_way(_seconds(response.header("Flow-Timer")), now)
        self._context.timers.set((self, "REFRESH"), now + granted / 2)
        self._context.events.append(RegistrationAccepted(self, granted))

    def _keep_way(self, flow_timer: int | None, now: float) -> None:
        """Keep the way open that we registered by, as we were told to, here or by the registrar (RFC 5626 s.4.4)."""
        plan = self._plan
        if flow_timer:
            plan = plan.within(flow_timer) if plan is not None else KeepAlivePlan(EARLIER * flow_timer)
        if self._keeper is not None and self._keeper.flow == self.flow:
            self._keeper.follow(plan, now=now)
            return
        self._leave_way()
        if plan is not None or self.flow.transport != "UDP":
            self._keeper = KeepAlive(self._context, self.flow, plan, self._way_failed)
            self._keeper.start(now=now)

    def _leave_way(self) -> None:
        if self._keeper is not None:
            self._keeper.stop()
            self._keeper = None

    def _way_failed(self, now: float) -> None:
        """The way by which calls come to us is dead: a new one is needed soon (RFC 5626 s.4.5)."""
        self._keeper = None
        if not self.is_over:
            self._context.timers.set((self, "REFRESH"), now + MEND)

    def _refused(self, status: int, reason: str, wished: float, now: float) -> None:
        pause = max(self._pause, min(wished, LONGEST))
        lot = self._context.ids.number(16) / 65536
        self._context.timers.set((self, "REFRESH"), now + pause * (1 + SCATTER * lot))
        self._pause = min(2 * self._pause, LATEST)
        self._context.events.append(RegistrationRefused(self, status, reason))

    def _lengthen(self, response: Response) -> bool:
        """Ask for as much as the registrar wants at least (423); False when it named nothing longer."""
        least = _seconds(response.header("Min-Expires"))
        if least is None or not self._expires < least <= LONGEST:
            return False
        self._expires = least
        return True

    def _granted(self, response: Response) -> int | None:
        """The seconds that our own contact was given: its expires parameter, else the Expires header (s.10.2.4)."""
        try:
            for each in response.contacts:
                if self._is_ours(each):
                    given = _seconds(each.params.get("expires"))
                    return given if given is not None else _seconds(response.header("Expires"))
        except ParseError:
            return None
        return _seconds(response.header("Expires"))

    def _is_ours(self, contact: NameAddr) -> bool:
        if self.line is not None:
            return contact.uri.params.get("line") == self.line
        return f"<{contact.uri_text}>" == self._contact


def _service_route(response: Response) -> tuple[str, ...]:
    """The route that the registrar wants us to take; none when any of it cannot be read."""
    try:
        routes = tuple(response.listed("Service-Route"))
        fits = len(routes) <= MOST_ROUTES and all(NameAddr.parse(each).uri.is_sip for each in routes)
        return routes if fits else ()
    except ParseError:
        return ()


def _seconds(text: str | None) -> int | None:
    """A number of at most seven digits; None for anything else that a registrar may write."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 7 else None
