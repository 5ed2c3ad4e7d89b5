"""Telephone numbers as callbacks need them: one form for each, the country, and the clocks where it may ring."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat
from phonenumbers.timezone import time_zones_for_number

from routing.tolls.kinds import EVERYDAY, kind_of

MOST_ZONES = 4
"""A number that may ring in more time zones than this (free-phone, satellite) tells nothing of its owner's clock."""


class Dialable(NamedTuple):
    """One number."""

    number: str
    """In the form of E.164, `+34911222333`."""
    country: str
    """ISO 3166, `ES`; `001` for numbers of no country."""
    zones: tuple[ZoneInfo, ...]
    """The clocks of the places where it may ring; none where the number does not say."""
    is_premium: bool
    """Whether calling it may cost more than a call: no country of a list admits it at the gate either."""


@lru_cache(maxsize=4096)
def read_number(text: str, home: str | None = None) -> Dialable | None:
    """A number as it was given; `home` is the country (ISO 3166) of one without a prefix. None: it is no number."""
    try:
        number = phonenumbers.parse(text, home)
    except NumberParseException:
        return None
    country = phonenumbers.region_code_for_number(number)
    if country is None or number.extension or not phonenumbers.is_valid_number(number):
        return None
    found = time_zones_for_number(number)
    zones = tuple(zone for zone in map(_zone, found) if zone is not None) if len(found) <= MOST_ZONES else ()
    whole: str = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return Dialable(whole, country, zones, kind_of(whole).kind not in EVERYDAY)


def country_of(calling_code: str | None) -> str | None:
    """The main country of a calling code: `ES` of `34`, `US` of `1`."""
    if calling_code is None:
        return None
    found: str = phonenumbers.region_code_for_country_code(int(calling_code))
    return found if len(found) == 2 and found != phonenumbers.UNKNOWN_REGION else None


def countries() -> frozenset[str]:
    """All countries with telephones."""
    return frozenset(phonenumbers.SUPPORTED_REGIONS)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None
