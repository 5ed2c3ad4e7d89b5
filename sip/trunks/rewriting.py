"""Numbers as a carrier writes them, to E.164 (+34910000001) on the way in and from it on the way out.

Simple and explicit: no table of the world's numbering plans. Emergency and other short numbers stay as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from base.document import Part
from sip.profile_values import CallingCode, Digits

if TYPE_CHECKING:
    from typing import Self

Form = Literal["as_is", "e164_plus", "e164", "national", "international_00"]
"""+34910000001, 34910000001, 910000001, 0034910000001; as_is changes nothing."""

SHORT = 6
"""Digits of a number that is dialled as it stands: 112, a directory service, an extension."""
_SEPARATORS = str.maketrans("", "", " -.()/")


class Rule(Part):
    """Numbers that begin so lose as many digits in front and get others instead."""

    begins: Digits
    strip: Annotated[int, Field(ge=0, le=32)] = 0
    add: Annotated[str, Field(pattern=r"^\+?[\d*#]{0,32}$")] = ""

    def apply(self, number: str) -> str:
        """The number changed."""
        return self.add + number[self.strip :]


class NumbersPart(Part):
    """How a carrier writes numbers. The first rule that fits is used; where none does, the form."""

    country: CallingCode | None = None
    """Calling code of numbers written without one."""
    trunk_prefix: Annotated[str, Field(pattern=r"^\d{1,3}$")] | None = None
    """What stands before national numbers when they are dialled, such as 0."""
    incoming: Form = "as_is"
    outgoing: Form = "e164_plus"
    incoming_rules: tuple[Rule, ...] = ()
    outgoing_rules: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _has_country(self) -> Self:
        if self.country is None and "national" in (self.incoming, self.outgoing):
            raise ValueError('national numbers need to know of what country: country: "34"')
        return self

    def received(self, written: str) -> str:
        """A number from the carrier, as the number plan has it. What is no number stays as it is."""
        number = written.partition(";")[0].translate(_SEPARATORS)
        if not _is_number(number):
            return written
        for rule in self.incoming_rules:
            if number.startswith(rule.begins):
                return rule.apply(number)
        if self.incoming == "as_is" or number.startswith("+") or len(number) <= SHORT:
            return number
        if number.startswith("00"):
            return "+" + number[2:]
        if self.incoming == "e164":
            return "+" + number
        if self.incoming == "national":
            return f"+{self.country}{number.removeprefix(self.trunk_prefix or '')}"
        return number

    def sent(self, number: str) -> str:
        """A number of ours as the carrier wants it."""
        for rule in self.outgoing_rules:
            if number.startswith(rule.begins):
                return rule.apply(number)
        if not number.startswith("+") or not _is_number(number):
            return number
        digits = number[1:]
        match self.outgoing:
            case "e164":
                return digits
            case "international_00":
                return "00" + digits
            case "national":
                if self.country is not None and digits.startswith(self.country):
                    return (self.trunk_prefix or "") + digits[len(self.country) :]
                return "00" + digits
            case "as_is" | "e164_plus":
                return number


def _is_number(text: str) -> bool:
    digits = text.removeprefix("+")
    return digits.isascii() and digits.isdigit()
