"""The notifier (RFC 6665 s.4.2): serves SUBSCRIBE, keeps subscriptions and tells those concerned of a change.

Who a subscriber is has been proven before, by admission; what is told is the packages' affair.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.checks import ABILITIES, ALLOW_EVENTS
from sip.dialog import Dialog, asks_for_sips
from sip.errors import ParseError, SubscriptionRefused
from sip.subscriptions.event_package import EventRules, Watched
from sip.subscriptions.request import accepts, event_of, expires_of, watched_in
from sip.subscriptions.subscription import Subscription

if TYPE_CHECKING:
    from sip.context import Context, DialogKey
    from sip.events import Caller
    from sip.flow import Flow
    from sip.message import Request
    from sip.subscriptions.event_package import EventPackage
    from sip.transaction.server import ServerTransaction

NOTHING_SERVED = EventRules({}, lambda watcher, package, resource: False)
COMEBACK = 15
"""Seconds after which a subscriber of a node that stops may subscribe again."""
RETRY_AFTER = 60
"""Seconds after which a subscriber may try again where all room is taken."""


class Notifier:
    """All subscriptions of one endpoint."""

    __slots__ = ("_by_account", "_by_flow", "_by_resource", "_context", "_rules", "_subscriptions")

    def __init__(self, context: Context, rules: EventRules = NOTHING_SERVED) -> None:
        """Begin empty."""
        self._context = context
        self._rules = rules
        self._subscriptions: dict[DialogKey, Subscription] = {}
        self._by_resource: dict[tuple[str, str], dict[Subscription, None]] = {}
        self._by_account: dict[str, int] = {}
        self._by_flow: dict[Flow, int] = {}

    def __len__(self) -> int:
        """How many subscriptions there are, those included that wait for their last answer."""
        return len(self._subscriptions)

    @property
    def pause(self) -> float:
        """Seconds between the answer to a NOTIFY and the next one that only tells a change."""
        return self._rules.limits.pause

    def configure(self, rules: EventRules, *, now: float) -> None:
        """Take over reloaded rules; subscriptions that they would refuse end."""
        self._rules = rules
        for each in list(self._subscriptions.values()):
            package = rules.packages.get(each.package.name)
            watched = each.watched
            if package is None or not package.knows(watched.resource):
                each.end("noresource", now=now)
            elif not rules.may_watch(watched.watcher, package.name, watched.resource):
                each.end("rejected", now=now)
            else:
                each.package = package

    def close(self, *, now: float) -> None:
        """We stop: subscribers are told to come again, else their lamps would stand still until they refresh."""
        for each in list(self._subscriptions.values()):
            each.end(f"probation;retry-after={COMEBACK}", now=now)

    def find(self, request: Request) -> Subscription | None:
        """The subscription in whose dialog a request is."""
        found = self._subscriptions.get((request.call_id, request.to.tag or ""))
        return found if found is not None and found.dialog.remote_tag == request.from_.tag else None

    def lives_on(self, flow: Flow) -> bool:
        """Whether a subscription's NOTIFYs go by this connection."""
        return flow in self._by_flow

    def change(self, package: str, resource: str, *, now: float) -> None:
        """The state of a resource has changed: who watches it is told."""
        for each in list(self._by_resource.get((package, resource), ())):
            each.change(now=now)

    def serve(self, request: Request, caller: Caller, transaction: ServerTransaction, *, now: float) -> None:
        """Serve an admitted SUBSCRIBE outside a dialog (s.4.2.1)."""
        try:
            package, event = self._package(request)
            watched = watched_in(request, caller.account or "")
            self._check(package, watched)
            seconds = expires_of(request, package.expires, self._rules.limits)
            self._check_room(watched.watcher)
        except (SubscriptionRefused, ParseError) as error:
            _refuse(transaction, error, now)
            return
        transaction.tag = self._context.ids.token()
        dialog = Dialog.as_callee(request, transaction.tag)
        subscription = Subscription(self._context, self, dialog, package, event, watched)
        self._keep(subscription)
        self._accept(subscription, seconds, request, transaction, now)

    def serve_inside(
        self, subscription: Subscription, request: Request, transaction: ServerTransaction, *, now: float
    ) -> None:
        """Serve a request in a subscription's dialog."""
        transaction.tag = subscription.dialog.local_tag
        if not subscription.dialog.takes(request.cseq.number):
            transaction.respond(500, "Server Internal Error (sequence number too low)", now=now)
        elif request.method == "SUBSCRIBE":
            self._refresh(subscription, request, transaction, now)
        elif request.method == "OPTIONS":
            transaction.respond(200, headers=ABILITIES, now=now)
        else:
            # No such usage is in this dialog: there is no call to end or change, and none of our own SUBSCRIBEs.
            transaction.respond(481, now=now)

    def _refresh(
        self, subscription: Subscription, request: Request, transaction: ServerTransaction, now: float
    ) -> None:
        try:
            package, event = self._package(request)
            if subscription.is_over:
                raise SubscriptionRefused(481)
            if event != subscription.event:
                raise SubscriptionRefused(403, "Forbidden (one subscription for each dialog)")  # s.4.5.2
            seconds = expires_of(request, package.expires, self._rules.limits)
        except (SubscriptionRefused, ParseError) as error:
            _refuse(transaction, error, now)
            return
        self._left(subscription.dialog.flow)
        subscription.dialog.refresh_target(request)
        # A phone behind NAT may have moved to another port since: it is reached where it was heard last.
        subscription.dialog.flow = request.flow
        self._went(request.flow)
        self._accept(subscription, seconds, request, transaction, now)

    def _accept(
        self,
        subscription: Subscription,
        seconds: int,
        request: Request,
        transaction: ServerTransaction,
        now: float,
    ) -> None:
        headers = (
            *self._context.dialog_headers(request.flow, secure=asks_for_sips(request)),
            ("Expires", str(seconds)),
        )
        transaction.respond(200, headers=headers, now=now)
        if seconds:
            subscription.subscribe(seconds, now=now)
        else:
            subscription.end("timeout", now=now)

    def _package(self, request: Request) -> tuple[EventPackage, str]:
        """The package that is asked for, if the subscriber reads its documents, and the Event header of its NOTIFYs."""
        name, event = event_of(request)
        package = self._rules.packages.get(name)
        if package is None:
            raise SubscriptionRefused(489, headers=(("Allow-Events", ALLOW_EVENTS),))
        if not accepts(request, package.content_type):
            raise SubscriptionRefused(406, headers=(("Accept", package.content_type),))
        return package, event

    def _check(self, package: EventPackage, watched: Watched) -> None:
        if not self._rules.may_watch(watched.watcher, package.name, watched.resource):
            raise SubscriptionRefused(403)
        if not package.knows(watched.resource):
            raise SubscriptionRefused(404)

    def _check_room(self, account: str) -> None:
        limits = self._rules.limits
        if self._by_account.get(account, 0) >= limits.per_account:
            raise SubscriptionRefused(403, "Too Many Subscriptions")
        if len(self._subscriptions) >= limits.total:
            raise SubscriptionRefused(503, headers=(("Retry-After", str(RETRY_AFTER)),))

    def _keep(self, subscription: Subscription) -> None:
        watched, dialog = subscription.watched, subscription.dialog
        self._subscriptions[(dialog.call_id, dialog.local_tag)] = subscription
        key = (subscription.package.name, watched.resource)
        self._by_resource.setdefault(key, {})[subscription] = None
        self._by_account[watched.watcher] = self._by_account.get(watched.watcher, 0) + 1
        self._went(dialog.flow)

    def forget(self, subscription: Subscription) -> None:
        """It is over."""
        watched, dialog = subscription.watched, subscription.dialog
        if self._subscriptions.pop((dialog.call_id, dialog.local_tag), None) is None:
            return
        key = (subscription.package.name, watched.resource)
        del self._by_resource[key][subscription]
        if not self._by_resource[key]:
            del self._by_resource[key]
        self._by_account[watched.watcher] -= 1
        if not self._by_account[watched.watcher]:
            del self._by_account[watched.watcher]
        self._left(dialog.flow)

    def _went(self, flow: Flow) -> None:
        if flow.transport != "UDP":
            self._by_flow[flow] = self._by_flow.get(flow, 0) + 1

    def _left(self, flow: Flow) -> None:
        if flow in self._by_flow:
            self._by_flow[flow] -= 1
            if not self._by_flow[flow]:
                del self._by_flow[flow]


def _refuse(transaction: ServerTransaction, error: SubscriptionRefused | ParseError, now: float) -> None:
    if isinstance(error, SubscriptionRefused):
        transaction.respond(error.status, error.reason, headers=error.headers, now=now)
    else:
        transaction.respond(400, f"Bad Request ({error})", now=now)
