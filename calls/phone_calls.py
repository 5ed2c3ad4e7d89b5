"""The calls of the house's own phones, by account, at this moment, as the dialog package (RFC 4235) tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calls.leg_states import LegState
from sip.subscriptions.packages.dialog import DialogInfo, DialogState

if TYPE_CHECKING:
    from collections.abc import Callable

    from calls.leg import Leg

STATES = {
    LegState.INVITED: DialogState.TRYING,
    LegState.RINGING: DialogState.EARLY,
    LegState.EARLY: DialogState.EARLY,
    LegState.UP: DialogState.CONFIRMED,
    LegState.HELD: DialogState.CONFIRMED,
}


class PhoneCalls:
    """The legs of accounts."""

    __slots__ = ("_calls", "_count", "on_change")

    def __init__(self) -> None:
        """Begin without calls."""
        self._calls: dict[str, dict[Leg, tuple[int, LegState]]] = {}
        """The legs of each account, each with a number that stays the same in whatever contact it is."""
        self._count = 0
        self.on_change: Callable[[str], None] = lambda account: None
        """Told of each account whose calls are no longer what they were."""

    def follow(self, leg: Leg) -> None:
        """Take note of what a leg has become."""
        if leg.account is None:
            return
        calls = self._calls.get(leg.account, {})
        number, before = calls.get(leg, (0, LegState.ENDED))
        if before is leg.state:
            return
        if leg.has_ended:
            del calls[leg]
            if not calls:
                del self._calls[leg.account]
        else:
            if not number:
                self._count = number = self._count + 1
            calls[leg] = (number, leg.state)
            self._calls[leg.account] = calls
        self.on_change(leg.account)

    def legs(self, account: str) -> list[Leg]:
        """The account's legs, the oldest first."""
        return list(self._calls.get(account, ()))

    def dialogs(self, account: str) -> list[DialogInfo]:
        """The account's calls, the oldest first."""
        calls = self._calls.get(account, {})
        return [_info(leg, number, state) for leg, (number, state) in calls.items()]


def _info(leg: Leg, number: int, state: LegState) -> DialogInfo:
    contact, session = leg.contact, leg.session
    early = session.early.latest if session.dialog is None and session.early is not None else None
    calls_us = session.direction == "in"
    # Who calls and does not want to be known (RFC 3323) is not known to those who look on either.
    shown = not contact.is_private and not contact.is_hidden
    return DialogInfo(
        str(number),
        STATES[state],
        is_initiator=calls_us,
        remote=contact.dnis if calls_us else contact.ani if shown else "",
        display=contact.display if shown and not calls_us else "",
        call_id=session.call_id,
        # What is local to the phone is remote to us.
        local_tag=(early.dialog.remote_tag if early is not None else session.remote_tag) or "",
        remote_tag=session.local_tag,
        is_holding=state is LegState.HELD,
    )
