"""Field `pesel`: the number of a person in Poland, eleven digits that begin with the date of birth."""

from __future__ import annotations

from typing import ClassVar, Literal

from stdnum.exceptions import InvalidComponent
from stdnum.pl import pesel

from ivr.fields.field import FixedField, Setting


class PeselField(FixedField):
    """As written by the administrator."""

    sensitive_type: ClassVar[bool] = True
    reasons: ClassVar[tuple[str, ...]] = ("length", "checksum", "calendar", "future")
    digits: ClassVar[int] = 11

    type: Literal["pesel"]

    def fault(self, typed: str, setting: Setting) -> str | None:
        """Check digit, then a birth that has happened; the month tells the century (21 is January of 20xx)."""
        if pesel.calc_check_digit(typed[:-1]) != typed[-1]:
            return "checksum"
        try:
            born = pesel.get_birth_date(typed)
        except InvalidComponent:
            return "calendar"
        return "future" if born > setting.today else None
