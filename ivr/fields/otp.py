"""Field `otp`: a one-time code sent to the caller."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ivr.fields.field import FixedField, Setting


class OtpField(FixedField):
    """As written by the administrator."""

    sensitive_type: ClassVar[bool] = True

    type: Literal["otp"]
    length: Annotated[int, Field(ge=4, le=10)] = 6

    def size(self, setting: Setting) -> int:
        """As the client's codes are."""
        del setting
        return self.length
