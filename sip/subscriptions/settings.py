"""What internal.yaml says of subscriptions: how long, how many, and who may watch whose calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from base.document import Part
from base.durations import Seconds
from sip.subscriptions.event_package import SubscriptionLimits

if TYPE_CHECKING:
    from typing import Self

Watch = Literal["self", "house"]
"""Whose calls an account may watch: its own, or those of all accounts of the house."""
HOUR = 3600.0


class SubscriptionsPart(Part):
    """How long a subscription lasts, and how many there may be."""

    minimum: Seconds = 60.0
    maximum: Seconds = HOUR
    per_account: Annotated[int, Field(ge=1)] = 200
    total: Annotated[int, Field(ge=1)] = 20000
    pause: Annotated[Seconds, Field(ge=0.1, le=5.0)] = 0.5
    """Between two messages that tell one subscriber of changes."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not 1 <= self.minimum <= self.maximum:
            raise ValueError("minimum and maximum must not be less than one another in this order")
        if self.minimum >= HOUR:
            # Only what is shorter than an hour may be refused as too brief (RFC 6665 s.4.2.1.1).
            raise ValueError("minimum must be less than 1h: phones may ask for an hour")
        return self

    @property
    def limits(self) -> SubscriptionLimits:
        """As the notifier takes them."""
        return SubscriptionLimits(
            int(self.minimum), int(self.maximum), self.per_account, self.total, self.pause
        )
