"""Which registered phones are there: those that the profile says are asked, and who does not answer gets no calls."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sip.events import PeerReachable, PeerUnreachable, RegistrationChanged
from sip.qualify import PeerState, QualifyPlan
from sip.stack import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sip.events import PresenceEvent
    from sip.qualify import Peer
    from sip.registrar.location import Binding, Location
    from sip.registrar.settings import QualifyPart
    from sip.stack import Stack


DOUBT = 300.0
"""Seconds until a phone that died in a call is treated like any other again."""
IN_DOUBT = QualifyPlan(every=15.0, timeout=2.0, failures=1, must_answer=True)
"""How a phone is asked that died in a call, until it registers anew."""


class Phones:
    """The phones of all accounts."""

    def __init__(
        self,
        stack: Stack,
        now: Callable[[], float],
        location: Location,
        settings: Callable[[], QualifyPart],
        tell: Callable[[RegistrationChanged], None],
    ) -> None:
        """`tell` hears of each change of the phones of an account that are there."""
        self._stack = stack
        self._now = now
        self._location = location
        self._settings = settings
        self._tell = tell
        self._asked: dict[str, set[str]] = {}
        """The names under which an account's phones are asked."""
        self._account_of: dict[str, str] = {}
        self._gone: set[str] = set()
        """Those of whom it was told that they no longer answer."""

    def find(self, account: str) -> tuple[Binding, ...]:
        """The account's phones that are there, the best first."""
        bindings = self._location.find(account, now=self._now())
        return tuple(each for each in bindings if self._is_there(each))

    def all(self, account: str | None = None) -> Iterator[tuple[float, str, tuple[Binding, ...]]]:
        """The time, and each account (or this one) with its registered phones, there or not."""
        now = self._now()
        for name in sorted(self._location.accounts()) if account is None else (account,):
            bindings = self._location.find(name, now=now)
            if bindings:
                yield now, name, bindings

    def peer(self, binding: Binding) -> Peer | None:
        """What came of asking a phone; None for one that is not asked."""
        return self._stack.peer(_name(binding))

    def hear(self, event: PresenceEvent) -> None:
        """A phone came, went, answers or no longer answers; what is said of others passes by."""
        match event:
            case RegistrationChanged():
                self._ask(event.account, event.bindings)
                there = tuple(each for each in event.bindings if self._is_there(each))
                self._tell(RegistrationChanged(event.account, there, event.reason))
            case PeerUnreachable() if event.peer in self._account_of:
                self._gone.add(event.peer)
                self._pass_on(event.peer, "unreachable")
            case PeerReachable() if event.peer in self._gone:
                self._gone.remove(event.peer)
                self._pass_on(event.peer, "reachable")
            case _:
                pass

    def doubt(self, account: str) -> None:
        """A phone of the account died in a call: ask all of them now; whoever does not answer gets no calls."""
        now = self._now()
        for binding in self._location.find(account, now=now):
            name = _name(binding)
            self._account_of[name] = account
            self._asked.setdefault(account, set()).add(name)
            self._stack.qualify(name, target_of(binding), IN_DOUBT, now=now)
        asyncio.get_running_loop().call_later(DOUBT, self._trust, account)

    def _trust(self, account: str) -> None:
        """Some phones have never heard of OPTIONS: in the end their registration counts again."""
        self._ask(account, self._location.find(account, now=self._now()))
        self._tell(RegistrationChanged(account, self.find(account), "no longer in doubt"))

    def adopt(self) -> None:
        """The settings changed."""
        now = self._now()
        for account in self._location.accounts():
            self._ask(account, self._location.find(account, now=now))

    def _ask(self, account: str, bindings: tuple[Binding, ...]) -> None:
        settings = self._settings()
        wanted = {_name(each): each for each in bindings if settings.wants(each)}
        for name in self._asked.pop(account, set()) - wanted.keys():
            self._stack.stop_qualifying(name)
            del self._account_of[name]
            self._gone.discard(name)
        for name, binding in wanted.items():
            target = target_of(binding)
            self._stack.qualify(name, target, settings.plan, is_known_good=True, now=self._now())
            self._account_of[name] = account
            if self._is_there(binding):
                self._gone.discard(name)
        if wanted:
            self._asked[account] = set(wanted)

    def _pass_on(self, peer: str, reason: str) -> None:
        account = self._account_of[peer]
        self._tell(RegistrationChanged(account, self.find(account), reason))

    def _is_there(self, binding: Binding) -> bool:
        peer = self.peer(binding)
        return peer is None or peer.state is not PeerState.UNREACHABLE


def target_of(binding: Binding) -> Target:
    """How a registered phone is reached."""
    return Target(
        binding.contact,
        binding.destination,
        flow=binding.flow,
        routes=binding.path,
        account=binding.account,
        instance=binding.instance or None,
        profile="internal",
    )


def _name(binding: Binding) -> str:
    return f"phone {binding.account} {binding.reg_id} {binding.contact}"
