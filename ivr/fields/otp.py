"""Field `otp`: a one-time code sent to the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from ivr.collect import Grammar
from ivr.fields.field import BaseField

if TYPE_CHECKING:
    from datetime import date

    from base.secret import Secret
    from ivr.manners import Manners


class OtpField(BaseField):
    """As written by the administrator."""

    sensitive_type: ClassVar[bool] = True

    type: Literal["otp"]
    length: Annotated[int, Field(ge=4, le=10)] = 6

    def grammar(self, manners: Manners) -> Grammar:
        """Whole at its length."""
        return Grammar(maximum=self.length, terminator=manners.terminator, cancel=manners.cancel_key)

    def refusal(self, entry: Secret, *, today: date) -> str | None:
        """Its length."""
        return None if len(entry) == self.length else "length"
