"""Field `amount`: whole units, `*` as the decimal mark; held and sent in minor units."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from ivr.collect import Grammar
from ivr.fields.field import BaseField

if TYPE_CHECKING:
    from datetime import date

    from base.secret import Secret
    from ivr.manners import Manners

MARK = "*"
_FORM = re.compile(r"([0-9]{1,7})(?:\*([0-9]{1,2})?)?")


class AmountField(BaseField):
    """As written by the administrator; `least` and `most` are in minor units."""

    reasons: ClassVar[tuple[str, ...]] = ("length", "form", "least", "most")

    type: Literal["amount"]
    currency: Literal["EUR", "PLN", "USD"]
    least: int = Field(default=1, ge=1)
    most: int = Field(default=999_999_99, le=999_999_99)

    def grammar(self, manners: Manners) -> Grammar:
        """Digits and the mark; the cancel key gives way to the mark."""
        return Grammar(maximum=10, terminator=manners.terminator, accepts="0123456789" + MARK)

    def refusal(self, entry: Secret, *, today: date) -> str | None:
        """A sum within the limits."""
        if not entry:
            return "length"
        minor = minor_units(entry.reveal())
        if minor is None:
            return "form"
        if minor < self.least:
            return "least"
        return "most" if minor > self.most else None

    def spoken(self, entry: Secret) -> dict[str, str]:
        """The sum with its currency."""
        return {self.name: f"{minor_units(entry.reveal())} {self.currency}"}

    def submitted(self, entry: Secret) -> dict[str, Secret | str]:
        """Minor units and currency."""
        return {self.name: str(minor_units(entry.reveal())), "currency": self.currency}


def minor_units(typed: str) -> int | None:
    """`12`, `12*`, `12*5` and `12*50` as 1200, 1200, 1250 and 1250; None for anything else."""
    form = _FORM.fullmatch(typed)
    if form is None:
        return None
    return int(form[1]) * 100 + int((form[2] or "").ljust(2, "0"))
