"""Field `account`: the client company's own account or customer number, by its lengths and its check digits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field
from stdnum import luhn
from stdnum.iso7064 import mod_11_10, mod_97_10

from ivr.collect import Grammar
from ivr.fields.field import BaseField, Setting

if TYPE_CHECKING:
    from base.secret import Secret
    from ivr.manners import Manners

LONGEST = 30
CHECKS = {"luhn": luhn.is_valid, "mod97": mod_97_10.is_valid, "mod11": mod_11_10.is_valid}
"""`mod97` and `mod11` are MOD 97-10 and MOD 11,10 of ISO/IEC 7064: their check digits are always figures."""


class AccountField(BaseField):
    """As written by the administrator."""

    reasons: ClassVar[tuple[str, ...]] = ("length", "range", "checksum")

    type: Literal["account"]
    lengths: tuple[Annotated[int, Field(ge=1, le=LONGEST)], ...] = ()
    """The numbers of digits there are; left out, any."""
    begins: tuple[Annotated[str, Field(pattern=r"^[0-9]+$")], ...] = ()
    """The first digits there are; left out, any."""
    check: Literal["luhn", "mod97", "mod11"] | None = None

    def grammar(self, manners: Manners, setting: Setting) -> Grammar:
        """Whole at its greatest length."""
        del setting
        return Grammar(
            maximum=max(self.lengths, default=LONGEST),
            terminator=manners.terminator,
            cancel=manners.cancel_key,
        )

    def refusal(self, entry: Secret, setting: Setting) -> str | None:
        """Length, first digits, then check digits."""
        del setting
        if not entry or (self.lengths and len(entry) not in self.lengths):
            return "length"
        typed = entry.reveal()
        if self.begins and not typed.startswith(self.begins):
            return "range"
        return "checksum" if self.check is not None and not CHECKS[self.check](typed) else None
