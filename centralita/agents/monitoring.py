"""A supervisor dials a feature code and the number of an agent's phone, and is in that agent's conversation.

In the call 4 is to listen, 5 to whisper to the agent, 6 to talk with both, 7 to take over. Whoever is no supervisor is
refused (403).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from calls.acts import ActRefused, NotAllowed, NotNow
from calls.events import DigitPressed, LegEnded
from calls.monitor import ModeAsked, Monitor, MonitorMode, MonitorOver, conversation
from routing.feature_codes import CODES, KEYS, Wish
from sip import causes

if TYPE_CHECKING:
    from collections.abc import Callable

    from calls.contact import Contact
    from calls.destination import FeatureCode
    from calls.leg import Leg
    from calls.phone_calls import PhoneCalls
    from calls.talk import Talk
    from routing.settings import RoutingConfig

_MODES = {Wish.LISTEN: MonitorMode.LISTEN, Wish.WHISPER: MonitorMode.WHISPER, Wish.BARGE: MonitorMode.BARGE}
TAKEN_OVER = "took_over"
"""The outcome of a supervisor's own call: it goes on in the contact of the caller."""


class NotMonitored(ActRefused):
    """The agent is in no conversation."""

    code = "not_in_conversation"
    status = 480
    cause = causes.NO_ANSWER


class Monitoring:
    """Serves supervisors."""

    def __init__(self, calls: PhoneCalls, routing: Callable[[], RoutingConfig]) -> None:
        """`calls` knows who talks on which phone; `routing` gives agents and supervisors of this moment."""
        self._calls = calls
        self._routing = routing

    async def serve(self, contact: Contact, code: FeatureCode) -> None:
        """Until the supervisor hangs up, or the conversation is over."""
        caller = contact.caller
        if caller is None:
            return
        account = contact.account or ""
        try:
            self.check(account, code.argument)
            found = conversation(self._calls.legs(code.argument))
            if found is None:
                raise NotMonitored("this agent is in no conversation")
        except ActRefused as error:
            caller.refuse(error.status, error.cause)
            return
        caller.answer()
        await self.attend(contact, caller, found, account, _MODES.get(CODES[code.code].wish))

    async def attend(
        self, contact: Contact, leg: Leg, found: tuple[Talk, Leg], account: str, mode: MonitorMode | None
    ) -> None:
        """A supervisor's answered leg in a conversation, until either is over. Without a mode it takes over at once."""
        monitor = Monitor(*found, leg, account)
        monitor.begin(mode or MonitorMode.LISTEN)
        try:
            if mode is None and self._take_over(contact, monitor):
                return
            while monitor.is_on:
                match await contact.inbox.next():
                    case LegEnded(leg=gone) if gone is leg:
                        break
                    case DigitPressed(digit=digit) if digit in KEYS:
                        wanted = _MODES.get(KEYS[digit])
                        if wanted is not None:
                            monitor.change(wanted)
                        elif self._take_over(contact, monitor):
                            return
                    case ModeAsked(mode=asked) if asked is not None:
                        monitor.change(asked)
                    case ModeAsked():
                        if self._take_over(contact, monitor):
                            return
                    case MonitorOver():
                        break
                    case _:
                        pass
        finally:
            monitor.end()
        contact.outcome = "completed"
        leg.hang_up()

    def check(self, account: str, monitored: str | None) -> None:
        """Whether this account is a supervisor's, and the other one that of an agent of theirs. Raises NotAllowed."""
        routing = self._routing()
        supervisor = routing.supervisors.get(account)
        theirs = [each for each in routing.agents.values() if each.account == monitored is not None]
        if supervisor is None or not any(supervisor.may_monitor(agent) for agent in theirs):
            raise NotAllowed(f"{account or 'this phone'} is no supervisor of that agent")

    def _take_over(self, contact: Contact, monitor: Monitor) -> bool:
        try:
            monitor.take_over()
        except NotNow:
            return False
        contact.outcome, contact.caller = TAKEN_OVER, None
        return True
