"""Field `cvv`: the security code on the card, three digits (four on American Express)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from ivr.collect import Grammar
from ivr.fields.card_number import code_length
from ivr.fields.field import BaseField, Setting

if TYPE_CHECKING:
    from base.secret import Secret
    from ivr.manners import Manners

LENGTHS = (3, 4)


class CvvField(BaseField):
    """As written by the administrator. It is wiped with the answer of the back end (PCI DSS 3.3.1)."""

    sensitive_type: ClassVar[bool] = True

    type: Literal["cvv"]

    def grammar(self, manners: Manners, setting: Setting) -> Grammar:
        """Whole at the length of the card typed before it; without one, three end by terminator or pause."""
        return Grammar(
            maximum=max(_lengths(setting.card)), terminator=manners.terminator, cancel=manners.cancel_key
        )

    def refusal(self, entry: Secret, setting: Setting) -> str | None:
        """As many digits as the card's scheme prints."""
        return None if len(entry) in _lengths(setting.card) else "length"


def _lengths(card: Secret | None) -> tuple[int, ...]:
    return (code_length(card),) if card else LENGTHS
