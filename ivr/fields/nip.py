"""Field `nip`: the tax number of a Polish company, ten digits. It stands on every invoice, so it is not sensitive."""

from __future__ import annotations

from typing import ClassVar, Literal

from stdnum.pl import nip

from ivr.fields.field import FixedField, Setting


class NipField(FixedField):
    """As written by the administrator."""

    reasons: ClassVar[tuple[str, ...]] = ("length", "checksum")
    digits: ClassVar[int] = 10

    type: Literal["nip"]

    def fault(self, typed: str, setting: Setting) -> str | None:
        """Weights 6 5 7 2 3 4 5 6 7 modulo 11; ten zeros pass the sum and are no number."""
        del setting
        return None if nip.is_valid(typed) and typed.strip("0") else "checksum"
