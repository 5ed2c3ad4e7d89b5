"""Subscriptions: the notifier's side of one SUBSCRIBE usage (RFC 6665 s.4.2), run by the SUBSCRIPTION table.

What is told is written by its event package; who may subscribe is decided before.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Protocol

from base.machine import Machine
from sip.subscriptions.notification import Notifications
from sip.subscriptions.table import SUBSCRIPTION, SubscriptionEffect, SubscriptionInput, SubscriptionState

if TYPE_CHECKING:
    from sip.context import Context
    from sip.dialog import Dialog
    from sip.subscriptions.event_package import EventPackage, Told, Watched

MOST_DELAYS = 3
"""How often in a row a subscriber may ask for a NOTIFY later."""
LONGEST_DELAY = 120
"""Seconds that a NOTIFY may be put off."""

_OVER = (SubscriptionState.LEAVING, SubscriptionState.LAST, SubscriptionState.ENDED)


class Registry(Protocol):
    """Who keeps subscriptions."""

    @property
    def pause(self) -> float:
        """Seconds between the answer to a NOTIFY and the next one that only tells a change."""

    def forget(self, subscription: Subscription) -> None:
        """It is over."""


class Subscription:
    """One subscriber's interest in one resource."""

    __slots__ = (
        "_context",
        "_delay",
        "_delays",
        "_machine",
        "_notifications",
        "_reason",
        "_registry",
        "_told",
        "_version",
        "dialog",
        "event",
        "expires_at",
        "package",
        "watched",
    )

    def __init__(
        self,
        context: Context,
        registry: Registry,
        dialog: Dialog,
        package: EventPackage,
        event: str,
        watched: Watched,
    ) -> None:
        """Begin; `subscribe` or `end` follows. `event` is the Event header of its NOTIFYs."""
        self.dialog = dialog
        self.package = package
        self.event = event
        self.watched = watched
        self.expires_at = 0.0
        self._context = context
        self._registry = registry
        self._machine = Machine(SUBSCRIPTION)
        self._notifications = Notifications(context, dialog, event, self)
        self._version = 0
        self._told: Told = {}
        self._reason = ""
        self._delay = 0.0
        self._delays = 0

    @property
    def state(self) -> SubscriptionState:
        """Where the machine stands."""
        return self._machine.state

    @property
    def is_over(self) -> bool:
        """Whether it only waits for its last answer."""
        return self._machine.state in _OVER

    def subscribe(self, seconds: int, *, now: float) -> None:
        """It is wanted for so long from now on; the subscriber gets the whole state at once (s.4.2.1.2)."""
        self.expires_at = now + seconds
        self._context.timers.set((self, "EXPIRY"), self.expires_at)
        self._fire(SubscriptionInput.SUBSCRIBE, now)

    def change(self, *, now: float) -> None:
        """The resource's state has changed."""
        self._fire(SubscriptionInput.CHANGED, now)

    def end(self, reason: str, *, now: float) -> None:
        """Tell the subscriber that it is over, and why (s.4.1.3)."""
        self._reason = self._reason or reason
        self._fire(SubscriptionInput.OVER, now)

    def on_notified(self, *, now: float) -> None:
        """The subscriber has our NOTIFY."""
        self._delays = 0
        self._fire(SubscriptionInput.DELIVERED, now)

    def on_notify_failed(self, status: int, retry_after: float | None, *, now: float) -> None:
        """The subscriber has it not. Unless it says when to come again, the subscription is gone (s.4.2.2)."""
        self._delays += 1
        if retry_after is None or status == 481 or self._delays > MOST_DELAYS:
            self._fire(SubscriptionInput.FAILED, now)
        else:
            self._delay = min(retry_after, LONGEST_DELAY)
            self._fire(SubscriptionInput.DEFERRED, now)

    def on_timer(self, letter: str, *, now: float) -> None:
        """The pause is over, or the subscription."""
        if letter == "PAUSE":
            self._fire(SubscriptionInput.PAUSE_OVER, now)
        else:
            self.end("timeout", now=now)

    def _fire(self, event: SubscriptionInput, now: float) -> None:
        for effect in self._machine.fire(event):
            self._carry_out(effect, now)

    def _carry_out(self, effect: SubscriptionEffect, now: float) -> None:
        timers = self._context.timers
        match effect:
            case SubscriptionEffect.NOTIFY:
                self._notify(f"active;expires={max(0, ceil(round(self.expires_at - now, 3)))}", now)
            case SubscriptionEffect.NOTIFY_LAST:
                self._notify_last(now)
            case SubscriptionEffect.START_PAUSE:
                timers.set((self, "PAUSE"), now + self._registry.pause)
            case SubscriptionEffect.START_DELAY:
                timers.set((self, "PAUSE"), now + self._delay)
            case SubscriptionEffect.STOP_PAUSE:
                timers.cancel((self, "PAUSE"))
            case SubscriptionEffect.STOP_EXPIRY:
                timers.cancel((self, "EXPIRY"))
            case SubscriptionEffect.FORGET:
                self._registry.forget(self)

    def _notify(self, state: str, now: float) -> None:
        document = self.package.document(self.watched, self._version, self._told, now=now)
        self._version += 1
        self._told = document.told
        self._notifications.send(state, self.package.content_type, document.body, now=now)

    def _notify_last(self, now: float) -> None:
        state = f"terminated;reason={self._reason}"
        if self._reason == "timeout":
            # Also what a fetch is answered by: the state once, and nothing more (s.4.4.3).
            self._notify(state, now)
        else:
            # Who may no longer watch, or what is no more, has no state to be told.
            self._notifications.send(state, now=now)
