"""Field `postcode`: five digits in Spain, Poland and the United States."""

from __future__ import annotations

from typing import ClassVar, Literal

from stdnum.es import postal_code

from ivr.fields.field import FixedField, Setting

RANGES = {"PL": ("00001", "99999"), "US": ("00501", "99950")}
"""The lowest and the highest given out; Poland's is typed without its hyphen."""


class PostcodeField(FixedField):
    """As written by the administrator."""

    reasons: ClassVar[tuple[str, ...]] = ("length", "range")
    digits: ClassVar[int] = 5

    type: Literal["postcode"]
    country: Literal["ES", "PL", "US"]

    def fault(self, typed: str, setting: Setting) -> str | None:
        """In Spain the first two digits are a province (01 to 52)."""
        del setting
        if self.country == "ES":
            return None if postal_code.is_valid(typed) else "range"
        lowest, highest = RANGES[self.country]
        return None if lowest <= typed <= highest else "range"
