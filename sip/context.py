"""What all parts of one endpoint share: timers, identifiers, transactions, output, events, the tables of sessions."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from base.timers import Timers
from sip.checks import ALLOW, ALLOW_EVENTS, SUPPORTED
from sip.dialog import contact_for
from sip.events import MessageTraced
from sip.locating.avoidance import Avoided
from sip.protection.overload import Overload, OverloadLimits
from sip.session.expires import usual
from sip.session.reliable import usual_reliability
from sip.transaction.layer import TransactionLayer
from sip.trunks.keep_alive import Keepers
from sip.values import COOKIE

if TYPE_CHECKING:
    from collections.abc import Callable

    from base.ids import Ids
    from sip.events import Event
    from sip.flow import Address, Flow
    from sip.flows import Flows
    from sip.message import Extra
    from sip.session.expires import TimerPolicy
    from sip.session.reliable import Reliability
    from sip.session.session import Session
    from sip.transaction.layer import TimerKey

DialogKey = tuple[str, str]
"""Call-ID and our tag; the peer's tag is compared by the session."""


class Context:
    """One endpoint's shared state. The stack makes it; sessions work in it."""

    __slots__ = (
        "avoided",
        "callers",
        "calls",
        "contacts",
        "events",
        "flows",
        "ids",
        "keepers",
        "layer",
        "output",
        "overload",
        "product",
        "reading",
        "reliability",
        "sessions",
        "timers",
        "timing",
    )

    def __init__(
        self,
        ids: Ids,
        flows: Flows,
        *,
        product: str,
        timing: Callable[[str], TimerPolicy] = usual,
        reliability: Callable[[str], Reliability] = usual_reliability,
    ) -> None:
        """Begin empty; `timing` gives the session timers of a profile, `reliability` its use of 100rel."""
        self.ids = ids
        self.product = product
        self.timing = timing
        self.reliability = reliability
        self.timers: Timers[TimerKey] = Timers()
        self.flows = flows
        self.layer = TransactionLayer(self.timers, ids, self.send, flows)
        self.reading = b""
        """The message that is being read."""
        self.output: list[tuple[bytes, Flow]] = []
        self.events: deque[Event] = deque()
        self.sessions: dict[DialogKey, Session] = {}
        self.calls: dict[str, int] = {}
        self.callers = 0
        """How many calls came in and are in progress."""
        self.overload = Overload(OverloadLimits(), ids)
        self.avoided = Avoided()
        self.keepers = Keepers()
        self.contacts: dict[tuple[str, Address, bool], Extra] = {}

    def send(self, data: bytes, flow: Flow, call_id: str, summary: str, now: float) -> None:
        """Queue a datagram; a row for the ladder if its call is one of ours."""
        self.output.append((data, flow))
        if call_id in self.calls:
            self.events.append(MessageTraced(call_id, sent=True, flow=flow, summary=summary, data=data))

    def received(self, flow: Flow, call_id: str, summary: str) -> None:
        """A row for the ladder."""
        self.events.append(MessageTraced(call_id, sent=False, flow=flow, summary=summary, data=self.reading))

    def branch(self) -> str:
        """A fresh branch."""
        return COOKIE + self.ids.token()

    def dialog_headers(self, flow: Flow, *, secure: bool = False) -> Extra:
        """Contact, Allow, Supported and Allow-Events as every message that makes or refreshes a dialog carries them.

        In a `secure` dialog, one with a SIPS URI, our Contact is one too.
        """
        key = flow.transport, flow.local, secure
        found = self.contacts.get(key)
        if found is None:
            found = self.contacts[key] = (
                ("Contact", contact_for(flow, secure=secure)),
                ("Allow", ALLOW),
                ("Supported", SUPPORTED),
                ("Allow-Events", ALLOW_EVENTS),
            )
        return found

    def add(self, session: Session) -> None:
        """Keep a session."""
        self.sessions[(session.call_id, session.local_tag)] = session
        self.calls[session.call_id] = self.calls.get(session.call_id, 0) + 1
        self.callers += session.direction == "in"

    def remove(self, session: Session) -> None:
        """Forget a session."""
        if self.sessions.pop((session.call_id, session.local_tag), None) is None:
            return
        self.callers -= session.direction == "in"
        left = self.calls[session.call_id] - 1
        if left:
            self.calls[session.call_id] = left
        else:
            del self.calls[session.call_id]
