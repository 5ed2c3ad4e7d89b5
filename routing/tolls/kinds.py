"""What kind of number one outside is, and of what country: by the world's numbering plans.

A number that nobody knows is UNKNOWN: no list of countries admits it.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberType, shortnumberinfo


class NumberKind(Enum):
    """What a call to a number costs, roughly."""

    ORDINARY = "ordinary"
    """Fixed and mobile."""
    FREEPHONE = "freephone"
    SHARED_COST = "shared_cost"
    PERSONAL = "personal"
    """Follow-me and pager numbers: they cost what their owner likes."""
    PREMIUM = "premium"
    SATELLITE = "satellite"
    UNKNOWN = "unknown"


COSTLY = frozenset((NumberKind.PREMIUM, NumberKind.SATELLITE, NumberKind.PERSONAL))
"""Called only where a list names these very numbers."""
EVERYDAY = frozenset((NumberKind.ORDINARY, NumberKind.FREEPHONE))
"""What a country's name in a list admits."""

_SATELLITE_CODES = frozenset((870, 881, 882, 883))
"""Inmarsat, the global satellite systems, and international networks, most of them satellites (ITU-T E.164)."""
_KINDS = {
    PhoneNumberType.FIXED_LINE: NumberKind.ORDINARY,
    PhoneNumberType.MOBILE: NumberKind.ORDINARY,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: NumberKind.ORDINARY,
    PhoneNumberType.VOIP: NumberKind.ORDINARY,
    PhoneNumberType.UAN: NumberKind.SHARED_COST,
    PhoneNumberType.TOLL_FREE: NumberKind.FREEPHONE,
    PhoneNumberType.SHARED_COST: NumberKind.SHARED_COST,
    PhoneNumberType.PERSONAL_NUMBER: NumberKind.PERSONAL,
    PhoneNumberType.PAGER: NumberKind.PERSONAL,
    PhoneNumberType.PREMIUM_RATE: NumberKind.PREMIUM,
}
_EVERYWHERE = ("112", "911")
_NATIONAL = {
    "ES": ("061", "062", "080", "085", "091", "092"),
    "PL": ("984", "985", "986", "987", "991", "992", "993", "994", "995", "996", "997", "998", "999"),
}
"""Emergency numbers that the plans do not list as such."""


class Told(NamedTuple):
    """What is known of a number."""

    country: str | None
    """ISO 3166 code; None where it belongs to no country."""
    kind: NumberKind
    code: str
    """Its calling code, empty for a short number."""


def kind_of(number: str) -> Told:
    """What a number in E.164 is; short numbers and what is no number are UNKNOWN."""
    if not number.startswith("+"):
        return Told(None, NumberKind.UNKNOWN, "")
    try:
        found = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return Told(None, NumberKind.UNKNOWN, "")
    code = found.country_code or 0
    if code in _SATELLITE_CODES:
        return Told(None, NumberKind.SATELLITE, str(code))
    region = phonenumbers.region_code_for_number(found)
    kind = _KINDS.get(phonenumbers.number_type(found), NumberKind.UNKNOWN)
    return Told(region if region and region.isalpha() else None, kind, str(code))


def country_of(calling_code: str | None) -> str | None:
    """The country, or the main one, of a calling code: `34` is ES, `1` is US."""
    if calling_code is None:
        return None
    found: str = phonenumbers.region_code_for_country_code(int(calling_code))
    return found if found.isalpha() and found != "ZZ" else None


def is_emergency(number: str, country: str | None) -> bool:
    """Whether a number, as it was dialled, calls for help in a country; 112 and 911 do everywhere."""
    if not (number.isascii() and number.isdigit()):
        return False
    if number in _EVERYWHERE or (country is not None and number in _NATIONAL.get(country, ())):
        return True
    return country is not None and bool(shortnumberinfo.is_emergency_number(number, country))
