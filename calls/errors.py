"""What can go wrong while calls are controlled."""

from __future__ import annotations

from base.errors import CentralitaError


class CallsError(CentralitaError):
    """Root of this package's errors."""

    code = "call_failed"


class LegGone(CallsError):
    """The leg ended before what was asked of it could be done."""

    code = "leg_gone"
    status = 487
    cause = 16
