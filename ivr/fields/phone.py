"""Field `phone`: a telephone number, typed as people dial it in its country or with the prefix for abroad."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import phonenumbers
from phonenumbers import (
    NumberParseException,
    PhoneMetadata,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
)
from pydantic import AfterValidator

from base.secret import Secret
from ivr.collect import Grammar
from ivr.fields.field import BaseField, Setting

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

    from ivr.manners import Manners

SHORTEST = 4
LONGEST = 18
"""Fifteen digits (ITU-T E.164) after the longest prefix for abroad, 011."""
ABROAD = ("00", "011")
WRONG_LENGTHS = (
    ValidationResult.TOO_SHORT,
    ValidationResult.TOO_LONG,
    ValidationResult.INVALID_LENGTH,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY,  # without its area code
)


@cache
def _numbering() -> frozenset[str]:
    """The countries there are, with all their rules read: half a second once, and never in a call."""
    PhoneMetadata.load_all()
    return frozenset(phonenumbers.SUPPORTED_REGIONS)


def _known(country: str) -> str:
    if country not in _numbering():
        raise ValueError(f"{country} is no country with telephones: two capital letters such as ES")
    return country


class PhoneField(BaseField):
    """As written by the administrator."""

    kind: ClassVar[str] = "phone"
    reasons: ClassVar[tuple[str, ...]] = ("length", "number", "premium", "abroad")

    type: Literal["phone"]
    country: Annotated[str, AfterValidator(_known)]
    """Whose numbers are typed without a prefix; ISO 3166."""
    abroad: bool = True
    """Whether numbers of other countries are taken."""

    def grammar(self, manners: Manners, setting: Setting) -> Grammar:
        """Ends by terminator or pause: numbers with and without prefix differ in length."""
        del setting
        return Grammar(maximum=LONGEST, terminator=manners.terminator, cancel=manners.cancel_key)

    def refusal(self, entry: Secret, setting: Setting) -> str | None:
        """A number that can exist, that costs nobody a premium, and of this country where that is asked."""
        del setting
        if len(entry) < SHORTEST:
            return "length"
        number = _number(entry.reveal(), self.country)
        if number is None or not phonenumbers.is_valid_number(number):
            possible = number and phonenumbers.is_possible_number_with_reason(number)
            return "length" if possible in WRONG_LENGTHS else "number"
        if phonenumbers.number_type(number) == PhoneNumberType.PREMIUM_RATE:
            return "premium"
        home = phonenumbers.country_code_for_region(self.country)
        return None if self.abroad or number.country_code == home else "abroad"

    def value(self, entry: Secret, setting: Setting) -> Secret:
        """In the form of E.164, "+34911222333"."""
        del setting
        number = _number(entry.reveal(), self.country)
        assert number is not None  # accepted before
        return Secret(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def _number(typed: str, country: str) -> PhoneNumber | None:
    """As dialled in that country; failing that, after the prefix for abroad of another."""
    at_home = _parsed(typed, country)
    if at_home is not None and phonenumbers.is_valid_number(at_home):
        return at_home
    prefix = next((each for each in ABROAD if typed.startswith(each)), None)
    return _parsed("+" + typed.removeprefix(prefix), country) if prefix is not None else at_home


def _parsed(typed: str, country: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(typed, country)
    except NumberParseException:
        return None
