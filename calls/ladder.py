"""Ladders: each SIP message of a call becomes an event of its leg, found by Call-ID.

What is kept of a message is a summary; its text, less its secrets, where that is asked for.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from sip.capture.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Callable

    from calls.events import Record
    from calls.leg import Leg
    from sip.events import MessageTraced

_RECENT = 4096
"""Ended calls whose last messages (the answer to our BYE) still find their ladder."""


class Ladders:
    """The ladders of one exchange."""

    __slots__ = ("_early", "_legs", "_recent", "_record", "in_full")

    def __init__(self, record: Record, in_full: Callable[[], bool]) -> None:
        """`in_full` is asked at each message whether its text is kept."""
        self._record = record
        self.in_full = in_full
        self._legs: dict[str, Leg] = {}
        self._early: OrderedDict[str, list[MessageTraced]] = OrderedDict()
        self._recent: OrderedDict[str, tuple[str, str]] = OrderedDict()

    def keep(self, leg: Leg) -> None:
        """A leg begins; what came before it was made is its own."""
        self._legs[leg.session.call_id] = leg
        for row in self._early.pop(leg.session.call_id, ()):
            self.trace(row)

    def forget(self, leg: Leg) -> None:
        """The leg is over, but its last messages still reach its ladder."""
        self._legs.pop(leg.session.call_id, None)
        self._recent[leg.session.call_id] = (leg.contact.id, leg.id)
        if len(self._recent) > _RECENT:
            self._recent.popitem(last=False)

    def drop(self, call_id: str) -> None:
        """No leg comes of this call."""
        self._early.pop(call_id, None)

    def trace(self, row: MessageTraced) -> None:
        """One message."""
        leg = self._legs.get(row.call_id)
        if leg is not None:
            contact, leg_id = leg.contact.id, leg.id
        elif row.call_id in self._recent:
            contact, leg_id = self._recent[row.call_id]
        else:
            self._early.setdefault(row.call_id, []).append(row)
            if len(self._early) > _RECENT:
                self._early.popitem(last=False)
            return
        data: dict[str, object] = {"sent": row.sent, "peer": row.flow.peer, "summary": row.summary}
        if self.in_full():
            data["transport"] = row.flow.transport
            data["local"] = row.flow._replace(remote=row.flow.local).peer
            data["text"] = redacted(row.data).decode("utf-8", "backslashreplace")
        self._record(contact, leg_id, "leg.message", data)
