"""The calls of the house's own phones, by account, at this moment, as the dialog package (RFC 4235) tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calls.leg_states import LegState
from sip.packages.dialog import DialogInfo, DialogState

if TYPE_CHECKING:
    from collections.abc import Callable

    from calls.leg import Leg

_STATES = {
    LegState.INVITED: DialogState.TRYING,
    LegState.RINGING: DialogState.EARLY,
    LegState.UP: DialogState.CONFIRMED,
    LegState.HELD: DialogState.CONFIRMED,
}


class PhoneCalls:
    """The legs of accounts."""

    __slots__ = ("_legs", "on_change")

    def __init__(self) -> None:
        """Begin without calls."""
        self._legs: dict[str, dict[Leg, DialogState]] = {}
        self.on_change: Callable[[str], None] = lambda account: None
        """Told of each account whose calls are no longer what they were."""

    def follow(self, leg: Leg) -> None:
        """Take note of what a leg has become."""
        if leg.account is None:
            return
        state = _STATES.get(leg.state)
        legs = self._legs.get(leg.account, {})
        if legs.get(leg) is state:
            return
        if state is not None:
            legs[leg] = state
            self._legs[leg.account] = legs
        else:
            del legs[leg]
            if not legs:
                del self._legs[leg.account]
        self.on_change(leg.account)

    def dialogs(self, account: str) -> list[DialogInfo]:
        """The account's calls, the oldest first."""
        return [_info(leg, state) for leg, state in self._legs.get(account, {}).items()]


def _info(leg: Leg, state: DialogState) -> DialogInfo:
    contact, session = leg.contact, leg.session
    calls_us = session.direction == "in"
    return DialogInfo(
        leg.id,
        state,
        is_initiator=calls_us,
        remote=contact.dnis if calls_us else contact.ani,
        display="" if calls_us else contact.display,
        call_id=session.call_id,
        # What is local to the phone is remote to us.
        local_tag=session.remote_tag or "",
        remote_tag=session.local_tag,
    )
