"""A supervisor dials a feature code and the number of an agent's phone, and is in that agent's conversation.

In the call 4 is to listen, 5 to whisper to the agent, 6 to talk with both. Whoever is no supervisor is refused (403).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from calls.events import DigitPressed, LegEnded
from calls.monitor import Monitor, MonitorMode, MonitorOver, conversation
from routing.feature_codes import CODES, KEYS, Wish
from sip import causes

if TYPE_CHECKING:
    from collections.abc import Callable

    from calls.contact import Contact
    from calls.destination import FeatureCode
    from calls.phone_calls import PhoneCalls
    from routing.settings import RoutingConfig

_MODES = {Wish.LISTEN: MonitorMode.LISTEN, Wish.WHISPER: MonitorMode.WHISPER, Wish.BARGE: MonitorMode.BARGE}
_MODE_OF_KEY = {key: _MODES[wish] for key, wish in KEYS.items()}


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
        if not self._may(account, code.argument):
            caller.refuse(403, causes.REJECTED)
            return
        found = conversation(self._calls.legs(code.argument))
        if found is None:
            caller.refuse(480, causes.NO_ANSWER)
            return
        caller.answer()
        talk, agent = found
        monitor = Monitor(talk, agent, caller, account)
        monitor.begin(_MODES[CODES[code.code].wish])
        try:
            while monitor.is_on:
                match await contact.inbox.next():
                    case LegEnded(leg=leg) if leg is caller:
                        break
                    case DigitPressed(digit=digit) if digit in _MODE_OF_KEY:
                        monitor.change(_MODE_OF_KEY[digit])
                    case MonitorOver():
                        break
                    case _:
                        pass
        finally:
            monitor.end()
        contact.outcome = "completed"
        caller.hang_up()

    def _may(self, account: str, monitored: str) -> bool:
        """Whether this account is a supervisor's, and the other one that of an agent of theirs."""
        routing = self._routing()
        supervisor = routing.supervisors.get(account)
        return supervisor is not None and any(
            agent.account == monitored and supervisor.may_monitor(agent) for agent in routing.agents.values()
        )
