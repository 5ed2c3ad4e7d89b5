"""Field `amount`: whole units, `*` as the decimal mark; held and sent in minor units."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, model_validator

from base.secret import Secret
from ivr.collect import Grammar
from ivr.fields.field import BaseField, Setting

if TYPE_CHECKING:
    from ivr.manners import Manners

MARK = "*"
_FORM = re.compile(r"([0-9]{1,7})(?:\*([0-9]{1,2})?)?")


class AmountField(BaseField):
    """As written by the administrator; `least` and `most` are in minor units (all three currencies have hundredths)."""

    kind: ClassVar[str] = "money"
    reasons: ClassVar[tuple[str, ...]] = ("length", "form", "least", "most")

    type: Literal["amount"]
    currency: Literal["EUR", "PLN", "USD"]
    # Strict: 300.00 would be three euros, not what whoever wrote it meant.
    least: int = Field(default=1, ge=1, strict=True)
    most: int = Field(default=999_999_99, le=999_999_99, strict=True)

    @model_validator(mode="after")
    def _in_order(self) -> AmountField:
        if self.least > self.most:
            raise ValueError("least is more than most")
        return self

    def grammar(self, manners: Manners, setting: Setting) -> Grammar:
        """Digits and the mark; where the mark's key cancels elsewhere, it is pressed twice here."""
        del setting
        return Grammar(
            maximum=10,
            terminator=manners.terminator if manners.terminator != MARK else "",
            cancel=MARK * 2 if manners.cancel_key == MARK else manners.cancel_key,
            accepts="0123456789" + MARK,
        )

    def refusal(self, entry: Secret, setting: Setting) -> str | None:
        """A sum within the limits."""
        del setting
        if not entry:
            return "length"
        minor = minor_units(entry.reveal())
        if minor is None:
            return "form"
        if minor < self.least:
            return "least"
        return "most" if minor > self.most else None

    def value(self, entry: Secret, setting: Setting) -> Secret:
        """Minor units."""
        del setting
        return Secret(str(minor_units(entry.reveal())))

    def spoken(self, entry: Secret, setting: Setting) -> dict[str, str]:
        """The sum with its currency."""
        return {name: f"{sum_} {self.currency}" for name, sum_ in super().spoken(entry, setting).items()}

    def submitted(self, entry: Secret, setting: Setting) -> dict[str, Secret | str]:
        """Minor units and currency."""
        return {**super().submitted(entry, setting), "currency": self.currency}


def minor_units(typed: str) -> int | None:
    """`12`, `12*`, `12*5` and `12*50` as 1200, 1200, 1250 and 1250; None for anything else."""
    form = _FORM.fullmatch(typed)
    if form is None:
        return None
    return int(form[1]) * 100 + int((form[2] or "").ljust(2, "0"))
