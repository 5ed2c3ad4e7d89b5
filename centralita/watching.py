"""What phones may subscribe to: registrations, calls and messages of the house's accounts, and who may watch whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.subscriptions.event_package import EventRules
from sip.subscriptions.packages.dialog import DialogPackage
from sip.subscriptions.packages.message_summary import Mailbox, MessageSummaryPackage
from sip.subscriptions.packages.reg import RegPackage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from calls.exchange import Exchange
    from sip.events import RegistrationChanged
    from sip.profile import InternalProfile
    from sip.registrar.location import Location
    from sip.subscriptions.packages.dialog import DialogInfo


class Watching:
    """Tells subscribers what they may know; it is where the packages ask."""

    def __init__(
        self, profile: Callable[[], InternalProfile], location: Location, exchange: Exchange
    ) -> None:
        """`profile` is asked each time, so that a reload takes effect at once."""
        self._profile = profile
        self._exchange = exchange
        self._reg = RegPackage(location, lambda: profile().accounts)
        packages = (self._reg, DialogPackage(self), MessageSummaryPackage(self))
        self._packages = {each.name: each for each in packages}
        exchange.phone_calls.on_change = lambda account: exchange.sip.tell_change("dialog", account)
        self.adopt()

    def adopt(self) -> None:
        """Take over the profile as it is now; subscriptions that it no longer allows end."""
        profile = self._profile()
        self._exchange.sip.configure_events(
            EventRules(self._packages, profile.allows_watching, profile.subscriptions.limits)
        )

    def registration_changed(self, event: RegistrationChanged) -> None:
        """An account's phones came or went; whether they answer just now is no matter of their registration."""
        if event.reason in ("reachable", "unreachable"):
            return
        self._reg.heard(event)
        self._exchange.sip.tell_change("reg", event.account)

    def knows(self, resource: str) -> bool:
        """Whether there is an account of that name."""
        return resource in self._profile().accounts

    def dialogs(self, resource: str) -> Sequence[DialogInfo]:
        """The account's calls."""
        return self._exchange.phone_calls.dialogs(resource)

    def find(self, account: str) -> Mailbox | None:
        """The account's mailbox: there is no voicemail yet, so it is empty."""
        return Mailbox() if self.knows(account) else None
