"""Field `nie`: the number of a foreigner in Spain. Its first letter is typed as 0 (X), 1 (Y) or 2 (Z)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from stdnum.es import nie

from base.secret import Secret
from ivr.fields.dni import LetteredField

if TYPE_CHECKING:
    from ivr.fields.field import Setting

FIRST = {"0": "X", "1": "Y", "2": "Z"}


class NieField(LetteredField):
    """As written by the administrator."""

    reasons: ClassVar[tuple[str, ...]] = ("length", "first")

    type: Literal["nie"]

    def fault(self, typed: str, setting: Setting) -> str | None:
        """The first letter is X, Y or Z."""
        del setting
        return None if typed[0] in FIRST else "first"

    def value(self, entry: Secret, setting: Setting) -> Secret:
        """With both letters, as on the card."""
        del setting
        typed = entry.reveal()
        number = FIRST[typed[0]] + typed[1:]
        return Secret(number + nie.calc_check_digit(number))
