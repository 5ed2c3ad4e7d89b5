"""Field `digits`: a plain number such as an invoice or order number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from ivr.collect import Grammar
from ivr.fields.field import BaseField, Setting

if TYPE_CHECKING:
    from base.secret import Secret
    from ivr.manners import Manners

Count = Annotated[int, Field(ge=1, le=30)]


class DigitsField(BaseField):
    """As written by the administrator."""

    type: Literal["digits"]
    min_digits: Count = 1
    max_digits: Count = 30

    @model_validator(mode="after")
    def _in_order(self) -> DigitsField:
        if self.min_digits > self.max_digits:
            raise ValueError("min_digits is more than max_digits")
        return self

    def grammar(self, manners: Manners, setting: Setting) -> Grammar:
        """Ends by terminator, pause or its greatest length."""
        del setting
        return Grammar(maximum=self.max_digits, terminator=manners.terminator, cancel=manners.cancel_key)

    def refusal(self, entry: Secret, setting: Setting) -> str | None:
        """Its length."""
        del setting
        return None if self.min_digits <= len(entry) <= self.max_digits else "length"
