"""Field `cvv`: the security code on the card, three digits (four on American Express)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from ivr.collect import Grammar
from ivr.fields.field import BaseField

if TYPE_CHECKING:
    from datetime import date

    from base.secret import Secret
    from ivr.manners import Manners


class CvvField(BaseField):
    """As written by the administrator. It is wiped with the answer of the back end (PCI DSS 3.3.1)."""

    sensitive_type: ClassVar[bool] = True

    type: Literal["cvv"]

    def grammar(self, manners: Manners) -> Grammar:
        """Four digits at most; three end by terminator or pause."""
        return Grammar(maximum=4, terminator=manners.terminator, cancel=manners.cancel_key)

    def refusal(self, entry: Secret, *, today: date) -> str | None:
        """Three or four digits."""
        return None if len(entry) in (3, 4) else "length"
