"""`session_timer` of a profile (RFC 4028), as administrators write it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import model_validator

from base.document import Part
from base.durations import Seconds
from sip.session.expires import LEAST, TimerPolicy

if TYPE_CHECKING:
    from typing import Self


class SessionTimerPart(Part):
    """How long a call may go on without a sign that the other end is still there."""

    expires: Seconds = 1800.0
    minimum: Seconds = float(LEAST)
    refresher: Literal["any", "us", "peer"] = "any"

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.minimum < LEAST:
            raise ValueError(f"minimum must not be below {LEAST}s (RFC 4028 s.4)")
        if not self.minimum <= self.expires <= 86400:
            raise ValueError("expires must lie between minimum and 24h")
        return self

    @property
    def policy(self) -> TimerPolicy:
        """As the stack takes it."""
        return TimerPolicy(int(self.expires), int(self.minimum), self.refresher)
