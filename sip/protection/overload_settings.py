"""The part `overload` of centre.yaml: beyond which load new calls are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from base.document import Part
from base.durations import Seconds
from sip.protection.overload import OverloadLimits

if TYPE_CHECKING:
    from typing import Self


class RetryPart(Part):
    """Between which times refused callers are told to come back."""

    least: Annotated[Seconds, Field(ge=1, le=3600)] = 5.0
    most: Annotated[Seconds, Field(ge=1, le=3600)] = 20.0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.least > self.most:
            raise ValueError("least must not be more than most")
        return self


class OverloadPart(Part):
    """Limits of new calls; 0 is no limit."""

    max_calls: Annotated[int, Field(ge=0)] = 0
    calls_per_second: Annotated[float, Field(ge=0)] = 0.0
    max_lag: Seconds = 0.2
    """How late the node may be with its work."""
    max_cpu: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Share of one processor that signalling may take, such as 0.9."""
    retry_after: RetryPart = RetryPart()

    @property
    def limits(self) -> OverloadLimits:
        """As overload control takes them."""
        between = (int(self.retry_after.least), int(self.retry_after.most))
        return OverloadLimits(self.max_calls, self.calls_per_second, self.max_lag, self.max_cpu, between)
