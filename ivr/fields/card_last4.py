"""Field `card_last4`: the last four digits of a card, which the payment rules allow to be shown (PCI DSS 3.4.1)."""

from __future__ import annotations

from typing import ClassVar, Literal

from ivr.fields.field import FixedField


class CardLast4Field(FixedField):
    """As written by the administrator. Not sensitive by itself; a client that takes it as a secret says so."""

    kind: ClassVar[str] = "card"
    digits: ClassVar[int] = 4

    type: Literal["card_last4"]
