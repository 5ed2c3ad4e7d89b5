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
    from centralita.agents.lamps import Lamps
    from sip.events import RegistrationChanged
    from sip.profile import InternalProfile
    from sip.registrar.location import Location
    from sip.subscriptions.packages.dialog import DialogInfo


class Watching:
    """Tells subscribers what they may know; it is where the packages ask."""

    def __init__(
        self,
        profile: Callable[[], InternalProfile],
        location: Location,
        exchange: Exchange,
        make_lamps: Callable[[Callable[[str], None]], Lamps] | None = None,
    ) -> None:
        """`profile` is asked each time, so that a reload takes effect at once.

        `make_lamps` makes the lamps of agents and queues, given whom to tell of changes; without it there are none.
        """
        self._profile = profile
        self._exchange = exchange
        self.lamps = None if make_lamps is None else make_lamps(self._tell_lamp)
        self._reg = RegPackage(location, lambda: profile().accounts)
        packages = (self._reg, DialogPackage(self), MessageSummaryPackage(self))
        self._packages = {each.name: each for each in packages}
        exchange.phone_calls.on_change = self._tell_lamp
        self.adopt()

    def adopt(self) -> None:
        """Take over the profile as it is now; subscriptions that it no longer allows end."""
        profile = self._profile()
        self._exchange.sip.configure_events(
            EventRules(self._packages, self._allows, profile.subscriptions.limits)
        )
        if self.lamps is not None:
            self.lamps.adopt()

    def _tell_lamp(self, resource: str) -> None:
        self._exchange.sip.tell_change("dialog", resource)

    def _allows(self, watcher: str, package: str, resource: str) -> bool:
        """As the profile says; an agent whose phone may watch only itself still sees the lamps of his or her work."""
        profile = self._profile()
        if profile.allows_watching(watcher, package, resource):
            return True
        if self.lamps is None or package != "dialog" or watcher not in profile.accounts:
            return False
        return resource not in profile.accounts and self.lamps.may_watch(watcher, resource)

    def registration_changed(self, event: RegistrationChanged) -> None:
        """An account's phones came or went; whether they answer just now is no matter of their registration."""
        if event.reason in ("reachable", "unreachable"):
            return
        self._reg.heard(event)
        self._exchange.sip.tell_change("reg", event.account)

    def knows(self, resource: str) -> bool:
        """Whether there is an account or a lamp of that name."""
        if resource in self._profile().accounts:
            return True
        return self.lamps is not None and self.lamps.knows(resource)

    def dialogs(self, resource: str) -> Sequence[DialogInfo]:
        """The account's calls, or what the lamp of an agent or a queue shows."""
        if self.lamps is not None and resource not in self._profile().accounts:
            return self.lamps.dialogs(resource)
        return self._exchange.phone_calls.dialogs(resource)

    def find(self, account: str) -> Mailbox | None:
        """The account's mailbox: there is no voicemail yet, so it is empty."""
        return Mailbox() if account in self._profile().accounts else None

    def close(self) -> None:
        """Disarm."""
        if self.lamps is not None:
            self.lamps.close()
