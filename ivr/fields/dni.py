"""Field `dni`: the number of a Spanish identity card. Eight digits are typed, the letter follows from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from stdnum.es import dni

from base.secret import Secret
from ivr.fields.field import FixedField, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping


class LetteredField(FixedField):
    """A number whose last letter is computed; the letter alone is read back (`NAME_letter`), so slips are heard."""

    sensitive_type: ClassVar[bool] = True
    digits: ClassVar[int] = 8

    def attributes(self) -> Mapping[str, str]:
        """The letter, one of 23: it tells the caller, and nobody else, whether the digits are right."""
        return {f"{self.name}_letter": "letters"}

    def spoken(self, entry: Secret, setting: Setting) -> dict[str, str]:
        """The letter."""
        return {f"{self.name}_letter": self.value(entry, setting).last(1)}


class DniField(LetteredField):
    """As written by the administrator."""

    type: Literal["dni"]

    def value(self, entry: Secret, setting: Setting) -> Secret:
        """With its letter, as on the card."""
        del setting
        typed = entry.reveal()
        return Secret(typed + dni.calc_check_digit(typed))
