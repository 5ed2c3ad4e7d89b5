"""Field `ssn_last4`: the last four digits of a United States social security number, never 0000."""

from __future__ import annotations

from typing import ClassVar, Literal

from ivr.fields.field import FixedField, Setting


class SsnLast4Field(FixedField):
    """As written by the administrator."""

    sensitive_type: ClassVar[bool] = True
    reasons: ClassVar[tuple[str, ...]] = ("length", "number")
    digits: ClassVar[int] = 4

    type: Literal["ssn_last4"]

    def fault(self, typed: str, setting: Setting) -> str | None:
        """The serial number 0000 was never given out."""
        del setting
        return "number" if typed == "0000" else None
